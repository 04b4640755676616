import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import type { StepId } from '../../../src/engine/step.ts'
import { type Str, shown } from '../../../src/engine/text.ts'
import type { Restriction } from '../../../src/rehearsal/circleci/world.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { contextGoogle, contextHeroku } from '../../../steps/circleci/contexts.ts'
import { project } from '../../../steps/circleci/project.ts'
import { restrict } from '../../../steps/circleci/restrict.ts'
import { furnish } from '../../rehearsal/circleci-client.ts'
import {
  addContext,
  admit,
  carriedOut,
  circlePlace,
  followed,
  ORG,
  type Place,
  PROJECT,
  printed,
} from '../../support/circleci.ts'
import { fakeStep, lookAt, walk } from '../../support/engine.ts'
import { effects } from '../../support/stage.ts'

const ID = 'circleci.restrict'
const BEFORE = [project, contextHeroku, contextGoogle]
const HEROKU = 'heroku-and-dockerhub'
const GOOGLE = 'google-dummyapp'
const EXPRESSION = 'pipeline.git.branch == "main"'

interface Given {
  readonly change?: (world: World) => void
  readonly answers?: Partial<Known>
  readonly isAdmin?: boolean
}

/** A run that has made both contexts; `you` are an admin unless told. */
async function setUp({ change, answers = {}, isAdmin = true }: Given = {}) {
  const place = await circlePlace({
    answers,
    change: world => {
      followed(world)
      change?.(world)
    },
    ...(!isAdmin && { token: (world: World) => admit(world, 'contributor', 'contributor') }),
  })
  await walk(BEFORE, place.engine)
  return place
}

const contextOf = ({ circleci }: Place, name: string) => circleci().contexts.find(one => one.name === name)

/** What a context is restricted to, besides what it is born with. */
const closed = (place: Place, name: string) =>
  contextOf(place, name)
    ?.restrictions.filter(({ type }) => type !== 'group')
    .map(({ type, value }) => [type, value])

const own = ({ circleci }: Place) => circleci().projects.find(({ slug }) => slug === PROJECT)?.id ?? ''

const addRestriction = (place: Place, name: string, more: Omit<Restriction, 'id' | 'name'>, called: string | null) =>
  contextOf(place, name)?.restrictions.push({ id: randomUUID(), ...more, name: called })

const additions = (place: Place) => effects(place.rehearsal).filter(effect => effect.endsWith('/restrictions'))

