import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import { lookAtAll } from '../../src/engine/pass.ts'
import { inOrder } from '../../src/engine/plan.ts'
import type { Owned, Seen, Step, StepId } from '../../src/engine/step.ts'
import { rehearse } from '../rehearsal/client.ts'
import { makeCheckout } from '../support/checkout.ts'
import { fakeStep, makeEngine, walk } from '../support/engine.ts'
import { NOTHING } from '../support/nothing.ts'
import { writesOf } from '../support/writes.ts'

const present: Seen<unknown> = { is: 'present', state: 0 }
const how = [{ what: 'colour', expected: 'red', found: 'blue' }] as const

/** A small world: a command named like a step does that step. `does` may make it fail, or wait. */
function smallWorld(does: (id: string) => Promise<number> | number = () => 0) {
  const done = new Set<string>()
  const ran: string[] = []
  const engine = makeEngine()
  const run: Engine['clouds']['run'] = async ({ argv: [id = ''] }) => {
    ran.push(id)
    const code = await does(id)
    if (code === 0) done.add(id)
    return { code, stdout: '', stderr: code === 0 ? '' : 'no luck' }
  }
  const step = (id: StepId, more: Partial<Step> = {}) =>
    fakeStep(id, { look: async () => (done.has(id) ? present : { is: 'missing' }), ...more })
  return { done, ran, step, engine: { ...engine, clouds: { ...engine.clouds, run } } }
}

