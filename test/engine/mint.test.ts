import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { createClouds } from '../../src/clouds/clouds.ts'
import { HOST_IDS } from '../../src/clouds/hosts.ts'
import type { Identity } from '../../src/clouds/identity.ts'
import { Secret } from '../../src/clouds/secret.ts'
import type { Credential } from '../../src/clouds/vendor.ts'
import { ForPerson } from '../../src/engine/act.ts'
import type { Engine } from '../../src/engine/engine.ts'
import type { Action, PersonAction, RequestAction, Step } from '../../src/engine/step.ts'
import { hole, numberHole, secretHole, t } from '../../src/engine/text.ts'
import { clean } from '../../src/output/clean.ts'
import { brisk, type Heard, json, serve, transport } from '../clouds/servers.ts'
import { carryOut, causeOf, fakeStep, makeEngine } from '../support/engine.ts'

const TOKEN = 'minted "token" of $four\\words'

const mint: RequestAction = {
  kind: 'request',
  key: 'mint',
  does: 'make a token',
  host: 'heroku',
  method: 'POST',
  path: '/tokens',
  learn: { id: ['id'], size: ['size'] },
  mint: { token: ['access', 'token'] },
  again: 'look-first',
}
const deliver: RequestAction = {
  kind: 'request',
  key: 'deliver',
  does: t`hand over ${secretHole('a.thing:token')}`,
  host: 'circleci',
  method: 'PUT',
  path: t`/variables/${hole('a.thing:id')}`,
  body: { value: secretHole('a.thing:token'), text: t`<${secretHole('a.thing:token')}>` },
  again: 'safe',
}
const person: PersonAction = { kind: 'person', key: 'ask', does: 'ask', who: 'an admin', instructions: [] }

type Answering = (request: Heard, nth: number) => { readonly status?: number; readonly body: object }

/** An engine whose every host is one server, and what that one heard. */
async function stand(answering: Answering = () => ({ body: { id: '7', access: { token: TOKEN } } })) {
  const { base, heard } = await serve((response, nth, request) => {
    const { status = 200, body } = answering(request, nth)
    json(response, status, body)
  })
  const engine = makeEngine()
  const credentials = new Map<Identity, Credential>([
    ['heroku', { secret: new Secret('heroku sign-in') }],
    ['circleci', { secret: new Secret('circleci sign-in') }],
  ])
  const bases = new Map(HOST_IDS.map(host => [host, base]))
  const { tools } = engine.clouds
  const clouds = createClouds({ kind: 'rehearsal', clock: brisk, http: transport(), tools, bases, credentials })
  const act = (actions: readonly Action[], more: Partial<Step> = {}) =>
    carryOut(fakeStep('a.thing', { actions: () => actions, ...more }), { ...engine, clouds })
  return { act, engine: { ...engine, clouds }, heard }
}

const onDisk = ({ progress }: Engine) => readFileSync(progress.file, 'utf8')

