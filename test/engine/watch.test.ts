import { describe, expect, test } from 'vitest'
import { NeedsSecret } from '../../src/clouds/cause.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { lookAtAll, runPass } from '../../src/engine/pass.ts'
import type { Action, PersonAction, Seen, Step, StepId } from '../../src/engine/step.ts'
import { brisk } from '../clouds/servers.ts'
import { rehearse } from '../rehearsal/client.ts'
import { fakeStep, makeEngine, walk } from '../support/engine.ts'

const ID = 'a.one'
const present: Seen<unknown> = { is: 'present', state: 0 }
const pending = (detail: string, on: 'vendor' | 'ci' | 'person' = 'vendor'): Seen<unknown> => ({
  is: 'pending',
  on,
  detail,
})
const cause = { code: 'broken', means: 'It is broken.', next: 'Mend it.' }
const failed: Seen<unknown> = { is: 'failed', cause }
const run = (key: string, more: Partial<Action> = {}): Action =>
  ({ kind: 'run', key, does: `do ${key}`, argv: [key], ...more }) as Action
const create: Action = {
  kind: 'request',
  key: 'create',
  does: 'create the app x',
  host: 'heroku',
  method: 'POST',
  path: '/apps',
  body: { name: 'an-app' },
  again: 'look-first',
}
const person: PersonAction = { kind: 'person', key: 'ask', does: 'open the page', who: 'an admin', instructions: [] }

/** A step that is seen so, look by look; the last for ever. What ran, and how long it was waited, is kept. */
function stand(seens: readonly Seen<unknown>[], more: Partial<Step> = {}) {
  const ran: string[] = []
  const waits: number[] = []
  let looks = 0
  const look: Step['look'] = async () => {
    looks += 1
    return seens[Math.min(looks, seens.length) - 1] ?? present
  }
  const made = makeEngine()
  const clock: Engine['clouds']['clock'] = {
    ...brisk,
    sleep: async (ms, signal) => {
      waits.push(ms)
      await brisk.sleep(0, signal)
    },
  }
  const clouds: Engine['clouds'] = {
    ...made.clouds,
    clock,
    run: async ({ argv }) => {
      ran.push(argv.join(' '))
      return { code: 0, stdout: '', stderr: '' }
    },
  }
  const step = fakeStep(ID, { actions: () => [run('act')], look, ...more })
  return { step, engine: { ...made, clouds }, ran, waits, looks: () => looks }
}

const outcomeOf = async (step: Step, engine: Engine, options?: Parameters<typeof walk>[2]) => {
  const walked = await walk([step], engine, options)
  return { outcome: walked.outcomes.get(ID), events: walked.events.map(({ event, detail }) => `${event} ${detail}`) }
}

