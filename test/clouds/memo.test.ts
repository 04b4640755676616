import type { ServerResponse } from 'node:http'
import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/clouds/clock.ts'
import { createClouds } from '../../src/clouds/clouds.ts'
import { HOST_IDS, hostOf } from '../../src/clouds/hosts.ts'
import type { HttpRequest } from '../../src/clouds/http.ts'
import type { Identity } from '../../src/clouds/identity.ts'
import { Secret } from '../../src/clouds/secret.ts'
import type { Credential } from '../../src/clouds/vendor.ts'
import { brisk, json, read, serve, transport, write } from './servers.ts'

const SECOND = 1_000
const signIn = (): Credential => ({ secret: new Secret('a sign-in') })

/** Clouds whose vendors are all one server, which counts; and the clock, which can be moved on. */
async function stand(answer: (response: ServerResponse, nth: number) => void = response => json(response, 200, {})) {
  let ahead = 0
  const wait = (ms: number) => {
    ahead += ms
  }
  const clock: Clock = { ...brisk, now: () => new Date(Date.now() + ahead) }
  const { base, heard } = await serve(answer)
  const credentials = new Map<Identity, Credential>([
    ['heroku', signIn()],
    ['circleci', signIn()],
  ])
  const run = async () => ({ code: 0, stdout: '', stderr: '' })
  const clouds = createClouds({
    kind: 'rehearsal',
    clock,
    http: transport(),
    tools: { find: () => undefined, hand: async () => true, run },
    bases: new Map(HOST_IDS.map(host => [host, base])),
    credentials,
  })
  return { clouds, credentials, heard, wait }
}

/** An answer that is held until it is let go. */
function held() {
  const waiting: (() => void)[] = []
  const answer = (response: ServerResponse) => void waiting.push(() => json(response, 200, {}))
  const isThere = async (count: number) => {
    while (waiting.length < count) await new Promise(setImmediate)
  }
  const letGo = () => {
    for (const go of waiting.splice(0)) go()
  }
  return { answer, isThere, letGo }
}

describe('A question', () => {
  test('is asked once while nothing has changed, also when several ask at once', async () => {
    const { clouds, heard } = await stand((response, nth) => json(response, 200, { nth }))
    const replies = await Promise.all([clouds.ask('heroku', read), clouds.ask('heroku', read)])
    replies.push(await clouds.ask('heroku', read))
    expect(replies.map(({ body }) => body)).toEqual([{ nth: 1 }, { nth: 1 }, { nth: 1 }])
    expect(heard).toHaveLength(1)
  })

  test.each<[string, HttpRequest]>([
    ['another path', { ...read, path: '/other' }],
    ['another method', { ...read, method: 'POST' }],
    ['another body', { ...read, method: 'POST', body: { a: 1 } }],
    ['other headers', { ...read, headers: { range: 'id ..; max=1000' } }],
  ])('is another one with %s', async (_, other) => {
    const { clouds, heard } = await stand()
    await clouds.ask('heroku', read)
    await clouds.ask('heroku', other)
    expect(heard).toHaveLength(2)
  })

  test('is another one at another host, as somebody else, or after somebody else has signed in', async () => {
    const { clouds, heard, credentials } = await stand()
    credentials.set('docker-hub.bot', signIn())
    await clouds.ask('heroku', read)
    await clouds.ask('circleci', read)
    credentials.set('heroku', signIn())
    await clouds.ask('heroku', read)
    expect(heard).toHaveLength(3)
    await clouds.ask('docker-hub-auth', read)
    await clouds.ask('docker-hub-auth', read, { as: 'docker-hub.bot' })
    expect(heard).toHaveLength(5)
  })

  test('of a credential that is handed over is always asked', async () => {
    const { clouds, heard } = await stand()
    for (const _ of [1, 2]) await clouds.ask('heroku', read, { as: signIn() })
    expect(heard).toHaveLength(2)
  })

  test('is asked again after ten seconds, whatever others may have done', async () => {
    const { clouds, heard, wait } = await stand()
    await clouds.ask('heroku', read)
    wait(9 * SECOND)
    await clouds.ask('heroku', read)
    expect(heard).toHaveLength(1)
    wait(SECOND)
    await clouds.ask('heroku', read)
    expect(heard).toHaveLength(2)
  })

  test('is asked again where an answer from later than an instant is wanted', async () => {
    const { clouds, heard } = await stand()
    await clouds.ask('heroku', read)
    const since = clouds.moment()
    await clouds.ask('heroku', read, { since })
    await clouds.ask('heroku', read, { since })
    await clouds.ask('heroku', read)
    expect(heard).toHaveLength(2)
  })

  test.each([401, 408, 429, 500, 503])('is asked again where the answer was %i', async status => {
    const { clouds, heard } = await stand((response, nth) => json(response, nth === 1 ? status : 200, {}))
    const ask = () => clouds.ask('heroku', { ...read, repeat: 'never' })
    expect((await ask()).status).toBe(status)
    expect((await ask()).status).toBe(200)
    expect(heard).toHaveLength(2)
  })

  test('is not asked again where it was refused', async () => {
    const { clouds, heard } = await stand(response => json(response, 404, {}))
    for (const _ of [1, 2]) expect((await clouds.ask('heroku', read)).status).toBe(404)
    expect(heard).toHaveLength(1)
  })

  test('is asked again where the connection was lost', async () => {
    const { clouds } = await stand((response, nth) => (nth === 1 ? response.destroy() : json(response, 200, {})))
    const once: HttpRequest = { ...read, repeat: 'never' }
    await expect(clouds.ask('heroku', once)).rejects.toMatchObject({ cause: { code: 'lost' } })
    expect((await clouds.ask('heroku', once)).status).toBe(200)
  })

  test('that somebody gives up is answered to the others all the same', async () => {
    const { answer, isThere, letGo } = held()
    const { clouds } = await stand(answer)
    const stop = new AbortController()
    const [first, second] = [clouds.ask('heroku', read, { signal: stop.signal }), clouds.ask('heroku', read)]
    await isThere(1)
    stop.abort()
    await expect(first).rejects.toThrow()
    await isThere(2)
    letGo()
    expect((await second).status).toBe(200)
  })
})

