import { randomUUID } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import type { World } from '../../../src/rehearsal/world.ts'
import { contextGoogle, contextHeroku } from '../../../steps/circleci/contexts.ts'
import { project } from '../../../steps/circleci/project.ts'
import { restrict } from '../../../steps/circleci/restrict.ts'
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
import { carryOut, lookAt, walk } from '../../support/engine.ts'
import { NOTHING } from '../../support/nothing.ts'
import { effects } from '../../support/stage.ts'

const ID = 'circleci.context-heroku'
const NAME = 'heroku-and-dockerhub'
const CREATE = 'POST /api/v2/context'
const YESTERDAY = '2026-11-21T10:00:00.000Z'

/** A world in which the project is followed, and a run has learned that. */
async function setUp(change?: (world: World) => void, more: Parameters<typeof circlePlace>[0] = {}) {
  const place = await circlePlace({
    ...more,
    change: world => {
      followed(world)
      change?.(world)
    },
  })
  await walk([project], place.engine)
  return place
}

const names = ({ circleci }: Place) => circleci().contexts.map(({ name }) => name)

describe('A context', () => {
  test('that is not there is made, empty, and its id is learned', async () => {
    const place = await setUp()
    expect(await lookAt(contextHeroku, place.engine)).toEqual({ is: 'missing' })
    const { outcomes } = await walk([contextHeroku, contextGoogle], place.engine)
    expect([...outcomes.values()]).toMatchObject([{ is: 'done' }, { is: 'done' }])
    expect(names(place).toSorted()).toEqual(['google-dummyapp', NAME])
    expect(place.circleci().contexts.map(({ variables }) => variables)).toEqual([[], []])
    const idOf = (name: string) => place.circleci().contexts.find(one => one.name === name)?.id
    expect(place.engine.progress.saved).toMatchObject({
      facts: { [`${ID}:id`]: idOf(NAME), 'circleci.context-google:id': idOf('google-dummyapp') },
      records: { [ID]: { how: 'made', id: idOf(NAME) }, 'circleci.context-google': { how: 'made' } },
      intents: NOTHING,
    })
  })

  test('is made with exactly what the checklist prints', async () => {
    const place = await setUp()
    await walk([contextHeroku, contextGoogle], place.engine)
    const printedAll = [contextHeroku, contextGoogle].flatMap(step => printed(step, place.engine))
    expect(carriedOut(place.rehearsal)).toHaveLength(2)
    expect(carriedOut(place.rehearsal)).toEqual(expect.arrayContaining(printedAll))
  })

  test('teaches its id by its creation alone, before anybody looks again', async () => {
    const place = await setUp()
    await carryOut(contextHeroku, place.engine)
    expect(place.engine.progress.saved.facts).toMatchObject({ [`${ID}:id`]: place.circleci().contexts[0]?.id })
  })

  test('is made in an organization that CircleCI has never heard of before the follow', async () => {
    const place = await circlePlace({
      change: ({ circleci }) => {
        for (const one of circleci.organizations) one.isUsed = false
      },
    })
    expect(await lookAt(contextHeroku, place.engine)).toEqual({ is: 'missing' })
    const { outcomes } = await walk([project, contextHeroku], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(names(place)).toEqual([NAME])
  })

  test('is found by its exact name among similar ones, and over several pages', async () => {
    const others = [`${NAME}-2`, `a-${NAME}`, 'Heroku-And-Dockerhub', 'heroku', `${NAME} x`]
    const place = await setUp(world => {
      world.circleci.rules.pageSize = 2
      for (const name of others) addContext(world, name)
    })
    expect(await lookAt(contextHeroku, place.engine)).toEqual({ is: 'missing' })
    const id = addContext(place.rehearsal.world, NAME, { createdAt: YESTERDAY })
    expect(await lookAt(contextHeroku, place.engine)).toMatchObject({ is: 'present', owned: { id } })
    expect(place.rehearsal.log.some(({ path }) => path.includes('page-token='))).toBe(true)
  })

  test('is looked for no longer than the list goes on, whatever the token of the next page says', async () => {
    const place = await setUp()
    const page = { items: [{ id: randomUUID(), name: 'other', created_at: YESTERDAY }], next_page_token: 'again' }
    place.rehearsal.faults.push({ path: 'context[?]owner-id', do: { status: 200, body: page } })
    expect(await lookAt(contextHeroku, place.engine)).toEqual({ is: 'missing' })
    expect(place.rehearsal.log.filter(({ path }) => path.includes('context?owner-id'))).toHaveLength(2)
  })

  test('of another organization is another', async () => {
    const place = await setUp(({ circleci }) => {
      const id = randomUUID()
      circleci.organizations.push({ id, slug: 'gh/other', name: null, members: [], isUsed: true })
      circleci.contexts.push({
        id: randomUUID(),
        name: NAME,
        organization: id,
        createdAt: YESTERDAY,
        variables: [],
        restrictions: [],
      })
    })
    const { outcomes } = await walk([contextHeroku], place.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(effects(place.rehearsal)).toEqual([CREATE])
  })
})

describe('A context that stands there already', () => {
  const stands = (world: World) => void addContext(world, NAME, { createdAt: YESTERDAY })

  test('is offered for use with its owner, its age and who else can use it, and never assumed', async () => {
    const place = await setUp(stands)
    const [there] = place.circleci().contexts
    const seen = await lookAt(contextHeroku, place.engine)
    expect(seen).toMatchObject({
      is: 'present',
      learned: { [`${ID}:id`]: there?.id },
      owned: {
        id: there?.id,
        what: `the context ${NAME}`,
        owner: ORG,
        since: new Date(YESTERDAY),
        alsoAccess: [`every contributor of ${ORG}`],
      },
    })
    const without = await walk([contextHeroku], place.engine)
    expect(without.plan[0]?.consents).toEqual(['adopt'])
    expect(without.outcomes.get(ID)).toEqual({
      is: 'open',
      why: 'consent',
      detail: `the context ${NAME} is there already (owner ${ORG}, since 2026-11-21, every contributor of ${ORG} can change it too). It is open to every project of ${ORG}, and CircleCI does not tell which use it: once it is closed to all but ${PROJECT}, the jobs of the others that ask for it end as “unauthorized”. Nothing is in it`,
    })
    expect(place.engine.progress.saved.facts).not.toHaveProperty(`${ID}:id`)
    await walk([contextHeroku], place.engine, { agreed: [ID] })
    expect(place.engine.progress.saved).toMatchObject({
      facts: { [`${ID}:id`]: there?.id },
      records: { [ID]: { how: 'adopted', id: there?.id } },
    })
    expect(effects(place.rehearsal)).toEqual([])
  })

  const restrictedTo = (world: World, slugs: readonly string[]) =>
    slugs.map(slug => {
      const known = world.circleci.projects.find(one => one.slug === slug)
      return { id: randomUUID(), type: 'project' as const, value: known?.id ?? randomUUID(), name: slug }
    })

  test.each([
    ['to all but this one', [PROJECT], /^It is closed to all other projects already\./],
    ['to all but others', [`${ORG}/other`], /^It is open to gh\/PennockTech\/other: their builds read what is put/],
    ['to all but some', [PROJECT, `${ORG}/other`], /^It is open to gh\/PennockTech\/other: their builds read/],
  ])('and is closed %s says what using it means', async (_, slugs, words) => {
    const place = await setUp(world => void addContext(world, NAME, { restrictions: restrictedTo(world, slugs) }))
    expect(await lookAt(contextHeroku, place.engine)).toMatchObject({ owned: { using: expect.stringMatching(words) } })
  })

  test('and is open to a project that has this one’s name, and is another, is not called closed', async () => {
    const place = await setUp(world => {
      const impostor = { id: randomUUID(), type: 'project' as const, value: randomUUID(), name: PROJECT }
      addContext(world, NAME, { restrictions: [...restrictedTo(world, [PROJECT]), impostor] })
    })
    const using = expect.stringMatching(/^It is open to gh\/PennockTech\/dummyapp: their builds read/)
    expect(await lookAt(contextHeroku, place.engine)).toMatchObject({ owned: { using } })
  })

  test('says what is in it, and since when, and never a value', async () => {
    const written = { createdAt: YESTERDAY, updatedAt: YESTERDAY }
    const variables = [
      { name: 'HEROKU_API_KEY', value: 'canary-of-theirs', ...written },
      { name: 'OTHER', value: 'canary-as-well', ...written },
    ]
    const place = await setUp(world => void addContext(world, NAME, { variables }))
    const seen = JSON.stringify(await lookAt(contextHeroku, place.engine))
    expect(seen).toContain('It holds HEROKU_API_KEY (written 2026-11-21), OTHER (written 2026-11-21)')
    expect(seen).not.toContain('heirs"')
    expect(seen).not.toMatch(/canary|well/)
  })

  test('in the place of ours, which is gone, is offered like any other: with what is in it, and another name', async () => {
    const place = await setUp()
    await walk([contextHeroku], place.engine)
    const written = { createdAt: YESTERDAY, updatedAt: YESTERDAY }
    const variables = [{ name: 'OTHER', value: 'theirs', ...written }]
    place.circleci().contexts.splice(0)
    addContext(place.rehearsal.world, NAME, { createdAt: YESTERDAY, variables })
    const { plan, outcomes } = await walk([contextHeroku], place.resumed())
    expect(plan[0]?.seen).toMatchObject({
      owned: {
        using: expect.stringContaining('It holds OTHER (written 2026-11-21)'),
        otherwise: { answer: 'herokuContext', value: `${NAME}-dummyapp` },
      },
    })
    expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
  })

  test('need not be used: a name is proposed that is free', async () => {
    const place = await setUp(world => {
      stands(world)
      addContext(world, `${NAME}-dummyapp`)
    })
    const otherwise = { answer: 'herokuContext', value: `${NAME}-dummyapp-2` }
    expect(await lookAt(contextHeroku, place.engine)).toMatchObject({ owned: { otherwise } })
    const engine = place.resumed()
    const { outcomes } = await walk([contextHeroku], {
      ...engine,
      answers: { ...engine.answers, herokuContext: otherwise.value },
    })
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(names(place)).toContain(otherwise.value)
  })

  test('of the longest name gets one that is no longer', async () => {
    const herokuContext = 'x'.repeat(200)
    const place = await setUp(world => void addContext(world, herokuContext), { answers: { herokuContext } })
    const value = `${'x'.repeat(198)}-2`
    expect(await lookAt(contextHeroku, place.engine)).toMatchObject({ owned: { otherwise: { value } } })
  })

  test('under our record and another id is a stranger’s', async () => {
    const place = await setUp()
    await walk([contextHeroku], place.engine)
    place.circleci().contexts.splice(0)
    stands(place.rehearsal.world)
    const { plan } = await walk([contextHeroku], place.resumed())
    expect(plan[0]?.consents).toEqual(['adopt'])
  })
})

describe('A creation', () => {
  test.each(['reset-after', 'truncated', 'html'] as const)(
    'whose answer was lost (%s) makes no second one',
    async lost => {
      const place = await setUp()
      place.rehearsal.faults.push({ method: 'POST', path: '/context$', times: 1, do: lost })
      const { outcomes } = await walk([contextHeroku], place.engine)
      expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
      expect(names(place)).toEqual([NAME])
      const id = place.circleci().contexts[0]?.id
      expect(place.engine.progress.saved).toMatchObject({
        facts: { [`${ID}:id`]: id },
        records: { [ID]: { how: 'made', id } },
      })
    },
  )

  test('that was killed after its effect is found again as ours', async () => {
    const place = await setUp()
    const killed = new AbortController()
    place.rehearsal.hook = (phase, { method }) => {
      if (phase === 'after' && method === 'POST') killed.abort(new Error('killed'))
    }
    await walk([contextHeroku], place.engine, { stop: killed.signal, giveUp: killed.signal })
    place.rehearsal.hook = undefined
    const { outcomes, plan } = await walk([contextHeroku], place.resumed())
    expect(plan[0]?.consents).toEqual([])
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(names(place)).toEqual([NAME])
    expect(place.engine.progress.saved.records[ID]).toMatchObject({ how: 'made' })
  })

  test.each([400, 409, 422] as const)(
    'that clashes (%s) is told, and the next run offers what is there',
    async status => {
      const place = await setUp(({ circleci }) => Object.assign(circleci.rules, { contextClash: status }))
      place.rehearsal.hook = (phase, { method, path }) => {
        if (phase === 'before' && method === 'POST' && path === '/api/v2/context') {
          addContext(place.rehearsal.world, NAME, { createdAt: YESTERDAY })
          place.rehearsal.hook = undefined
        }
      }
      const { outcomes } = await walk([contextHeroku], place.engine)
      expect(outcomes.get(ID)).toMatchObject({
        is: 'failed',
        cause: {
          code: 'taken',
          said: `${status} A context with this name already exists.`,
          next: expect.stringContaining('--set herokuContext=NAME'),
        },
      })
      expect(place.engine.progress.saved.intents).toEqual({})
      const { plan } = await walk([contextHeroku], place.resumed())
      expect(plan[0]?.consents).toEqual(['adopt'])
    },
  )

  test('that a viewer may not do is told in plain words: forbidden or not there, CircleCI says the same', async () => {
    const place = await setUp(undefined, { token: world => admit(world, 'viewer', 'viewer') })
    const { outcomes } = await walk([contextHeroku], place.engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: {
        code: 'forbidden',
        said: '403 Permission denied.',
        means: expect.stringMatching(/does not let this account.*or it is not there/),
        next: expect.stringContaining('ask an admin'),
      },
    })
    expect(effects(place.rehearsal)).toEqual([])
  })

  test('is taken back by its id alone, and a second time is no failure', async () => {
    const place = await setUp(world => void addContext(world, `${NAME}-2`))
    await walk([contextHeroku], place.engine)
    const undo = contextHeroku.undo(place.engine.answers)
    await carryOut(contextHeroku, place.engine, undo)
    expect(names(place)).toEqual([`${NAME}-2`])
    await carryOut(contextHeroku, place.engine, undo)
    expect(effects(place.rehearsal).filter(effect => effect.startsWith('DELETE'))).toHaveLength(1)
  })
})

test('A context whose restrictions CircleCI does not show is unknown', async () => {
  const place = await setUp(world => void addContext(world, NAME))
  place.rehearsal.faults.push({ path: '/restrictions$', do: { status: 403, body: { message: 'Permission denied.' } } })
  const { outcomes } = await walk([contextHeroku], place.engine, { agreed: [ID] })
  expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'forbidden' } })
})

test('Where no job of CI’s signs in to Google, there is no context for it, and none to restrict', async () => {
  const { engine } = await circlePlace({ answers: { circleJobs: 'build,push_docker_hub' } })
  expect(contextGoogle.when?.(engine.answers)).toBe(false)
  const actions = restrict.actions(engine.answers)
  expect(JSON.stringify(actions)).not.toContain('google')
})
