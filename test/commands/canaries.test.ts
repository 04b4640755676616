import { describe, expect, test } from 'vitest'
import { canary, formsOf } from '../support/canary.ts'
import { git } from '../support/checkout.ts'
import { filesIn, setStage } from '../support/stage.ts'

const holds = (where: string, secret: string) => formsOf(secret).some(form => where.includes(form))

describe('In a whole run with --verbose,', () => {
  test('no secret is shown, kept, or told to anybody but its own vendor', async () => {
    const secrets = { heroku: canary('heroku'), circleci: canary('circleci'), docker: canary('docker') }
    const stage = await setStage({
      lanes: ['--only', 'heroku,circleci,git'],
      change: ({ heroku, circleci, dockerHub }) => {
        for (const one of heroku.authorizations) one.token = secrets.heroku
        for (const user of circleci.users) for (const one of user.tokens) one.token = secrets.circleci
        for (const user of dockerHub.users) user.password = secrets.docker
      },
    })
    const { rehearsal, checkout, home } = stage
    const ran = await stage.run(['--yes', '--verbose'])

    const minted = rehearsal.world.heroku.authorizations.find(one => one.description?.startsWith('dummyapp-setup'))
    const [context] = rehearsal.world.circleci.contexts.filter(({ variables }) => variables.length > 0)
    // Else there would be nothing to leak.
    expect(minted, ran.all).toBeDefined()
    expect(context?.variables.map(({ value }) => value)).toEqual([minted?.token])

    const all = { ...secrets, minted: minted?.token ?? '' }
    const files = [...filesIn(home), ...filesIn(checkout)]
    expect(files.some(([name]) => name.endsWith('progress.json'))).toBe(true)
    for (const [name, secret] of Object.entries(all)) {
      expect(holds(ran.all, secret), `${name} in the output`).toBe(false)
      expect(
        files.filter(([, text]) => holds(text, secret)).map(([file]) => file),
        name,
      ).toEqual([])
      expect(holds(JSON.stringify(rehearsal.log), secret), `${name} in a request’s address or body`).toBe(false)
      expect(holds(git(checkout, 'log', '--all', '--patch'), secret), `${name} in git`).toBe(false)
    }
    const deliveries = rehearsal.log.filter(
      ({ method, path }) => method === 'PUT' && path.includes('environment-variable'),
    )
    expect(deliveries.map(({ vendor, body }) => ({ vendor, body }))).toEqual([
      { vendor: 'circleci', body: { value: '••••' } },
    ])
  })
})
