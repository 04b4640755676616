import { randomBytes } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/rehearsal/faults.ts'
import { filesIn, setStage } from '../support/stage.ts'

/** Of a length and with signs by which its forms differ. */
const canary = (vendor: string) => `${vendor}+/canary"&${randomBytes(12).toString('hex')}`
const secrets = {
  heroku: canary('HRKU-'),
  'docker-hub': canary('dckr'),
  circleci: canary('CCIPAT_'),
  google: canary('ya29.'),
}
const inJson = (text: string) => JSON.stringify(text).slice(1, -1)
const base64 = (text: string) => Buffer.from(text).toString('base64')

/** What a careless vendor makes of a request's headers. */
const echoes: readonly ((secret: string) => string)[] = [
  secret => `Authorization: Bearer ${secret}`,
  secret => `Basic ${base64(`you@example.com:${secret}`)}`,
  secret => inJson(JSON.stringify({ authorization: [secret] })),
  secret => `${encodeURIComponent(secret)} ${secret.replaceAll('"', '&quot;')}`,
  secret => secret.replace(/(.{20})/g, '$1\n'),
  secret => base64(secret).replace(/(.{16})/g, '$1\n'),
  secret => `${secret.slice(0, 16)}…`,
]

/** Everything but what a sign-in is looked at with. */
const SIGNED_IN = '^(?!/account$|/api/v2/me|/v2/(auth|user)|/v1/projects\\?pageSize)'

/** The same for every vendor: each finds its own words in it. */
function echoOf(secret: string): NonNullable<Extract<Fault['do'], object>['body']> {
  const message = `the echo: ${echoes.map(echo => echo(secret)).join(', ')}`
  return { id: 'echo', message, detail: message, error: { code: 422, status: 'INVALID_ARGUMENT', message } }
}

/** Any piece of that length of a secret, in what is read of a text with its escapes undone and its lines joined. */
const PIECE = 12
const pieces = (text: string) => Array.from({ length: text.length - PIECE }, (_, at) => text.slice(at, at + PIECE))
const forms = (secret: string) =>
  [
    secret,
    inJson(secret),
    encodeURIComponent(secret),
    ...[0, 1, 2].map(at => base64(secret.slice(at)).slice(0, -4)),
  ].flatMap(pieces)

const inputs = Object.entries(secrets).map(([vendor, secret]) => ({ vendor, pieces: forms(secret) }))

/** Runs where the vendors say everything that they are asked this way back; all that the run leaves. */
async function run(faults: readonly Fault[], argv: readonly string[]) {
  const stage = await setStage({
    lanes: [],
    change: ({ heroku, circleci, dockerHub, google }) => {
      for (const one of heroku.authorizations) one.token = secrets.heroku
      for (const user of circleci.users) for (const one of user.tokens) one.token = secrets.circleci
      for (const user of dockerHub.users) user.password = secrets['docker-hub']
      for (const user of google.users) for (const one of user.tokens) one.token = secrets.google
    },
  })
  stage.rehearsal.faults.push(...faults)
  const { all } = await stage.run([...argv, '--yes', '--set', 'dockerHubBot=pennocktechcibot'])
  const left = [all, ...filesIn(stage.home).values(), ...filesIn(stage.checkout).values()].join('\n')
  for (const { vendor, pieces } of inputs) {
    expect(
      pieces.filter(piece => left.includes(piece)),
      `${vendor}: ${all}`,
    ).toEqual([])
  }
  return { all, checkout: stage.checkout }
}

/** How often the vendors' words, what is left of them, stand in a text. */
const timesTold = (text: string) => text.split(/the\s+echo:/).length - 1

const everySecret = echoOf(Object.values(secrets).join(' '))
const refused = (method: string, path = ''): Fault => ({ method, path, do: { status: 422, body: everySecret } })
const ALL = ['--only', 'heroku,git,docker-hub,circleci,google']

describe('A vendor that repeats what it was sent tells nobody else,', () => {
  test.each([['--json'], ['--verbose']])('where it refuses an effect: %s', async how => {
    const writes = ['POST', 'PUT', 'PATCH', 'DELETE'].map(method => refused(method, SIGNED_IN))
    const { all } = await run(writes, [how, ...ALL])
    expect(timesTold(all), all).toBeGreaterThanOrEqual(4)
  })

  test('where it refuses what is looked at: in the plan, and in the plan that is saved', async () => {
    const { all, checkout } = await run([refused('GET', SIGNED_IN)], ['plan', '--json', '--out', 'plan.json', ...ALL])
    const plan = readFileSync(join(checkout, 'plan.json'), 'utf8')
    expect(timesTold(plan)).toBeGreaterThan(3)
    expect(all).toContain(plan)
    expect(JSON.parse(plan).steps.length).toBeGreaterThan(10)
  })

  test.each([
    ['heroku', refused('GET', '^/account$')],
    ['circleci', refused('GET', '^/api/v2/me$')],
    ['docker-hub', refused('POST', '^/v2/(auth/token|users/login)')],
    ['google', refused('GET', '^/v1/projects\\?pageSize')],
  ])('where it refuses the sign-in: %s', async (vendor, fault) => {
    const { all } = await run([fault], ['status', '--live', '--verbose', '--only', vendor])
    expect(timesTold(all), all).toBe(1)
  })
})
