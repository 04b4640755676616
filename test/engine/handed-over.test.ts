import { describe, expect, test } from 'vitest'
import type { HandedOver } from '../../src/engine/handed-over.ts'
import { lookAtAll, openConsent } from '../../src/engine/pass.ts'
import type { Action, Look, Owned, Seen, Step } from '../../src/engine/step.ts'
import { fakeStep, makeEngine, walk } from '../support/engine.ts'
import { NOTHING_SAID } from '../support/hand-over.ts'

const AT = NOTHING_SAID.at
const made = (id?: string) => ({ how: 'made', by: 'ann@laptop', at: AT, ...(id && { id }) }) as const
const intent = { step: 'a.one', at: AT }
const does = (key: string): Action => ({ kind: 'run', key, does: key, argv: [key] })
const present = (more: Partial<Extract<Seen<unknown>, { is: 'present' }>> = {}): Seen<unknown> => ({
  ...{ is: 'present', state: 0 },
  ...more,
})

/** A step that is done by what its look says, on a machine to which something was handed over. */
function place(look: (look: Look, done: ReadonlySet<string>) => Seen<unknown>, said: Partial<HandedOver> = {}) {
  const done = new Set<string>()
  const engine = makeEngine()
  const run = async ({ argv: [key = ''] }: { readonly argv: readonly string[] }) => {
    done.add(key)
    return { code: 0, stdout: '', stderr: '' }
  }
  const step: Step = fakeStep('a.one', {
    look: async one => look(one, done),
    actions: (_, seen) => ((seen !== undefined && 'state' in seen ? seen.state : []) as readonly string[]).map(does),
  })
  return {
    step,
    done,
    engine: { ...engine, clouds: { ...engine.clouds, run }, handedOver: { ...NOTHING_SAID, ...said } },
  }
}

/** By the fact it is revoked what somebody may have left; without it, one is made beside it. */
const byFact = (look: Look, done: ReadonlySet<string>): Seen<unknown> => {
  if (done.has('make')) return present()
  return { is: 'missing', state: look.fact('a.one:old') === undefined ? ['make'] : ['revoke', 'make'] }
}
const OLD = { facts: { 'a.one:old': '7' } }

describe('A word that changes what is done', () => {
  test('does nothing without consent, and says whose word it is and what would be done; nothing is saved', async () => {
    const { step, engine, done } = place(byFact, OLD)
    const { plan, outcomes } = await walk([step], engine)
    expect(plan).toMatchObject([{ consents: ['adopt'] }])
    expect(plan.map(openConsent)).toEqual([expect.stringMatching(/word of ann@laptop alone: revoke; make$/)])
    expect(outcomes.get('a.one')).toMatchObject({ is: 'open', why: 'consent' })
    expect([...done]).toEqual([])
    const { facts, records, intents } = engine.progress.saved
    expect({ facts, records, intents }).toEqual({ facts: {}, records: {}, intents: {} })
  })

  test('with consent is saved and done; what is made anew by it is ours', async () => {
    const { step, engine, done } = place(byFact, OLD)
    const { outcomes } = await walk([step], engine, { agreed: ['a.one'] })
    expect(outcomes.get('a.one')).toMatchObject({ is: 'done' })
    expect([...done]).toEqual(['revoke', 'make'])
    expect(engine.progress.saved).toMatchObject({ facts: OLD.facts, records: { 'a.one': { how: 'made' } } })
  })

  test('is not saved of a step that is only looked at, whatever was agreed to', async () => {
    const { step, engine, done } = place(byFact, OLD)
    await walk([step], engine, { agreed: ['a.one'], leftOut: ['a.one'] })
    expect([...done]).toEqual([])
    expect(engine.progress.saved.facts).toEqual({})
  })

  test('as that it is done already: then it is adopted', async () => {
    const look = (one: Look): Seen<unknown> =>
      one.begunAt('a.one/make') ? present() : { is: 'missing', state: ['make'] }
    const { step, engine, done } = place(look, { intents: { 'a.one/make': intent } })
    await walk([step], engine, { agreed: ['a.one'] })
    expect([...done]).toEqual([])
    expect(engine.progress.saved.records).toMatchObject({ 'a.one': { how: 'adopted' } })
    expect(engine.progress.saved.intents).toEqual({})
  })

  test('lets nothing be overwritten that could not be without it', async () => {
    const how = [{ what: 'colour', expected: 'red', found: 'blue' }] as const
    const look = (one: Look): Seen<unknown> =>
      one.fact('a.one:old') ? { is: 'missing', state: ['revoke', 'make'] } : { is: 'differs', how, state: ['make'] }
    const { step, engine } = place(look, OLD)
    const { plan } = await walk([step], engine)
    expect(plan).toMatchObject([{ consents: ['adopt', 'replace'] }])
  })

  test('only once something else is done: it is asked then', async () => {
    const { engine, step } = place(byFact)
    const later = fakeStep('b.two', {
      after: ['a.one'],
      look: async look =>
        look.record('a.one') === undefined || look.fact('a.one:when') ? { is: 'missing' } : present(),
    })
    const told = { ...engine, handedOver: { ...NOTHING_SAID, facts: { 'a.one:when': AT } } }
    const { outcomes } = await walk([step, later], told)
    expect(outcomes.get('b.two')).toMatchObject({ is: 'open', why: 'changed' })
    const { plan } = await walk([step, later], told)
    expect(plan.map(({ consents }) => consents)).toEqual([[], ['adopt']])
  })
})