describe('Both contexts', () => {
  test('are closed to every other project, and “All members” stays', async () => {
    const place = await setUp()
    expect(await lookAt(restrict, place.engine)).not.toHaveProperty('partly')
    const { outcomes } = await walk([restrict], place.engine)
    expect(outcomes.get(ID)).toEqual({ is: 'done', notes: [] })
    for (const name of [HEROKU, GOOGLE]) {
      expect(closed(place, name)).toEqual([['project', own(place)]])
      expect(contextOf(place, name)?.restrictions[0]).toMatchObject({ type: 'group', name: 'All members' })
    }
    expect(effects(place.rehearsal).some(effect => effect.startsWith('DELETE'))).toBe(false)
  })

  test('are closed with exactly what the checklist prints, the expression included', async () => {
    const place = await setUp({ answers: { contextExpression: EXPRESSION } })
    const before = carriedOut(place.rehearsal).length
    await walk([restrict], place.engine)
    const after = carriedOut(place.rehearsal).slice(before)
    expect(after).toHaveLength(3)
    expect(after).toEqual(printed(restrict, place.engine))
  })

  test.each<[string, (place: Place) => void, number]>([
    ['where one is closed already', place => addRestriction(place, HEROKU, mine(place), PROJECT), 2],
    ['where the other is', place => addRestriction(place, GOOGLE, mine(place), PROJECT), 2],
    [
      'where only the expression is there',
      place => addRestriction(place, HEROKU, { type: 'expression', value: EXPRESSION }, null),
      2,
    ],
    [
      'where only the expression lacks',
      place => {
        addRestriction(place, HEROKU, mine(place), PROJECT)
        addRestriction(place, GOOGLE, mine(place), PROJECT)
      },
      1,
    ],
    ['where nothing is done', () => {}, 3],
  ])('get what they lack and nothing twice, %s', async (_, furnishing, lacks) => {
    const place = await setUp({ answers: { contextExpression: EXPRESSION } })
    furnishing(place)
    const { outcomes } = await walk([restrict], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(additions(place)).toHaveLength(lacks)
    expect(closed(place, HEROKU)?.toSorted()).toEqual([
      ['expression', EXPRESSION],
      ['project', own(place)],
    ])
    expect(closed(place, GOOGLE)).toEqual([['project', own(place)]])
  })

  test('are one where no job needs the other, and none where no job needs any', () => {
    const jobs = { circleJobs: 'build,push', dockerHubJobs: 'push', googleRoute: 'documented' } as Known
    expect(restrict.actions(jobs).map(({ key }) => key)).toEqual(['project-herokuContext'])
    expect(restrict.when?.(jobs)).toBe(true)
    expect(restrict.when?.({ ...jobs, circleJobs: 'build' })).toBe(false)
  })

  test('say so where one of them is closed', async () => {
    const place = await setUp()
    addRestriction(place, GOOGLE, mine(place), PROJECT)
    expect(await lookAt(restrict, place.engine)).toMatchObject({
      is: 'missing',
      partly: 'one of 2 contexts is closed',
    })
  })

  test.each(['reset-after', 'truncated'] as const)(
    'get no restriction twice where answers are lost (%s)',
    async lost => {
      const place = await setUp({ answers: { contextExpression: EXPRESSION } })
      for (const nth of [1, 3]) {
        place.rehearsal.faults.push({ method: 'POST', path: '/restrictions$', nth, times: 1, do: lost })
      }
      const { outcomes } = await walk([restrict], place.engine)
      expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
      expect(closed(place, HEROKU)).toEqual([
        ['project', own(place)],
        ['expression', EXPRESSION],
      ])
      expect(closed(place, GOOGLE)).toEqual([['project', own(place)]])
    },
  )

  test('get none where nothing ever answers, and that is told', async () => {
    const place = await setUp()
    place.rehearsal.faults.push({ method: 'POST', path: '/restrictions$', do: { status: 503 } })
    const { outcomes } = await walk([restrict], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'lost-answer' } })
    expect(additions(place)).toEqual([])
  })
})

const mine = (place: Place) => ({ type: 'project', value: own(place) }) as const

describe('What others have restricted', () => {
  test('stays, and is told', async () => {
    const place = await setUp({
      change: ({ circleci }) => furnish(circleci, { projects: [{ id: randomUUID(), slug: `${ORG}/other` }] }),
    })
    const other = place.circleci().projects.find(({ slug }) => slug === `${ORG}/other`)?.id ?? ''
    addRestriction(place, HEROKU, { type: 'project', value: other }, `${ORG}/other`)
    addRestriction(place, GOOGLE, { type: 'expression', value: 'pipeline.git.branch == "x"' }, null)
    const { outcomes } = await walk([restrict], place.engine)
    expect(outcomes.get(ID)).toEqual({
      is: 'done',
      notes: [
        `${HEROKU} is open to ${ORG}/other as well.`,
        `${GOOGLE} has a condition of somebody else’s: pipeline.git.branch == "x".`,
      ],
    })
    expect(closed(place, HEROKU)).toEqual([
      ['project', other],
      ['project', own(place)],
    ])
  })

  test('is another condition than the one that is wanted, which is added beside it', async () => {
    const place = await setUp({ answers: { contextExpression: EXPRESSION } })
    const theirs = 'pipeline.git.branch == "x"'
    addRestriction(place, HEROKU, mine(place), PROJECT)
    addRestriction(place, HEROKU, { type: 'expression', value: theirs }, null)
    const { outcomes } = await walk([restrict], place.engine)
    expect(outcomes.get(ID)).toEqual({
      is: 'done',
      notes: [`${HEROKU} has a condition of somebody else’s: ${theirs}.`],
    })
    expect(closed(place, HEROKU)).toEqual([
      ['project', own(place)],
      ['expression', theirs],
      ['expression', EXPRESSION],
    ])
  })

  test('may be that “All members” is gone: told, and not brought back', async () => {
    const place = await setUp()
    const context = contextOf(place, HEROKU)
    context?.restrictions.splice(0)
    const { outcomes } = await walk([restrict], place.engine)
    expect(outcomes.get(ID)).toMatchObject({
      notes: [`${HEROKU} lacks All Members: only admins can use it in builds.`],
    })
    expect(contextOf(place, HEROKU)?.restrictions.map(({ type }) => type)).toEqual(['project'])
  })
})