describe('What the vendor or CI is at', () => {
  test.each(['vendor', 'ci'] as const)('(%s) is watched until it is there, without acting', async on => {
    const { step, engine, ran, looks } = stand([pending('queued', on), pending('queued', on), present])
    const { outcome, events } = await outcomeOf(step, engine)
    expect(outcome).toMatchObject({ is: 'done', notes: [] })
    expect(events).toEqual(['start queued', 'done what was under way is done'])
    expect({ ran, looks: looks() }).toEqual({ ran: [], looks: 3 })
  })

  test('is told anew only where its words change', async () => {
    const seens = ['queued', 'queued', 'runs', 'runs', 'runs', 'queued'].map(detail => pending(detail))
    const { step, engine } = stand([...seens, present])
    const { events } = await outcomeOf(step, engine)
    expect(events.slice(0, -1)).toEqual(['start queued', 'start runs', 'start queued'])
  })

  test('is looked at less and less often, and soon again once it goes on; never without a pause', async () => {
    const many = (detail: string, count: number) => Array.from({ length: count }, () => pending(detail))
    const { step, engine, waits } = stand([...many('queued', 12), ...many('runs', 2), present])
    await outcomeOf(step, engine)
    expect(waits).toHaveLength(14)
    expect(Math.min(...waits)).toBe(2_000)
    expect(Math.max(...waits)).toBe(15_000)
    expect(waits.slice(0, 11)).toEqual(waits.slice(0, 11).toSorted((a, b) => a - b))
    expect(waits[12]).toBe(2_000)
  })

  test('after our own actions, too', async () => {
    const missing: Seen<unknown> = { is: 'missing' }
    const { step, engine, ran } = stand([missing, missing, pending('starts'), present])
    const { outcome, events } = await outcomeOf(step, engine)
    expect(outcome?.is).toBe('done')
    expect(events).toEqual(['start do act', 'start starts', 'done do act'])
    expect(ran).toEqual(['act'])
  })

  test('ends at once when a stop is called, and it is said what goes on', async () => {
    const stop = new AbortController()
    const { step, engine, looks } = stand([pending('queued')])
    const clock = { ...brisk, sleep: (_: number, signal?: AbortSignal) => brisk.sleep(1e12, signal) }
    const on = () => void setImmediate(() => stop.abort())
    const { outcome, events } = await outcomeOf(
      step,
      { ...engine, clouds: { ...engine.clouds, clock } },
      { stop: stop.signal, on },
    )
    expect(outcome).toEqual({ is: 'open', why: 'stopped', detail: 'under way: queued' })
    expect(events).toEqual(['start queued', 'skip under way: queued'])
    expect(looks()).toBe(1)
  })

  test('ends at once when a stop is called during a look', async () => {
    const stop = new AbortController()
    const looks = [pending('queued'), pending('queued')]
    const look: Step['look'] = async () => {
      const seen = looks.shift()
      if (looks.length > 0) return seen ?? present
      stop.abort()
      throw stop.signal.reason
    }
    const { step, engine } = stand([])
    const { outcome } = await outcomeOf({ ...step, look }, engine, { stop: stop.signal })
    expect(outcome).toMatchObject({ is: 'open', why: 'stopped', detail: 'under way: queued' })
  })

  test.each([
    ['failed', failed, { is: 'failed', cause }],
    ['unknown', { is: 'unknown', cause } as const, { is: 'failed', cause }],
  ])('that comes to be %s is a failure with its cause', async (_, seen, outcome) => {
    const { step, engine, ran } = stand([pending('runs'), seen])
    expect((await outcomeOf(step, engine)).outcome).toEqual(outcome)
    expect(ran).toEqual([])
  })

  test('that comes to need something else is for the next plan', async () => {
    const { step, engine, ran } = stand([pending('runs'), { is: 'missing' }])
    expect((await outcomeOf(step, engine)).outcome).toMatchObject({ is: 'open', why: 'changed' })
    expect(ran).toEqual([])
  })

  test('that comes to wait for a person is that person’s', async () => {
    const actions: Step['actions'] = (_, seen) => (seen?.is === 'pending' && seen.on === 'person' ? [person] : [])
    const { step, engine } = stand([pending('runs'), pending('to be approved', 'person')], { actions })
    const { outcome } = await outcomeOf(step, engine)
    expect(outcome).toEqual({ is: 'open', why: 'person', action: person, detail: 'an admin: open the page' })
  })
})

describe('What a person is at', () => {
  test('is not watched in the pass: it ends with what they must do', async () => {
    const { step, engine, ran, waits } = stand([pending('to be pushed', 'person')], { actions: () => [person] })
    const { outcome, events } = await outcomeOf(step, engine)
    expect(outcome).toEqual({ is: 'open', why: 'person', action: person, detail: 'an admin: open the page' })
    expect(events).toEqual(['person an admin: open the page'])
    expect({ ran, waits }).toEqual({ ran: [], waits: [] })
  })

  test('comes after what the wizard can do for it', async () => {
    const { step, engine, ran } = stand([pending('half', 'person')], {
      actions: () => [run('first'), person, run('never')],
    })
    expect((await outcomeOf(step, engine)).outcome).toMatchObject({ why: 'person' })
    expect(ran).toEqual(['first'])
  })
})