describe('A word that changes nothing', () => {
  test('is not asked about, and not saved', async () => {
    const look = (one: Look, done: ReadonlySet<string>): Seen<unknown> => {
      one.fact('a.one:old')
      return done.has('make') ? present() : { is: 'missing', state: ['make'] }
    }
    const { step, engine } = place(look, OLD)
    const { outcomes } = await walk([step], engine)
    expect(outcomes.get('a.one')).toMatchObject({ is: 'done' })
    expect(engine.progress.saved.facts).toEqual({})
  })

  test('since this machine knows a fact of its own, which is gone by', async () => {
    const look = (one: Look): Seen<unknown> => ({ is: 'missing', state: [`make-${one.fact('a.one:old')}`] })
    const { step, engine } = place(look, OLD)
    await engine.progress.save({ facts: { 'a.one:old': '1' } })
    const plan = await lookAtAll([step], engine, new AbortController().signal)
    expect(plan).toMatchObject([{ consents: [], actions: [{ key: 'make-1' }] }])
  })

  test('since this machine knows when it began itself, which is gone by', async () => {
    const look = (one: Look): Seen<unknown> => ({
      is: 'missing',
      state: [`begun-${one.begunAt('a.one/make')?.getUTCFullYear()}`],
    })
    const { step, engine } = place(look, { intents: { 'a.one/make': intent } })
    await engine.progress.save({ intents: { 'a.one/make': { step: 'a.one', at: '2020-01-01T00:00:00.000Z' } } })
    const plan = await lookAtAll([step], engine, new AbortController().signal)
    expect(plan).toMatchObject([{ consents: [], actions: [{ key: 'begun-2020' }] }])
  })

  test('since this machine knows better', async () => {
    const look = (one: Look): Seen<unknown> => {
      if (one.begunAt('a.one/make')) return present()
      return byFact(one, new Set())
    }
    const { step, engine } = place(look, { ...OLD, intents: { 'a.one/make': intent } })
    await engine.progress.save({ facts: { 'a.one:old': '' }, records: { 'a.one': made() } })
    const plan = await lookAtAll([step], engine, new AbortController().signal)
    expect(plan).toMatchObject([{ consents: [], actions: [{ key: 'revoke' }, { key: 'make' }] }])
  })
})

describe('A stranger’s thing', () => {
  const owned: Owned = { id: '7', what: 'thing', owner: 'bob', since: new Date(AT), alsoAccess: [], isLabelled: true }
  const SAID: readonly (readonly [string, Partial<HandedOver>])[] = [
    ['recorded under its very id', { records: { 'a.one': made('7') } }],
    ['begun in its very second', { intents: { 'a.one/make': intent } }],
    ['known by its id', { facts: { 'a.one:id': '7' } }],
  ]

  test.each(SAID)('is not taken for ours, though said to be %s', async (_, said) => {
    const { step, engine } = place(() => present({ owned }), said)
    const { outcomes } = await walk([step], engine)
    expect(outcomes.get('a.one')).toMatchObject({ is: 'open', why: 'consent' })
    expect(engine.progress.saved.records).toEqual({})
  })

  test('is told to be said to be ours, where it is this very thing, and adopted with consent', async () => {
    const { step, engine } = place(() => present({ owned }), { records: { 'a.one': made('7') } })
    const { plan } = await walk([step], engine, { agreed: ['a.one'] })
    expect(plan.map(openConsent)).toEqual([expect.stringContaining('ann@laptop says that this set-up made it')])
    expect(engine.progress.saved.records).toMatchObject({ 'a.one': { how: 'adopted', by: 'somebody@here' } })
  })

  test.each([
    ['made under another id', made('8')],
    ['adopted by whoever handed it over', { ...made('7'), how: 'adopted' as const }],
  ])('is not told to be said to be ours, where it is said to be %s', async (_, record) => {
    const { step, engine } = place(() => present({ owned }), { records: { 'a.one': record } })
    const { plan } = await walk([step], engine)
    expect(plan).toMatchObject([{ consents: ['adopt'] }])
    expect(plan.map(openConsent)).toEqual([expect.not.stringContaining('ann')])
  })
})