describe('After an effect', () => {
  test('the same vendor is asked again, at all of its hosts, and the others are not', async () => {
    const { clouds, heard } = await stand()
    const askAll = () => Promise.all(HOST_IDS.map(host => clouds.ask(host, read)))
    await askAll()
    await clouds.send('google-iam', write)
    const before = heard.length
    await askAll()
    const ofGoogle = HOST_IDS.filter(host => hostOf(host).vendor === 'google')
    expect(heard.length - before).toBe(ofGoogle.length)
  })

  test('a command that signs in to a registry counts for whose that is, of a strange one for all, and without a sign-in for none', async () => {
    const { clouds, heard } = await stand()
    await clouds.ask('heroku', read)
    await clouds.run({ argv: ['build'] })
    await clouds.ask('heroku', read)
    expect(heard).toHaveLength(1)
    const push = (host: string) =>
      clouds.run({ argv: ['push'], registry: { host, user: '_', secret: new Secret('a sign-in') } })
    await push('registry.heroku.com')
    await clouds.ask('heroku', read)
    expect(heard).toHaveLength(2)
    await clouds.ask('google', read)
    await push('registry.heroku.com')
    await clouds.ask('google', read)
    expect(heard).toHaveLength(3)
    await push('registry.example.com')
    await clouds.ask('google', read)
    expect(heard).toHaveLength(4)
  })

  test('what was asked while it was under way is asked again, and so is what was under way when it began', async () => {
    const { answer, isThere, letGo } = held()
    const { clouds, heard } = await stand(answer)
    const early = clouds.ask('heroku', read)
    await isThere(1)
    const effect = clouds.send('heroku', write)
    await isThere(2)
    const meanwhile = clouds.ask('heroku', read)
    await isThere(3)
    letGo()
    await Promise.all([early, effect, meanwhile])
    const late = clouds.ask('heroku', read)
    await isThere(1)
    letGo()
    await late
    expect(heard.map(({ method }) => method)).toEqual(['GET', 'POST', 'GET', 'GET'])
  })

  test.each([
    ['an organization’s id', '/api/v2/organization/gh%2Facme', true],
    ['a project’s id', '/api/v2/project/gh/acme/dummyapp', true],
    ['a project’s pipelines', '/api/v2/project/gh/acme/dummyapp/pipeline?branch=main', false],
    ['a context’s variables', '/api/v2/context/1/environment-variable', false],
  ])('of %s it is known whether it stays', async (_, path, stays) => {
    const { clouds, heard, wait } = await stand()
    const ask = () => clouds.ask('circleci', { ...read, path }, { since: clouds.moment() })
    await ask()
    await clouds.send('circleci', write)
    await ask()
    expect(heard).toHaveLength(stays ? 2 : 3)
    wait(60 * SECOND)
    await ask()
    expect(heard).toHaveLength(stays ? 3 : 4)
  })

  test('what was not there may be', async () => {
    const { clouds, heard } = await stand(response => json(response, 404, {}))
    const organization = { ...read, path: '/api/v2/organization/gh%2Facme' }
    await clouds.ask('circleci', organization)
    await clouds.send('circleci', write)
    await clouds.ask('circleci', organization)
    expect(heard).toHaveLength(3)
  })
})
