import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { herokuClient, rehearse } from './client.ts'

const PATH = '/apps/pt-dummy-app/features'

async function withApp() {
  const rehearsal = await rehearse()
  const heroku = herokuClient(rehearsal)
  await heroku('POST', '/apps', { name: 'pt-dummy-app' })
  return { rehearsal, heroku }
}

describe('a labs feature', () => {
  test.each(['runtime-heroku-metrics', 'go-language-metrics'])(
    '%s can be enabled, and again to no effect',
    async name => {
      const { rehearsal, heroku } = await withApp()
      expect((await heroku('GET', `${PATH}/${name}`)).body).toMatchObject({ name, enabled: false, state: 'beta' })
      for (const effect of [true, false]) {
        const enabled = await heroku('PATCH', `${PATH}/${name}`, { enabled: true })
        expect(enabled).toMatchObject({ status: 200, body: { name, enabled: true } })
        expect(rehearsal.log.at(-1)).toMatchObject({ effect })
      }
      expect((await heroku('GET', `${PATH}/${name}`)).body).toMatchObject({ enabled: true })
      await heroku('PATCH', `${PATH}/${name}`, { enabled: false })
      expect((await heroku('GET', `${PATH}/${name}`)).body).toMatchObject({ enabled: false })
    },
  )

  test('of an app is none of the account', async () => {
    const { heroku } = await withApp()
    expect(await heroku('GET', '/account/features/runtime-heroku-metrics')).toMatchObject({
      status: 404,
      body: { id: 'not_found', message: "Couldn't find that feature." },
    })
    expect((await heroku('GET', '/account/features')).body).toEqual([])
  })

  test('may work and yet be in no list', async () => {
    const { heroku } = await withApp()
    await heroku('PATCH', `${PATH}/go-language-metrics`, { enabled: true })
    const listed = ((await heroku('GET', PATH)).body as { name: string }[]).map(({ name }) => name)
    expect(listed).toContain('runtime-heroku-metrics')
    expect(listed).not.toContain('go-language-metrics')
  })

  test('that Heroku does not document is unknown until the world holds it', async () => {
    const { rehearsal, heroku } = await withApp()
    const path = `${PATH}/runtime-empty-entrypoint`
    expect((await heroku('GET', path)).status).toBe(404)
    expect((await heroku('PATCH', path, { enabled: true })).status).toBe(404)
    const [known] = rehearsal.world.heroku.features
    if (known) rehearsal.world.heroku.features.push({ ...known, id: randomUUID(), name: 'runtime-empty-entrypoint' })
    expect(await heroku('PATCH', path, { enabled: true })).toMatchObject({ status: 200, body: { enabled: true } })
  })

  test.each([
    [{}, 'Require params: enabled.'],
    [{ enabled: 'true' }, /^Invalid type for key "enabled"/],
  ])('is not moved by %j', async (body, words) => {
    const { rehearsal, heroku } = await withApp()
    const refused = await heroku('PATCH', `${PATH}/runtime-heroku-metrics`, body)
    expect(refused).toMatchObject({ status: 422, body: { message: expect.stringMatching(words) } })
    expect(rehearsal.world.heroku.apps).toMatchObject([{ features: [] }])
  })
})