describe('A secret that a step makes', () => {
  test('goes into the body of a later action, as it is, and nowhere else', async () => {
    const { act, engine, heard } = await stand()
    await act([mint, deliver])
    expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual(['POST /tokens', 'PUT /variables/7'])
    expect(JSON.parse(heard[1]?.body ?? '')).toEqual({ value: TOKEN, text: `<${TOKEN}>` })
    expect(JSON.stringify(heard[1]?.headers)).not.toContain('minted')
    expect(onDisk(engine)).not.toMatch(/minted|four/)
    expect(engine.progress.saved.facts).toEqual({ 'a.thing:id': '7' })
    expect(Object.keys(engine.progress.saved.intents)).toEqual(['a.thing/mint', 'a.thing/deliver'])
  })

  test('stands in no failure of the action that it went out with, even where the vendor says it back', async () => {
    const { act } = await stand(({ body }, nth) =>
      nth === 1 ? { body: { id: '7', access: { token: TOKEN } } } : { status: 422, body: { message: `no: ${body}` } },
    )
    const { said = '' } = await causeOf(act([mint, deliver]))
    // The vendor's words are kept as they are, and cleaned where they are printed.
    expect(said).toMatch(/minted/)
    expect(clean(said)).toMatch(/^422 no: /)
    expect(clean(said)).not.toMatch(/minted|four/)
  })

  test('is known to that step alone, and to this run of it', async () => {
    const { act, heard } = await stand()
    await act([mint])
    await expect(act([deliver])).rejects.toThrow('a.thing:token was not made by this step')
    expect(heard).toHaveLength(1)
  })

  test('is told where the vendor does not show it, with what was learned of it kept', async () => {
    const { act, engine, heard } = await stand(() => ({ status: 201, body: { id: '7', access: {} } }))
    expect(await causeOf(act([mint, deliver]))).toMatchObject({
      code: 'no-secret',
      said: expect.stringMatching(/^201/),
    })
    expect(heard).toHaveLength(1)
    expect(engine.progress.saved.facts).toEqual({ 'a.thing:id': '7' })
  })

  test('lets somebody in by its name, and nobody else is named', async () => {
    const as = { user: t`by-${hole('a.thing:id')}`, secret: secretHole('a.thing:token') }
    const use: RequestAction = { ...deliver, host: 'docker-hub-auth', method: 'GET', path: '/token', as }
    const { body: _, ...bodiless } = use
    const { act, heard } = await stand()
    await act([mint, bodiless])
    const given = Buffer.from(heard[1]?.headers.authorization?.replace('Basic ', '') ?? '', 'base64').toString()
    expect(given).toBe(`by-7:${TOKEN}`)
  })
})

describe('A request', () => {
  test('speaks as whom it says, and else as whoever signed in there', async () => {
    const { act, engine, heard } = await stand(() => ({ body: {} }))
    engine.clouds.credentials.set('docker-hub.bot', { user: 'bot', secret: new Secret('of the bot') })
    engine.clouds.credentials.set('docker-hub', { user: 'owner', secret: new Secret('of the owner') })
    const request: RequestAction = { ...mint, learn: {}, mint: {}, host: 'docker-hub-auth', method: 'GET' }
    await act([
      { ...request, as: 'docker-hub.bot' },
      { ...request, key: 'other' },
    ])
    const basics = heard.map(({ headers }) => Buffer.from(headers.authorization?.slice(6) ?? '', 'base64').toString())
    expect(basics).toEqual(['bot:of the bot', 'owner:of the owner'])
  })

  test('has the headers of its host and its own; its own win, the sign-in always stays', async () => {
    const { act, heard } = await stand(() => ({ body: {} }))
    const headers = { accept: 'text/x', 'x-own': 'y', authorization: 'Bearer mine' }
    await act([{ ...mint, mint: {}, headers }])
    expect(heard[0]?.headers).toMatchObject({ accept: 'text/x', 'x-own': 'y', authorization: 'Bearer heroku sign-in' })
  })

  test('that only reads teaches, and leaves no intent', async () => {
    const { act, engine } = await stand(() => ({ body: { id: '7', size: 42 } }))
    await act([{ ...mint, method: 'GET', mint: {}, again: 'safe' }])
    expect(engine.progress.saved.facts).toEqual({ 'a.thing:id': '7', 'a.thing:size': '42' })
    expect(engine.progress.saved.intents).toEqual({})
  })

  test.each([
    ['12', 12],
    ['0012', 12],
    ['never', 'never'],
  ])('has a number where the body wants one: %s', async (value, sent) => {
    const { act, engine, heard } = await stand(() => ({ body: {} }))
    await engine.progress.save({ facts: { 'b.c:n': value } })
    await act([{ ...mint, mint: {}, body: { n: numberHole('b.c:n'), text: hole('b.c:n') } }])
    expect(JSON.parse(heard[0]?.body ?? '')).toEqual({ n: sent, text: value })
  })

  test('whose yes means no fails with the step’s words and what was asked', async () => {
    const { act, engine } = await stand()
    const cause = { code: 'no', means: 'It says yes, and did nothing.', next: 'Look.' }
    const failed = await causeOf(
      act([mint], { isNo: (key, { status }) => (key === 'mint' && status === 200 ? cause : undefined) }),
    )
    expect(failed).toMatchObject({ ...cause, asked: expect.stringMatching(/^POST .*\/tokens$/) })
    // Nothing came about, so nothing is to be looked for.
    expect(engine.progress.saved.intents).toEqual({})
    expect(engine.progress.saved.facts).toEqual({})
  })

  test('whose yes means no is for a person, where there is one for it', async () => {
    const { act } = await stand()
    const isNo = () => ({ code: 'no', means: 'No.', next: 'Ask.' })
    const error = await act([{ ...mint, ifForbidden: person }], { isNo }).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ForPerson)
    expect((error as ForPerson).action).toBe(person)
  })

  test('that is forbidden is for a person, and its intent is taken back', async () => {
    const { act, engine } = await stand(() => ({ status: 403, body: {} }))
    await expect(act([{ ...mint, ifForbidden: person }])).rejects.toBeInstanceOf(ForPerson)
    expect(engine.progress.saved.intents).toEqual({})
  })

  test('that is refused in words that are for a person is that person’s, whatever the status', async () => {
    const violations = [{ type: 'constraints/no.more' }]
    const { act, engine } = await stand(() => ({ status: 400, body: { error: { details: [{ violations }] } } }))
    const other: PersonAction = { ...person, key: 'other' }
    const ifSaid = { 'constraints/no.less': other, 'constraints/no.more': person }
    const error = await act([{ ...mint, ifSaid, ifForbidden: other }]).catch((thrown: unknown) => thrown)
    expect(error).toBeInstanceOf(ForPerson)
    expect((error as ForPerson).action).toBe(person)
    expect(engine.progress.saved.intents).toEqual({})
    expect((await causeOf(act([{ ...mint, ifSaid: { 'constraints/no.less': other } }]))).said).toMatch(/^400/)
  })

  test.each([401, 404, 409, 422])('that is refused otherwise (%i) is no person’s', async status => {
    const { act } = await stand(() => ({ status, body: {} }))
    expect((await causeOf(act([{ ...mint, ifForbidden: person }]))).said).toMatch(new RegExp(`^${status}`))
  })
})