describe('What ended badly', () => {
  test('is tried again by its actions', async () => {
    const { step, engine, ran } = stand([failed, failed, present])
    expect((await outcomeOf(step, engine)).outcome?.is).toBe('done')
    expect(ran).toEqual(['act'])
  })

  test('is a failure with its cause where it ends badly again', async () => {
    const { step, engine, ran } = stand([failed])
    const { outcome, events } = await outcomeOf(step, engine)
    expect(outcome).toEqual({ is: 'failed', cause })
    expect(events).toEqual(['start do act', 'fail It is broken.'])
    expect(ran).toEqual(['act'])
    expect(engine.progress.saved.records).toEqual({})
  })

  test('is a failure where nothing can be done for it', async () => {
    const { step, engine } = stand([failed], { actions: () => [] })
    expect((await outcomeOf(step, engine)).outcome).toEqual({ is: 'failed', cause })
  })
})

describe('What is left of ours after all is done', () => {
  const old = run('revoke', { takesBack: true })
  const actions: Step['actions'] = (_, seen) =>
    seen?.is === 'missing' && seen.partly ? [old] : seen?.is === 'missing' ? [run('act')] : [run('other'), old]
  const missing: Seen<unknown> = { is: 'missing' }
  const left: Seen<unknown> = { is: 'missing', partly: 'an old one' }

  test('is taken back in the same pass', async () => {
    const { step, engine, ran } = stand([missing, missing, left, present], { actions })
    expect((await outcomeOf(step, engine)).outcome?.is).toBe('done')
    expect(ran).toEqual(['act', 'revoke'])
  })

  test('is taken back once, however long it still shows', async () => {
    const { step, engine, ran } = stand([missing, missing, left], { actions })
    expect((await outcomeOf(step, engine)).outcome).toMatchObject({ is: 'failed', cause: { code: 'not-proven' } })
    expect(ran).toEqual(['act', 'revoke'])
  })

  test('is left for the next plan where more than that would be to do', async () => {
    const differs: Seen<unknown> = { is: 'differs', state: 0, how: [{ what: 'a', expected: 'b', found: 'c' }] }
    const { step, engine, ran } = stand([missing, missing, differs], { actions })
    expect((await outcomeOf(step, engine)).outcome).toMatchObject({ is: 'open', why: 'changed' })
    expect(ran).toEqual(['act'])
  })
})

describe('A secret that only a person knows', () => {
  const needs = { identity: 'docker-hub.bot', what: 'code' } as const
  const asks = () => {
    throw new NeedsSecret(needs.identity, needs.what, cause)
  }

  test('is asked for where the look needs it, which is no failure', async () => {
    const { engine, ran } = stand([])
    const { outcome, events } = await outcomeOf(fakeStep(ID, { look: async () => asks() }), engine)
    expect(outcome).toEqual({ is: 'open', why: 'secret', needs, cause, detail: cause.means })
    expect(events).toEqual(['person It is broken.'])
    expect(ran).toEqual([])
  })

  test('is asked for where an action needs it', async () => {
    const { step, engine } = stand([{ is: 'missing' }])
    const clouds: Engine['clouds'] = { ...engine.clouds, run: async () => asks() }
    const { outcome } = await outcomeOf(step, { ...engine, clouds })
    expect(outcome).toMatchObject({ is: 'open', why: 'secret', needs })
  })

  test('is asked for where the look after the actions needs it', async () => {
    const missing: Seen<unknown> = { is: 'missing' }
    const { step, engine } = stand([missing, missing, { is: 'unknown', cause, needs }])
    expect((await outcomeOf(step, engine)).outcome).toMatchObject({ is: 'open', why: 'secret', needs })
  })

  test('holds up what comes after it, and nothing else', async () => {
    const { engine, ran } = stand([])
    const seen = (id: StepId, after: readonly StepId[] = []) =>
      fakeStep(id, { after, look: async () => (ran.includes(id) ? present : { is: 'missing' }) })
    const steps = [fakeStep(ID, { look: async () => asks() }), seen('a.two', [ID]), seen('b.three')]
    const { outcomes } = await walk(steps, engine)
    expect(outcomes.get('a.two')).toMatchObject({ is: 'open', why: 'after' })
    expect(outcomes.get('b.three')?.is).toBe('done')
  })
})