describe('Steps run', () => {
  test('behind those that they come after', async () => {
    const { step, engine, ran } = smallWorld()
    const steps = [step('a.one'), step('b.two', { after: ['a.one'] }), step('a.three', { after: ['b.two'] })]
    const { outcomes } = await walk(steps, engine)
    expect(ran).toEqual(['a.one', 'b.two', 'a.three'])
    expect([...outcomes.values()].map(({ is }) => is)).toEqual(['done', 'done', 'done'])
  })

  test('side by side where none waits for the other', async () => {
    const begun = new Map<string, () => void>()
    /** Ends only when both have begun. */
    const { step, engine } = smallWorld(async id => {
      await new Promise<void>(resolve => {
        begun.set(id, resolve)
        if (begun.size === 2) for (const end of begun.values()) end()
      })
      return 0
    })
    const { outcomes } = await walk([step('a.one'), step('b.two')], engine)
    expect([...outcomes.values()].map(({ is }) => is)).toEqual(['done', 'done'])
  })

  test('side by side write down what they begin in one go, before any of them acts, and then what became of it', async () => {
    const notWritten: string[] = []
    const { step, engine } = smallWorld(id => {
      const { intents } = JSON.parse(readFileSync(engine.progress.file, 'utf8'))
      if (!(`${id}/do` in intents)) notWritten.push(id)
      return 0
    })
    const steps = Array.from({ length: 100 }, (_, index) => step(`a.step${index}`))
    const writes = await writesOf(dirname(engine.progress.file), () => walk(steps, engine))
    expect({ writes, notWritten }).toEqual({ writes: 2, notWritten: [] })
    const { records, intents } = JSON.parse(readFileSync(engine.progress.file, 'utf8'))
    expect([Object.keys(records).length, intents]).toEqual([100, {}])
  })

  test('one after the other write down what was done together with what comes next', async () => {
    const { step, engine } = smallWorld()
    const steps = Array.from({ length: 10 }, (_, index) =>
      step(`a.step${index}`, index === 0 ? {} : { after: [`a.step${index - 1}`] }),
    )
    expect(await writesOf(dirname(engine.progress.file), () => walk(steps, engine))).toBe(11)
  })

  test('but are not done, and nothing comes after them, where that cannot be written down', async () => {
    const { step, engine, ran } = smallWorld(() => {
      rmSync(dirname(engine.progress.file), { recursive: true })
      writeFileSync(dirname(engine.progress.file), 'in the way')
      return 0
    })
    const { outcomes, events } = await walk([step('a.one'), step('a.two', { after: ['a.one'] })], engine)
    expect(ran).toEqual(['a.one'])
    for (const id of ['a.one', 'a.two'] as const) {
      expect(outcomes.get(id)).toMatchObject({ is: 'failed', cause: { code: 'progress-unwritable' } })
      expect(events.findLast(event => event.step === id)?.event).toBe('fail')
    }
    expect(engine.progress.saved).toMatchObject({ records: NOTHING, intents: { 'a.one/do': { step: 'a.one' } } })
  })

  test('and those that are left out hold nothing up, however they stand', async () => {
    const { step, engine, ran } = smallWorld()
    const cause = { code: 'dark', means: 'Nobody can see it.', next: 'Make light.' }
    const steps = [
      step('a.missing'),
      step('a.unknown', { look: async () => ({ is: 'unknown', cause }) }),
      step('b.two', { after: ['a.missing', 'a.unknown'] }),
    ]
    const { outcomes } = await walk(steps, engine, { leftOut: ['a.missing', 'a.unknown'] })
    expect(ran).toEqual(['b.two'])
    expect(outcomes.get('a.missing')).toMatchObject({ is: 'open', why: 'left-out' })
    expect(outcomes.get('a.unknown')).toMatchObject({ is: 'open', why: 'left-out' })
    expect(outcomes.get('b.two')).toMatchObject({ is: 'done' })
  })

  test('but not those that come after a failed one: they say what they wait for, and the others go on', async () => {
    const { step, engine, ran } = smallWorld(id => (id === 'a.one' ? 1 : 0))
    const steps = [
      step('a.one'),
      step('a.two', { after: ['a.one'] }),
      step('a.three', { after: ['a.two'] }),
      step('b.four'),
    ]
    const { outcomes, events } = await walk(steps, engine)
    expect(ran).toEqual(['a.one', 'b.four'])
    expect(outcomes.get('a.one')).toMatchObject({ is: 'failed', cause: { code: 'command-failed' } })
    expect(outcomes.get('a.two')).toMatchObject({ is: 'open', why: 'after', detail: 'for a.one' })
    expect(outcomes.get('a.three')).toMatchObject({ is: 'open', why: 'after', detail: 'for a.two' })
    expect(outcomes.get('b.four')?.is).toBe('done')
    expect(events).toContainEqual({ step: 'a.two', event: 'wait', detail: 'for a.one' })
  })

  test('and what is done already is not done again, nor saved again', async () => {
    const { step, engine, ran } = smallWorld()
    const one = step('a.one')
    await walk([one], engine)
    const before = engine.progress.saved
    const { events } = await walk([one], engine)
    expect(ran).toEqual(['a.one'])
    expect(events).toEqual([{ step: 'a.one', event: 'present', detail: 'made' }])
    expect(engine.progress.saved).toBe(before)
  })

  test('and what stood there before is saved before anything is done', async () => {
    const saved: (string | undefined)[] = []
    const { step, engine } = smallWorld(() => {
      saved.push(engine.progress.saved.facts['a.one:stood'])
      return 0
    })
    const seen: Seen<unknown> = { is: 'missing', learned: { 'a.one:stood': 'yes' } }
    const one = step('a.one', { look: async () => seen })
    await walk([one], engine)
    expect(saved).toEqual(['yes'])
    const { saved: before } = engine.progress
    await walk([one], engine, { leftOut: ['a.one'] })
    expect(engine.progress.saved).toBe(before)
  })

  test('and none of them where it cannot be seen how things stand', async () => {
    const { step, engine, ran } = smallWorld()
    const cause = { code: 'blind', means: 'Nothing is seen.', next: 'Wait.' }
    const { outcomes } = await walk([step('a.one', { look: async () => ({ is: 'unknown', cause }) })], engine)
    expect(outcomes.get('a.one')).toEqual({ is: 'failed', cause })
    expect(ran).toEqual([])
  })

  test('and are not done before reality shows it', async () => {
    const { step, engine, ran } = smallWorld()
    const { outcomes } = await walk([step('a.one', { look: async () => ({ is: 'missing' }) })], engine)
    expect(ran).toEqual(['a.one'])
    expect(outcomes.get('a.one')).toMatchObject({ is: 'failed', cause: { code: 'not-proven' } })
    expect(engine.progress.saved.records).toEqual({})
    expect(Object.keys(engine.progress.saved.intents)).toEqual(['a.one/do'])
  })
})