describe('The intent of an effect', () => {
  test('keeps the time of the first try that nobody saw the end of', async () => {
    const { act, engine } = await stand()
    const first = '2026-01-01T00:00:00.000Z'
    await engine.progress.save({ intents: { 'a.thing/mint': { step: 'a.thing', at: first } } })
    await act([mint])
    await act([mint])
    const intent = engine.progress.saved.intents['a.thing/mint']
    expect(intent).toEqual({ step: 'a.thing', at: expect.stringMatching(/Z$/), first, answered: true })
    expect(intent?.at).not.toBe(first)
  })

  test('is as before where the vendor refused', async () => {
    const { act, engine } = await stand(() => ({ status: 422, body: {} }))
    const before = {
      'a.thing/mint': { step: 'a.thing', at: '2026-01-02T00:00:00.000Z', first: '2026-01-01T00:00:00.000Z' },
    }
    await engine.progress.save({ intents: before })
    await causeOf(act([mint]))
    expect(engine.progress.saved.intents).toEqual(before)
  })

  test('is taken back where nothing ever went out', async () => {
    const asksForCode: Answering = ({ url }) =>
      url === '/v2/users/login' ? { status: 401, body: { login_2fa_token: 'half' } } : { status: 401, body: {} }
    const { act, engine, heard } = await stand(asksForCode)
    engine.clouds.credentials.set('docker-hub', { user: 'careful', secret: new Secret('a password') })
    expect((await causeOf(act([{ ...mint, host: 'docker-hub' }]))).code).toBe('two_factor')
    expect(heard.map(({ url }) => url)).toEqual(['/v2/auth/token', '/v2/users/login'])
    expect(engine.progress.saved.intents).toEqual({})
  })
})
