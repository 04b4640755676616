import { describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import type { Seen } from '../../src/engine/step.ts'
import { fakeStep, makeEngine, walk } from '../support/engine.ts'

const WANTED = 'red'

/** A step with walls that are each painted or not; the world knows their colours. */
function house(walls: Record<string, string> = { north: 'blue', south: 'green' }) {
  const engine = makeEngine()
  const ran: string[] = []
  const run: Engine['clouds']['run'] = async ({ argv: [, wall = ''] }) => {
    ran.push(wall)
    walls[wall] = WANTED
    return { code: 0, stdout: '', stderr: '' }
  }
  const look = async (): Promise<Seen<string[]>> => {
    const wrong = Object.keys(walls).filter(wall => walls[wall] !== WANTED)
    const [first, ...more] = wrong.map(action => ({
      what: `the ${action} wall`,
      expected: WANTED,
      found: walls[action] ?? '',
      action,
    }))
    return first ? { is: 'differs', state: wrong, how: [first, ...more] } : { is: 'present', state: [] }
  }
  const step = fakeStep('house.walls', {
    look,
    actions: (_, seen, stays) =>
      (seen?.is === 'differs' ? (seen.state as readonly string[]) : [])
        .filter(wall => !stays?.has(wall))
        .map(wall => ({ kind: 'run', key: wall, does: `paint ${wall}`, argv: ['paint', wall] })),
  })
  const after = fakeStep('house.roof', { after: ['house.walls'], look: async () => ({ is: 'present', state: 0 }) })
  return { engine: { ...engine, clouds: { ...engine.clouds, run } }, step, after, walls, ran }
}

const NORTH = 'house.walls/north'
const SOUTH = 'house.walls/south'

describe('Differences that are decided on one by one', () => {
  test('wait for somebody, each of them', async () => {
    const { engine, step, ran } = house()
    const { outcomes, plan } = await walk([step], engine)
    expect(plan[0]?.actions.map(({ key }) => key)).toEqual(['north', 'south'])
    expect(outcomes.get(step.id)).toEqual({
      is: 'open',
      why: 'consent',
      detail: 'the north wall is blue, expected red; the south wall is green, expected red',
    })
    expect(ran).toEqual([])
  })

  test('are all mended where the step is named', async () => {
    const { engine, step, ran } = house()
    const { outcomes } = await walk([step], engine, { agreed: [step.id] })
    expect(outcomes.get(step.id)).toMatchObject({ is: 'done' })
    expect(ran).toEqual(['north', 'south'])
  })

  test('one is mended, and the other stays open until somebody decides; nothing is half done', async () => {
    const { engine, step, after, ran } = house()
    const { outcomes } = await walk([step, after], engine, { agreed: [SOUTH] })
    expect(ran).toEqual(['south'])
    const detail = 'the north wall is blue, expected red'
    expect(outcomes.get(step.id)).toEqual({ is: 'open', why: 'consent', detail })
    expect(outcomes.get(after.id)).toMatchObject({ is: 'open', why: 'after' })
    expect(engine.progress.saved.intents).toEqual({})
    expect(engine.progress.saved.records[step.id]).toBeUndefined()
  })

  test('one is mended, the other stays by choice: the step is done, and what comes after it goes on', async () => {
    const { engine, step, after, ran, walls } = house()
    const { outcomes } = await walk([step, after], engine, { agreed: [SOUTH], kept: [NORTH] })
    expect(ran).toEqual(['south'])
    expect(walls.north).toBe('blue')
    const note = 'the north wall was kept as it is: blue. To replace it after all: --replace house.walls/north'
    expect(outcomes.get(step.id)).toEqual({ is: 'done', notes: [note] })
    expect(outcomes.get(after.id)).toMatchObject({ is: 'done' })
    expect(engine.progress.saved.intents).toEqual({})
  })
})

describe('What was left by choice', () => {
  test('is not asked about by a later run, which says so, and saves nothing new', async () => {
    const { engine, step, ran } = house()
    await walk([step], engine, { kept: [NORTH, SOUTH] })
    const { saved } = engine.progress
    const { outcomes, plan } = await walk([step], engine)
    expect(plan[0]).toMatchObject({ isKept: true, actions: [], consents: [] })
    const notes = [expect.stringContaining(`--replace ${NORTH}`), expect.stringContaining(`--replace ${SOUTH}`)]
    expect(outcomes.get(step.id)).toEqual({ is: 'done', notes })
    expect(ran).toEqual([])
    expect(engine.progress.saved).toBe(saved)
  })

  test('is remembered also where the step does not come to run', async () => {
    const { engine, step } = house()
    const first = fakeStep('house.key', {
      look: async () => ({ is: 'unknown', cause: { code: 'x', means: '', next: '' } }),
    })
    await walk([first, { ...step, after: ['house.key'] }], engine, { kept: [NORTH] })
    expect(engine.progress.saved.records[NORTH]).toMatchObject({
      how: 'adopted',
      // What stands there is somebody else’s text: of "blue → red" the digest alone is kept.
      id: 'b0b5545537bf2e90e227a5b5e213d36475eebd247b89f41b2f7eab326aa31c89',
    })
  })

  test('is left by a yes to the whole step', async () => {
    const { engine, step, ran } = house()
    await walk([step], engine, { kept: [NORTH] })
    await walk([step], engine, { agreed: [step.id] })
    expect(ran).toEqual(['south'])
  })

  test('is taken up again by its name, and forgotten then', async () => {
    const { engine, step, ran, walls } = house()
    await walk([step], engine, { kept: [NORTH, SOUTH] })
    const { outcomes } = await walk([step], engine, { agreed: [NORTH] })
    expect(ran).toEqual(['north'])
    expect(outcomes.get(step.id)).toMatchObject({ is: 'done', notes: [expect.stringContaining(SOUTH)] })
    walls.north = 'blue'
    const { outcomes: later } = await walk([step], engine)
    expect(later.get(step.id)).toMatchObject({ is: 'open', why: 'consent' })
  })

  test('is asked about anew when it has become something else', async () => {
    const { engine, step, walls } = house()
    await walk([step], engine, { kept: [NORTH, SOUTH] })
    walls.north = 'yellow'
    const { outcomes } = await walk([step], engine)
    const detail = 'the north wall is yellow, expected red'
    expect(outcomes.get(step.id)).toEqual({ is: 'open', why: 'consent', detail })
  })
})