describe('Without consent', () => {
  const owned: Owned = {
    id: 'id',
    what: 'app x',
    owner: 'you@example.com',
    since: new Date('2020-05-01T00:00:00Z'),
    alsoAccess: ['helper@example.com'],
  }
  const strangers = async (): Promise<Seen<unknown>> => ({ ...present, state: 0, is: 'present', owned })
  const other = async (): Promise<Seen<unknown>> => ({ is: 'differs', state: 0, how })

  test('what was ours, and is another owner’s since the steps before it ran, does not count as done', async () => {
    const { done, step, engine } = smallWorld()
    const ours = { ...owned, id: 'ours', owner: 'us@example.com' }
    const look = async (): Promise<Seen<unknown>> => ({ ...present, owned: done.has('a.one') ? owned : ours })
    const record = { how: 'made', id: 'ours', by: 'us', at: '2026-01-01T00:00:00.000Z' } as const
    await engine.progress.save({ records: { 'b.two': record } })
    const { outcomes } = await walk([step('a.one'), step('b.two', { after: ['a.one'], look })], engine)
    expect(outcomes.get('b.two')).toMatchObject({ is: 'open', why: 'changed' })
    expect(engine.progress.saved.records['b.two']).toEqual(record)
  })

  test('a stranger’s thing is not used, and it is said whose it is, since when, and who else has it', async () => {
    const { step, engine } = smallWorld()
    const { outcomes, events } = await walk([step('a.one', { look: strangers })], engine)
    const detail =
      'app x is there already (owner you@example.com, since 2020-05-01, helper@example.com can change it too)'
    expect(events).toEqual([{ step: 'a.one', event: 'person', detail }])
    expect(outcomes.get('a.one')).toMatchObject({ is: 'open', why: 'consent', detail })
    expect(engine.progress.saved.records).toEqual({})
  })

  test('what differs is not overwritten, and it is said what it is and should be', async () => {
    const { step, engine, ran } = smallWorld()
    const { outcomes, events } = await walk([step('a.one', { look: other })], engine)
    expect(events).toEqual([{ step: 'a.one', event: 'differs', detail: 'colour is blue, expected red' }])
    expect(outcomes.get('a.one')).toMatchObject({ is: 'open', why: 'consent' })
    expect(ran).toEqual([])
  })

  test('what comes after it waits', async () => {
    const { step, engine, ran } = smallWorld()
    await walk([step('a.one', { look: other }), step('a.two', { after: ['a.one'] })], engine)
    expect(ran).toEqual([])
  })

  test('it is not; with it, a stranger’s thing is recorded as adopted', async () => {
    const { step, engine } = smallWorld()
    await walk([step('a.one', { look: strangers })], engine, { agreed: ['a.one'] })
    expect(engine.progress.saved.records['a.one']).toMatchObject({ how: 'adopted', id: 'id' })
  })
})

describe('What is no longer as it was agreed to is left alone:', () => {
  test('it was done meanwhile by somebody else: then it is done', async () => {
    const { step, engine, ran, done } = smallWorld()
    const { outcomes, events } = await walk([step('a.one')], engine, { meanwhile: () => done.add('a.one') })
    expect(outcomes.get('a.one')).toEqual({ is: 'done', notes: [] })
    expect(events.map(({ event }) => event)).toEqual(['present'])
    expect(ran).toEqual([])
  })

  test('other actions are called for', async () => {
    const { step, engine, ran } = smallWorld()
    let argument = 'before'
    const one = step('a.one', { actions: () => [{ kind: 'run', key: 'do', does: 'do', argv: ['a.one', argument] }] })
    const { outcomes } = await walk([one], engine, {
      meanwhile: () => {
        argument = 'after'
      },
    })
    expect(outcomes.get('a.one')).toMatchObject({ is: 'open', why: 'changed' })
    expect(ran).toEqual([])
  })

  test('a consent is needed that was not asked for', async () => {
    const { step, engine, ran } = smallWorld()
    let seen: Seen<unknown> = { is: 'missing' }
    const { outcomes } = await walk([step('a.one', { look: async () => seen })], engine, {
      meanwhile: () => {
        seen = { is: 'differs', state: 0, how }
      },
    })
    expect(outcomes.get('a.one')).toMatchObject({ is: 'open', why: 'changed' })
    expect(ran).toEqual([])
  })
})

describe('When a stop is called', () => {
  const two = (id: StepId) => ({
    actions: () =>
      [
        { kind: 'run', key: 'first', does: 'the first', argv: [id] },
        { kind: 'run', key: 'second', does: 'the second', argv: [id] },
      ] as const,
  })

  test('before anything has begun, nothing is', async () => {
    const { step, engine, ran } = smallWorld()
    const { outcomes } = await walk([step('a.one')], engine, { stop: AbortSignal.abort() })
    expect(outcomes.get('a.one')).toMatchObject({ is: 'open', why: 'stopped' })
    expect(ran).toEqual([])
  })

  test('what is in flight is finished, and nothing further is begun', async () => {
    const stop = new AbortController()
    const { step, engine, ran } = smallWorld(() => {
      stop.abort()
      return 0
    })
    const steps = [step('a.one', two('a.one')), step('a.two', { after: ['a.one'] })]
    const { outcomes } = await walk(steps, engine, { stop: stop.signal })
    expect(ran).toEqual(['a.one'])
    expect(outcomes.get('a.one')).toMatchObject({ is: 'open', why: 'stopped', detail: 'before: the second' })
    expect(outcomes.get('a.two')).toMatchObject({ is: 'open', why: 'after' })
  })
})

