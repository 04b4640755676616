import { describe, expect, test } from 'vitest'
import { herokuClient, rehearse } from './client.ts'

const APP = '/apps/pt-dummy-app'
const DEPLOY = { accept: 'application/vnd.heroku+json; version=3.docker-releases' }
const image = (digit: string) => ({ updates: [{ type: 'web', docker_image: `sha256:${digit.repeat(64)}` }] })

async function withApp(stack = 'container') {
  const rehearsal = await rehearse()
  const heroku = herokuClient(rehearsal)
  await heroku('POST', '/apps', { name: 'pt-dummy-app', stack })
  return { rehearsal, heroku }
}

describe('a deployment', () => {
  test('of an image is a release and a dyno; of the same image again it is nothing', async () => {
    const { rehearsal, heroku } = await withApp()
    for (const effect of [true, false]) {
      const formation = await heroku('PATCH', `${APP}/formation`, image('a'), DEPLOY)
      expect(formation).toMatchObject({ status: 200, body: [{ type: 'web', quantity: 1 }] })
      expect(rehearsal.log.at(-1)).toMatchObject({ effect })
    }
    await heroku('PATCH', `${APP}/formation`, image('b'), DEPLOY)
    expect((await heroku('GET', `${APP}/releases`)).body).toMatchObject([
      { version: 1, description: 'Initial release', current: false },
      { version: 2, description: 'Deployed web (aaaaaaaaaaaa)' },
      { version: 3, description: 'Deployed web (bbbbbbbbbbbb)', current: true, status: 'succeeded' },
    ])
    expect((await heroku('GET', `${APP}/dynos`)).body).toMatchObject([{ name: 'web.1', release: { version: 3 } }])
  })

  test('is followed by its range, as container:release asks for it', async () => {
    const { heroku } = await withApp()
    await heroku('PATCH', `${APP}/formation`, image('a'), DEPLOY)
    const newest = await heroku('GET', `${APP}/releases`, undefined, { range: 'version ..; max=1, order=desc' })
    expect(newest).toMatchObject({ status: 206, body: [{ version: 2 }] })
    const range = newest.headers.get('next-range') ?? ''
    expect(await heroku('GET', `${APP}/releases`, undefined, { range })).toMatchObject({
      status: 200,
      body: [{ version: 1 }],
    })
  })

  test('keeps the stack that runs until the next one', async () => {
    const { heroku } = await withApp()
    await heroku('PATCH', `${APP}/formation`, image('a'), DEPLOY)
    const { body } = await heroku('PATCH', APP, { build_stack: 'heroku-24' })
    expect(body).toMatchObject({ stack: { name: 'container' }, build_stack: { name: 'heroku-24' } })
  })

  test.each([
    ['no such variant of the API', 'container', image('a'), {}],
    ['another stack', 'heroku-24', image('a'), DEPLOY],
    ['no image', 'container', { updates: [{ type: 'web', docker_image: 'latest' }] }, DEPLOY],
    ['no updates', 'container', {}, DEPLOY],
  ])('with %s is refused', async (_, stack, body, headers) => {
    const { rehearsal, heroku } = await withApp(stack)
    const refused = await heroku('PATCH', `${APP}/formation`, body, headers)
    expect(refused).toMatchObject({ status: 422, body: { id: 'invalid_params' } })
    expect(rehearsal.world.heroku.apps).toMatchObject([{ formation: [], releases: [{ version: 1 }] }])
  })
})