describe('What differs and may stay', () => {
  const thing = (id: string): Seen<unknown> => ({
    is: 'differs',
    state: 0,
    how: [{ what: 'a value', expected: 'ours', found: 'theirs' }],
    keep: { id },
  })
  const never = new AbortController().signal

  async function pass(step: Step, engine: Engine, kept: readonly StepId[]) {
    const plan = await lookAtAll([step], engine, never)
    const events: string[] = []
    const emit = ({ event, detail }: { event: string; detail: string }) => void events.push(`${event} ${detail}`)
    const ids = new Set<StepId>(kept)
    const acting = new Set<StepId>([ID])
    const outcomes = await runPass({ plan, acting, agreed: ids, kept: ids, engine, emit, stop: never, giveUp: never })
    return { plan: plan[0], outcome: outcomes.get(ID), events }
  }

  test('is recorded as adopted where that was chosen, and then asks no more', async () => {
    const { step, engine, ran } = stand([thing('v1')])
    const chosen = await pass(step, engine, [ID])
    expect(chosen.outcome).toMatchObject({ is: 'done', notes: ['a value was kept as it is: theirs.'] })
    expect(engine.progress.saved.records[ID]).toMatchObject({ how: 'adopted', id: 'v1', by: 'somebody@here' })
    const saved = engine.progress.saved
    const again = await pass(step, engine, [])
    expect(again.plan).toMatchObject({ isKept: true, actions: [], consents: [] })
    expect(again.outcome?.is).toBe('done')
    expect(engine.progress.saved).toBe(saved)
    expect(ran).toEqual([])
  })

  test('is asked about anew once it is another thing', async () => {
    const { step, engine, ran } = stand([thing('v1'), thing('v2')])
    await pass(step, engine, [ID])
    const again = await pass(step, engine, [])
    expect(again.plan).toMatchObject({ consents: ['replace'] })
    expect(again.outcome).toMatchObject({ is: 'open', why: 'consent' })
    expect(ran).toEqual([])
  })

  test('is no longer looked at as kept where we made what was recorded', async () => {
    const { step, engine } = stand([thing('v1')])
    const record = { how: 'made', id: 'v1', by: 'x', at: '2026-01-01T00:00:00.000Z' } as const
    await engine.progress.save({ records: { [ID]: record } })
    expect((await pass(step, engine, [])).outcome).toMatchObject({ is: 'open', why: 'consent' })
  })
})

test('What comes after an effect that a lost answer leaves open is not done before it has come', async () => {
  const rehearsal = await rehearse()
  rehearsal.faults.push({ do: 'reset-before', times: 1 })
  const { engine, ran } = stand([])
  const seens: readonly Seen<unknown>[] = [{ is: 'missing' }, { is: 'missing' }, pending('is made'), pending('is made')]
  let looks = 0
  const step = fakeStep(ID, {
    look: async () => seens[looks++] ?? { is: 'missing' },
    actions: (_, seen) => (seen?.is === 'pending' ? [] : [create, run('next')]),
  })
  const { clouds } = makeEngine({ rehearsal })
  const { outcome } = await outcomeOf(step, { ...engine, clouds: { ...engine.clouds, send: clouds.send } })
  expect(outcome).toMatchObject({ is: 'open', why: 'changed' })
  expect(ran).toEqual([])
  expect(rehearsal.log).toHaveLength(1)
})

test('A step that is no part of this set-up is not looked at, and nothing waits for it', async () => {
  const { engine, ran } = stand([])
  const steps = [
    fakeStep(ID, {
      when: ({ herokuApp }) => herokuApp !== 'pt-dummy-app',
      look: () => Promise.reject(new Error('looked')),
    }),
    fakeStep('a.two', { after: [ID], look: async () => (ran.includes('a.two') ? present : { is: 'missing' }) }),
  ]
  const { plan, outcomes } = await walk(steps, engine)
  expect(plan.map(({ step }) => step.id)).toEqual(['a.two'])
  expect([...outcomes].map(([id, { is }]) => [id, is])).toEqual([['a.two', 'done']])
})
