import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/clouds/secret.ts'
import { fileLook, newLook } from '../../src/engine/engine.ts'
import { secretHole } from '../../src/engine/text.ts'
import { tailOf } from '../../src/rehearsal/circleci/variables.ts'
import { type Listed, lookAtDelivery, NOTHING, renewed, standing } from '../../steps/delivery.ts'
import { ACME, acme, circleClient, furnish, idOf } from '../rehearsal/circleci-client.ts'
import { ANSWERS, makeEngine } from '../support/engine.ts'

const STEP = 'a.thing'
const CONTEXT = '0b8c1f7e-52a5-4a3c-9d0e-6d2f4f1c9a01'
const BEGUN = Date.parse('2026-11-22T10:00:00.000Z')

type Delivery = Awaited<ReturnType<typeof lookAtDelivery>>

/** A look that knows these facts, and when the making was begun. */
const lookWith = (facts: Readonly<Record<string, string | undefined>>, begun?: number) => ({
  ...fileLook(ANSWERS, '.'),
  fact: (name: string) => facts[name],
  begunAt: () => (begun === undefined ? undefined : new Date(begun)),
  answered: () => undefined,
})

const IDS = ['one', 'two', 'three', 'four', 'five']
const anyListed: fc.Arbitrary<readonly Listed[]> = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom(...IDS),
    madeAt: fc.integer({ min: -3_600_000, max: 3_600_000 }).map(ms => new Date(BEGUN + ms)),
    isLabelled: fc.boolean(),
    isGood: fc.boolean(),
  }),
  { selector: ({ id }) => id },
)
const anyDelivery: fc.Arbitrary<Delivery> = fc.oneof(
  fc.constant<Delivery>({ is: 'no-context' }),
  fc.boolean().map((mayBeUsed): Delivery => ({ is: 'open', mayBeUsed })),
  fc.constantFrom<Delivery>(
    { is: 'foreign', variables: [{ name: 'V', writtenAt: '2026-11-22T10:00:00.000Z' }] },
    { is: 'foreign', variables: [{ name: 'V', writtenAt: '2026-11-22T10:00:00.000Z' }], isOvertaken: true },
  ),
  fc
    .constantFrom('record', 'hand')
    .map((by): Delivery => ({ is: 'proven', by, learned: { [`${STEP}:delivered-V`]: 't' } })),
)
const anyId = fc.option(fc.constantFrom(...IDS), { nil: undefined })
const anySituation = fc.record({
  listed: anyListed,
  delivery: anyDelivery,
  recorded: anyId,
  fresh: anyId,
  begun: fc.option(fc.constant(BEGUN), { nil: undefined }),
})

type Situation = typeof anySituation extends fc.Arbitrary<infer One> ? One : never

describe('Whatever is listed and delivered,', () => {
  const came = ({ listed, delivery, recorded, fresh, begun }: Situation) => {
    const look = lookWith({ [`${STEP}:id`]: recorded, [`${STEP}:new`]: fresh }, begun)
    const seen = standing(look, STEP, { listed, delivery, context: 'c' })
    return { seen, old: 'state' in seen ? (seen.state?.old ?? []) : [] }
  }

  test('nothing is revoked that is neither recorded, just made, nor labelled and made soon after we began', () => {
    fc.assert(
      fc.property(anySituation, situation => {
        const { listed, recorded, fresh, begun } = situation
        for (const id of came(situation).old) {
          const one = listed.find(listing => listing.id === id)
          const after = begun === undefined || one === undefined ? Number.NaN : one.madeAt.getTime() - begun
          // Whole seconds back, and as long as a lost request of ours may take.
          const isThen = after >= -1_000 && after <= 120_000
          expect(id === recorded || id === fresh || (one?.isLabelled && isThen)).toBe(true)
        }
      }),
    )
  })

  test('it is done only where a good one of ours is delivered, and nothing else of ours is left', () => {
    fc.assert(
      fc.property(anySituation, situation => {
        const { listed, delivery, recorded, fresh } = situation
        const { seen, old } = came(situation)
        const id = delivery.is === 'proven' ? (delivery.by === 'record' ? recorded : fresh) : undefined
        const isDelivered = listed.some(one => one.id === id && one.isGood)
        if (seen.is === 'present') {
          expect(isDelivered).toBe(true)
          expect(old).toEqual([])
          expect(seen.learned).toMatchObject({ [`${STEP}:id`]: id })
        }
        const isOvertaken = delivery.is === 'foreign' && seen.is === 'missing'
        expect(seen).toMatchObject({ state: { mint: !isDelivered && !isOvertaken } })
      }),
    )
  })

  test('what goes before anything is made is nothing that CI may use', () => {
    fc.assert(
      fc.property(anySituation, situation => {
        const { seen, old } = came(situation)
        const first = 'state' in seen ? (seen.state?.unproven ?? []) : []
        const { delivery, recorded } = situation
        expect(old).toEqual(expect.arrayContaining([...first]))
        expect(first).not.toContain(recorded)
        if (delivery.is === 'open' && delivery.mayBeUsed) expect(first).toEqual([])
      }),
    )
  })

  test('what is delivered by record and still good is never revoked', () => {
    fc.assert(
      fc.property(anySituation, situation => {
        const { listed, delivery, recorded } = situation
        const isGood = listed.some(one => one.id === recorded && one.isGood)
        if (delivery.is === 'proven' && delivery.by === 'record' && isGood) {
          expect(came(situation).old).not.toContain(recorded)
        }
      }),
    )
  })

  test('a value of somebody else’s is overwritten only with consent, once nothing is left that was made for its place', () => {
    fc.assert(
      fc.property(anySituation, situation => {
        const { seen, old } = came(situation)
        const { delivery, recorded, fresh, listed } = situation
        const isForeign = delivery.is === 'foreign'
        const goes = isForeign && seen.is === 'missing'
        expect(seen.is === 'differs').toBe(isForeign && !goes)
        if (!goes) return
        expect(seen).toMatchObject({ state: { mint: false, unproven: [] } })
        for (const id of old) {
          if (id === recorded) expect(listed.some(one => one.isLabelled && one.isGood && one.id !== id)).toBe(true)
          else expect({ id, isOvertaken: delivery.isOvertaken }).toEqual({ id: fresh, isOvertaken: true })
        }
      }),
    )
  })
})