describe('Who can use the contexts in the end is said by what was seen, by the ids of projects:', () => {
  const reachOf = ({ engine }: Place) => {
    const { facts, records } = engine.progress.saved
    const saved = { fact: (name: string) => facts[name], record: (step: StepId) => records[step]?.how }
    return restrict.reach?.(engine.answers, saved).now
  }

  test('this project alone', async () => {
    const place = await setUp()
    await walk([restrict], place.engine)
    expect(reachOf(place)).toBe(`${PROJECT} alone`)
  })

  test('others as well, whatever they are called', async () => {
    const place = await setUp()
    addRestriction(place, HEROKU, { type: 'project', value: randomUUID() }, PROJECT)
    await walk([restrict], place.engine)
    expect(reachOf(place)).toBe(`${HEROKU}: ${PROJECT} and 1 other project; ${GOOGLE}: ${PROJECT} alone`)
    for (const _ of [1, 2]) addRestriction(place, HEROKU, { type: 'project', value: randomUUID() }, `${ORG}/other`)
    await walk([restrict], place.engine)
    expect(reachOf(place)).toBe(`${HEROKU}: ${PROJECT} and 3 other projects; ${GOOGLE}: ${PROJECT} alone`)
  })

  test('nobody knows, where it was not looked at', async () => {
    expect(reachOf(await setUp())).toBe('not known')
  })
})

describe('Whoever is no admin of the organization', () => {
  /** Something of another lane. */
  const other = fakeStep('heroku.other', { look: async () => ({ is: 'present', state: 0 }) })
  const waits = fakeStep('heroku.token', { after: [ID] })

  test('is given the text to forward; other lanes go on, and no credential is made before', async () => {
    const place = await setUp({ isAdmin: false })
    const { outcomes } = await walk([...BEFORE, restrict, other, waits], place.engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'open',
      why: 'person',
      detail: 'an admin of the CircleCI organization: close the contexts to other projects',
    })
    expect(textFor(outcomes.get(ID))).toMatch(
      /^Please open Organization Settings > Contexts of gh\/PennockTech .* heroku-and-dockerhub and google-dummyapp, .* gh\/PennockTech\/dummyapp\. Keep All Members\.$/,
    )
    expect(outcomes.get('heroku.other')).toMatchObject({ is: 'done' })
    expect(outcomes.get('heroku.token')).toMatchObject({ is: 'open', why: 'after' })
    expect(additions(place)).toEqual([])
    expect(place.engine.progress.saved.intents).toEqual({})
  })

  test('is told of the condition as well, so that what the admin does is all', async () => {
    const place = await setUp({ isAdmin: false, answers: { contextExpression: EXPRESSION } })
    const { outcomes } = await walk([restrict], place.engine)
    expect(textFor(outcomes.get(ID))).toContain(
      `In ${HEROKU}, also add the Expression Restriction ${EXPRESSION}. Keep All Members.`,
    )
  })

  test('goes on once an admin has done it', async () => {
    const place = await setUp({ isAdmin: false, answers: { contextExpression: EXPRESSION } })
    await walk([restrict], place.engine)
    for (const name of [HEROKU, GOOGLE]) addRestriction(place, name, mine(place), PROJECT)
    addRestriction(place, HEROKU, { type: 'expression', value: EXPRESSION }, null)
    const { outcomes } = await walk([restrict], place.resumed())
    expect(outcomes.get(ID)).toEqual({ is: 'done', notes: [] })
    expect(place.engine.progress.saved.records[ID]).toMatchObject({ how: 'present' })
  })

  const textFor = (outcome: unknown) => shown((outcome as { action: { forward: Str } }).action.forward)
})