describe('What was asked for the plan', () => {
  /** A step that needs an answer, and what is to be done with it; and how often it was asked. */
  async function stand() {
    const rehearsal = await rehearse()
    const { engine, step, done } = smallWorld()
    const { clouds } = makeEngine({ rehearsal })
    const asking = (id: StepId, more: Partial<Step> = {}) =>
      step(id, {
        look: async ({ read }) => {
          await read('heroku', '/account')
          return done.has(id) ? present : { is: 'missing' }
        },
        ...more,
      })
    const both = { ...engine, clouds: { ...clouds, run: engine.clouds.run } }
    return { engine: both, asking, times: () => rehearsal.log.length }
  }

  test('is not asked again before the first step acts, and once after it, for all that come next', async () => {
    const { engine, asking, times } = await stand()
    await walk([asking('a.one'), asking('a.two', { after: ['a.one'] })], engine)
    // For the plan; after the first, which is before the second; after the second.
    expect(times()).toBe(3)
  })

  test('is asked again where a person has read the plan meanwhile', async () => {
    const { engine, asking, times } = await stand()
    await walk([asking('a.one')], engine, { meanwhile: () => {} })
    expect(times()).toBe(3)
  })
})

test('Steps that ask reality the same thing ask once', async () => {
  const rehearsal = await rehearse()
  const { clouds, ...rest } = makeEngine({ rehearsal, repo: makeCheckout() })
  const ran: string[] = []
  const run: typeof clouds.run = command => {
    ran.push(command.argv.join(' '))
    return clouds.run(command)
  }
  const look: Step['look'] = async ({ read, origin }) => {
    await Promise.all([read('heroku', '/account'), read('heroku', '/apps/x'), origin('refs/heads/main')])
    return present
  }
  const steps = [fakeStep('a.one', { look }), fakeStep('b.two', { look })]
  await lookAtAll(steps, { ...rest, clouds: { ...clouds, run } }, new AbortController().signal)
  expect(rehearsal.log.map(({ path }) => path).toSorted()).toEqual(['/account', '/apps/x'])
  expect(ran.filter(command => command.includes('ls-remote'))).toEqual(['git ls-remote origin refs/heads/main'])
})

describe('What cannot be done before something else has come', () => {
  /** A push that brings a repository and fails at something else, and the grant that needs it. */
  function pushAndGrant({ brings }: { readonly brings: boolean }) {
    const world = smallWorld(id => (id === 'a.push' ? 1 : 0))
    const push = world.step('a.push', {
      actions: () => [{ kind: 'run', key: 'do', does: 'push', argv: ['a.push'] }],
    })
    const grant = world.step('b.grant', {
      beside: ['a.push'],
      look: async () => {
        if (world.done.has('b.grant')) return present
        const isThere = brings && world.ran.includes('a.push')
        return isThere ? { is: 'missing' } : { is: 'missing', awaits: { on: 'ci', detail: 'for the repository' } }
      },
    })
    return { ...world, steps: inOrder([grant, push]) }
  }

  test('is planned all the same, and done as soon as it has come, even where what brings it fails', async () => {
    const { steps, engine, ran } = pushAndGrant({ brings: true })
    const { plan, outcomes } = await walk(steps, engine)
    expect(plan.map(({ step, actions }) => [step.id, actions.length])).toEqual([
      ['a.push', 1],
      ['b.grant', 1],
    ])
    expect(ran).toEqual(['a.push', 'b.grant'])
    expect(outcomes.get('a.push')).toMatchObject({ is: 'failed' })
    expect(outcomes.get('b.grant')).toEqual({ is: 'done', notes: [] })
  })

  test('is left for the next run where it does not come: it waits no longer than what brings it', async () => {
    const { steps, engine, ran } = pushAndGrant({ brings: false })
    const { outcomes, events } = await walk(steps, engine)
    expect(ran).toEqual(['a.push'])
    expect(outcomes.get('b.grant')).toEqual({ is: 'open', why: 'after', detail: 'for the repository' })
    expect(events.filter(({ step }) => step === 'b.grant').map(({ event }) => event)).toEqual(['start', 'wait'])
  })
})

test('A look that does not end is given up, and says which steps it waited for', async () => {
  const steps = [fakeStep('a.one'), fakeStep('b.stuck', { look: () => new Promise<never>(() => {}) })]
  const told: unknown[] = []
  const patience = { slowMs: 1, longestMs: 50, tell: (waiting: readonly StepId[]) => told.push(waiting) }
  const looking = lookAtAll(steps, makeEngine(), new AbortController().signal, patience)
  await expect(looking).rejects.toMatchObject({ cause: { code: 'look-too-long', asked: 'b.stuck' } })
  expect(told).toEqual([['b.stuck']])
})