describe('What stands in a context', () => {
  const VALUES = [
    { variable: 'NAME', value: 'bot' },
    { variable: 'PASS', value: secretHole(`${STEP}:token`) },
  ]

  /** A context with these values, an engine that is signed in there, and looks at it with the secret at hand or not. */
  async function stand(variables: Readonly<Record<string, string>> = {}) {
    const rehearsal = await acme(({ circleci }) =>
      furnish(circleci, { contexts: [{ id: CONTEXT, name: 'c', organization: idOf(circleci, ACME) }] }),
    )
    const engine = makeEngine({ rehearsal })
    const token = rehearsal.world.circleci.users[0]?.tokens[0]?.token ?? ''
    engine.clouds.credentials.set('circleci', { secret: new Secret(token) })
    const client = circleClient(rehearsal)
    const put = (name: string, value: string) =>
      client('PUT', `/api/v2/context/${CONTEXT}/environment-variable/${name}`, { value })
    for (const [name, value] of Object.entries(variables)) await put(name, value)
    const writtenAt = (name: string) =>
      rehearsal.world.circleci.contexts[0]?.variables.find(one => one.name === name)?.updatedAt ?? ''
    const intend = (name: string, at: string | number) =>
      engine.progress.save({
        intents: { [`${STEP}/deliver-${name}`]: { step: STEP, at: new Date(at).toISOString() } },
      })
    const record = (name: string) => engine.progress.save({ facts: { [`${STEP}:delivered-${name}`]: writtenAt(name) } })
    const learn = (facts: Readonly<Record<string, string>> = {}) => engine.progress.save({ facts })
    const look = (secret?: string) => {
      const minted = new Map(secret === undefined ? [] : [[`${STEP}:token`, new Secret(secret)]])
      const target = { organization: ACME, name: 'c' }
      return lookAtDelivery(newLook(engine, undefined, minted), STEP, target, VALUES)
    }
    return { put, look, learn, intend, record, writtenAt }
  }

  test('is open where nothing is in it', async () => {
    const { look } = await stand()
    expect(await look('a long one')).toMatchObject({ is: 'open', mayBeUsed: false })
  })

  test('is somebody else’s where we never began to write it', async () => {
    const { look, writtenAt } = await stand({ NAME: 'bot', PASS: 'a long one' })
    expect(await look('a long one')).toMatchObject({
      is: 'foreign',
      variables: ['NAME', 'PASS'].map(name => ({ name, writtenAt: writtenAt(name) })),
    })
  })

  test.each([
    ['before we began', 5_000],
    ['long after we began, and were interrupted', -86_400_000],
  ])('is somebody else’s where it was written %s', async (_, ms) => {
    const { look, intend, writtenAt } = await stand({ NAME: 'bot', PASS: 'a long one' })
    for (const name of ['NAME', 'PASS']) await intend(name, Date.parse(writtenAt(name)) + ms)
    expect(await look()).toMatchObject({ is: 'foreign' })
  })

  test('is proven by the secret at hand, and by nothing else', async () => {
    const { look, intend, writtenAt } = await stand({ NAME: 'bot', PASS: 'a long one' })
    for (const name of ['NAME', 'PASS']) await intend(name, writtenAt(name))
    expect(await look('a long one')).toMatchObject({ is: 'proven', by: 'hand' })
    expect(await look('another')).toMatchObject({ is: 'open', mayBeUsed: true })
    expect(await look()).toMatchObject({ is: 'open', mayBeUsed: true })
  })

  test('is not proven by how it ends where it stood there before: another of ours may end alike', async () => {
    const { look, intend, learn, put, writtenAt } = await stand({ NAME: 'bot', PASS: 'an older one' })
    for (const name of ['NAME', 'PASS']) await intend(name, writtenAt(name))
    const before = await look()
    expect(before).toMatchObject({ is: 'open', stood: { [`${STEP}:stood-PASS`]: writtenAt('PASS') } })
    await learn('stood' in before ? before.stood : {})
    expect(await look('a newer one')).toMatchObject({ is: 'open', mayBeUsed: true })
    await put('PASS', 'a newer one')
    expect(await look('a newer one')).toMatchObject({ is: 'proven', by: 'hand' })
  })

  test('is proven by record for as long as nobody writes it anew, the same value included', async () => {
    const { look, record, put } = await stand({ NAME: 'bot', PASS: 'a long one' })
    for (const name of ['NAME', 'PASS']) await record(name)
    expect(await look()).toMatchObject({ is: 'proven', by: 'record' })
    await put('PASS', 'a long one')
    expect(await look()).toMatchObject({ is: 'foreign', variables: [{ name: 'PASS' }] })
  })

  test('tells by the secret alone which credential it is: a name that was written anew proves nothing', async () => {
    const { look, record, intend, put, writtenAt } = await stand({ NAME: 'other', PASS: 'a long one' })
    await record('PASS')
    await put('NAME', 'bot')
    await intend('NAME', writtenAt('NAME'))
    expect(await look()).toMatchObject({ is: 'proven', by: 'record' })
    expect(await look('a new one')).toMatchObject({ is: 'proven', by: 'record' })
  })

  test('is not proven where nothing was stored', async () => {
    const { look, intend, writtenAt } = await stand({ NAME: 'bot', PASS: '' })
    for (const name of ['NAME', 'PASS']) await intend(name, writtenAt(name))
    expect(await look('a long one')).toMatchObject({ is: 'open' })
    expect(await look('')).toMatchObject({ is: 'open' })
  })
})