describe('A context that is not ours', () => {
  test('is not closed before somebody agreed to use it', async () => {
    const place = await circlePlace({
      change: world => {
        followed(world)
        addContext(world, GOOGLE, { createdAt: '2026-11-21T10:00:00.000Z' })
      },
    })
    const { outcomes } = await walk([...BEFORE, restrict], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'after', detail: 'for circleci.context-google' })
    expect(closed(place, GOOGLE)).toEqual([])
    await walk([...BEFORE, restrict], place.resumed(), { agreed: ['circleci.context-google'] })
    expect(closed(place, GOOGLE)).toEqual([['project', own(place)]])
  })
})

describe('A condition that CircleCI does not understand', () => {
  test('is told in words that name the answer', async () => {
    const contextExpression = 'pipeline.git.branch == == "main"'
    const place = await setUp({ answers: { contextExpression } })
    const { outcomes } = await walk([restrict], place.engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: {
        code: 'expression',
        said: '400 Invalid argument.',
        means: `CircleCI does not understand the condition ${contextExpression}.`,
        next: expect.stringContaining('--set contextExpression='),
      },
    })
    expect(closed(place, HEROKU)).toEqual([['project', own(place)]])
  })
})

test('In an empty world the steps up to here have the effects that the checklist prints, and no others', async () => {
  const place = await circlePlace({ answers: { contextExpression: EXPRESSION } })
  const steps = [...BEFORE, restrict]
  const { outcomes } = await walk(steps, place.engine)
  expect([...outcomes.values()].map(({ is }) => is)).toEqual(steps.map(() => 'done'))
  const inOrder = (all: readonly object[]) => all.map(one => JSON.stringify(one)).toSorted()
  const promised = steps.flatMap(step => printed(step, place.engine))
  expect(promised).toHaveLength(6)
  expect(inOrder(carriedOut(place.rehearsal))).toEqual(inOrder(promised))
})

describe('On a CircleCI Server', () => {
  const server = ({ circleci }: World) => void Object.assign(circleci.rules, { server: true })

  test('all of it goes as on the cloud', async () => {
    const place = await circlePlace({ change: server })
    const steps = [...BEFORE, restrict]
    const { outcomes } = await walk(steps, place.engine)
    expect([...outcomes.values()].map(({ is }) => is)).toEqual(steps.map(() => 'done'))
    expect(place.rehearsal.log.some(({ path }) => /v3|owner-slug/.test(path))).toBe(false)
  })

  test('a name of a context may be another organization’s: that is told, with another name', async () => {
    const place = await circlePlace({
      change: world => {
        server(world)
        const id = randomUUID()
        furnish(world.circleci, {
          organizations: [{ id, slug: 'gh/other' }],
          contexts: [{ id: randomUUID(), name: HEROKU, organization: id }],
        })
      },
    })
    const { outcomes } = await walk(BEFORE, place.engine)
    expect(outcomes.get('circleci.context-heroku')).toMatchObject({
      is: 'failed',
      cause: {
        code: 'taken',
        means: expect.stringContaining('Server'),
        next: expect.stringContaining('--set herokuContext=NAME'),
      },
    })
  })
})

test('Nothing is seen of contexts before there is a project', async () => {
  const place = await circlePlace()
  expect(await lookAt(restrict, place.engine)).toEqual({ is: 'missing' })
})