test('A secret ends as CircleCI shows it, whatever its length, once there is anything to show', () => {
  const engine = makeEngine()
  const anySecret = fc.string({ unit: 'grapheme-ascii', minLength: 1, maxLength: 12 })
  fc.assert(
    fc.property(anySecret, anySecret, (text, other) => {
      const look = newLook(engine, undefined, new Map([['x', new Secret(text)]]))
      expect(look.endsIn('x', tailOf(text))).toBe(text.length >= 2)
      expect(look.endsIn('x', tailOf(other))).toBe(other.length >= 2 && text.endsWith(tailOf(other)))
      expect(look.endsIn('y', tailOf(text))).toBeUndefined()
    }),
  )
})

test('Beside the answer to a later try, what the lost one made is ours, and what came after the answer is another machine’s', () => {
  const at = (seconds: number) => new Date(BEGUN + seconds * 1000)
  const look = {
    ...lookWith({ [`${STEP}:new`]: 'answered' }, BEGUN),
    begunAt: (_: string, which?: 'first') => (which === 'first' ? at(0) : at(60)),
    answered: () => 'again' as const,
  }
  const one = (id: string, seconds: number) => ({ id, madeAt: at(seconds), isLabelled: true, isGood: true })
  const listed = [one('lost', 5), one('answered', 60), one('theirs', 65)]
  const seen = standing(look, STEP, { listed, delivery: { is: 'open', mayBeUsed: false }, context: 'c' })
  expect(seen).toMatchObject({ state: { old: ['lost', 'answered'] } })
})

describe('A value in the place where it no longer is to be', () => {
  const clearing = (isOurs: boolean) => {
    const there = { name: 'V', writtenAt: '2026-11-22T10:00:00.000Z', in: 'the project', path: '/path/V', isOurs }
    return renewed({ ...NOTHING, mint: false, elsewhere: [there] }, [], revoke)
  }
  const revoke = (id: string) => ({ kind: 'run', key: id, does: id, argv: [id] }) as const

  test('is taken out after the new one is in its place, and before the old credential is revoked', () => {
    const there = { name: 'V', writtenAt: '2026-11-22T10:00:00.000Z', in: 'the project', path: '/path/V', isOurs: true }
    const made = [{ kind: 'run', key: 'make', does: 'make', argv: ['make'] }] as const
    const standing = { mint: true, old: ['first', 'last'], unproven: ['first'], elsewhere: [there] }
    expect(renewed(standing, made, revoke).map(({ key }) => key)).toEqual(['first', 'make', 'clear-V', 'last'])
  })

  test('may go at once, without a new plan, only where it is ours', () => {
    expect(clearing(true)).toMatchObject([{ method: 'DELETE', path: '/path/V', takesBack: true }])
    expect(clearing(false)).toMatchObject([{ method: 'DELETE', path: '/path/V' }])
    expect(clearing(false)[0]).not.toHaveProperty('takesBack')
  })
})
