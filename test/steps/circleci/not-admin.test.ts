import { randomUUID } from 'node:crypto'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import { Secret } from '../../../src/clouds/secret.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { contextGoogle, contextHeroku } from '../../../steps/circleci/contexts.ts'
import { project } from '../../../steps/circleci/project.ts'
import { restrict } from '../../../steps/circleci/restrict.ts'
import { ciToken } from '../../../steps/heroku/ci-token.ts'
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
import { carryOut, walk } from '../../support/engine.ts'
import { effects } from '../../support/stage.ts'

const STEPS = [project, contextHeroku, contextGoogle, restrict, ciToken]
const ID = 'circleci.restrict'
const TOKEN = 'heroku.ci-token'
const CONTEXT = 'heroku-and-dockerhub'
const VARIABLE = 'HEROKU_API_KEY'
const YESTERDAY = '2026-11-21T10:00:00.000Z'

type Choice = Known['secretsUntilRestricted']

async function setUp(
  choice: Choice,
  { isAdmin = false, change }: { readonly isAdmin?: boolean; readonly change?: (world: World) => void } = {},
): Promise<Place> {
  return circlePlace({
    answers: {
      secretsUntilRestricted: choice,
      herokuTokenScopes: 'read-protected,write-protected',
      herokuTokenExpiresIn: '31536000',
    },
    change: world => {
      followed(world)
      change?.(world)
    },
    ...(!isAdmin && { token: (world: World) => admit(world, 'contributor', 'contributor') }),
  })
}

/** Passes until nothing changes of itself, as the wizard does. */
async function passes(engine: Engine, agreed: Parameters<typeof walk>[2] = {}) {
  for (let pass = 1; ; pass += 1) {
    const walked = await walk(STEPS, engine, agreed)
    const changed = [...walked.outcomes.values()].some(one => one.is === 'open' && one.why === 'changed')
    if (!changed || pass === 5) return walked
  }
}

const reachOf = ({ engine: { answers, progress } }: Place) =>
  restrict.reach?.(answers, {
    fact: name => progress.saved.facts[name],
    record: step => progress.saved.records[step]?.how,
  }).now

const contextIn = ({ circleci }: Place) => circleci().contexts.find(({ name }) => name === CONTEXT)
const inContext = (place: Place) => contextIn(place)?.variables.find(({ name }) => name === VARIABLE)?.value
const inProject = ({ circleci }: Place) =>
  circleci()
    .projects.find(({ slug }) => slug === PROJECT)
    ?.envvars.find(({ name }) => name === VARIABLE)?.value
const tokens = ({ rehearsal }: Place) =>
  rehearsal.world.heroku.authorizations.filter(({ description }) => description?.startsWith('dummyapp-setup'))

/** From the moment on when CI has a working value, it has one after every request. A context's goes before the project's. */
function watchOver(place: Place): void {
  const broken: string[] = []
  let hasWorked = false
  place.rehearsal.hook = (phase, { method, path }) => {
    if (phase === 'before') return
    const value = inContext(place) ?? inProject(place)
    const works = place.rehearsal.world.heroku.authorizations.some(({ token }) => token === value)
    if (hasWorked && !works) broken.push(`${method} ${path}`)
    hasWorked ||= works
  }
  onTestFinished(() => expect(broken, 'these left CI without a working value').toEqual([]))
}

/** An admin closes both contexts, in the page. */
function closeByHand({ circleci }: Place): void {
  const value = circleci().projects.find(({ slug }) => slug === PROJECT)?.id ?? ''
  for (const { restrictions } of circleci().contexts) {
    restrictions.push({ id: randomUUID(), type: 'project', value, name: PROJECT })
  }
}

/** And somebody opens them again. */
function openByHand({ circleci }: Place): void {
  for (const { restrictions } of circleci().contexts) restrictions.splice(1)
}

describe('Where only an admin may close the contexts, and the answer is', () => {
  test('to wait: no credential is made, and the other answers are told', async () => {
    const place = await setUp('wait')
    const { outcomes } = await passes(place.engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'open',
      why: 'person',
      action: {
        instead: [
          { answer: 'secretsUntilRestricted', value: 'project-variables' },
          { answer: 'secretsUntilRestricted', value: 'write-anyway' },
        ],
      },
    })
    expect(tokens(place)).toEqual([])
  })

  test('to write anyway: the open context gets the value, and it is said who can read it and how that ends', async () => {
    const place = await setUp('write-anyway')
    watchOver(place)
    const { outcomes } = await passes(place.engine)
    expect(outcomes.get(TOKEN)).toMatchObject({ is: 'done' })
    expect(tokens(place).map(({ token }) => token)).toEqual([inContext(place)])
    expect(inProject(place)).toBeUndefined()
    const note = expect.stringMatching(
      /^Every project of gh\/PennockTech can read what is put into heroku-and-dockerhub and google-dummyapp: .*Add Project Restriction.*secretsUntilRestricted=wait/,
    )
    expect(outcomes.get(ID)).toEqual({ is: 'done', notes: [note] })
    expect(reachOf(place)).toBe('every project of gh/PennockTech')
    const before = effects(place.rehearsal)
    const again = await passes(place.resumed())
    expect(again.outcomes.get(ID)).toEqual({ is: 'done', notes: [note] })
    expect(again.plan.flatMap(({ actions }) => actions)).toEqual([])
    expect(effects(place.rehearsal)).toEqual(before)
  })

  test('the project’s variables: the value is put there, proven, and the context stays empty', async () => {
    const place = await setUp('project-variables')
    watchOver(place)
    const { outcomes } = await passes(place.engine)
    expect(outcomes.get(TOKEN)).toMatchObject({ is: 'done' })
    expect(tokens(place).map(({ token }) => token)).toEqual([inProject(place)])
    expect(contextIn(place)?.variables).toEqual([])
    expect(outcomes.get(ID)).toEqual({
      is: 'done',
      notes: [expect.stringMatching(/^heroku-and-dockerhub and google-dummyapp are open .* every job of every branch/)],
    })
    expect(reachOf(place)).toBe(`${PROJECT} alone, in every job of every branch`)
    expect(JSON.stringify(place.engine.progress.saved)).not.toContain(inProject(place))
    const before = effects(place.rehearsal)
    const again = await passes(place.resumed())
    expect(again.plan.flatMap(({ actions }) => actions)).toEqual([])
    expect(effects(place.rehearsal)).toEqual(before)
  })

  test.each<Choice>(['project-variables', 'write-anyway'])(
    '%s, and an admin runs it: the contexts are closed, and all is as the checklist says',
    async choice => {
      const place = await setUp(choice, { isAdmin: true })
      const { outcomes } = await passes(place.engine)
      expect(outcomes.get(ID)).toEqual({ is: 'done', notes: [] })
      expect(inContext(place)).toBe(tokens(place)[0]?.token)
      expect(inProject(place)).toBeUndefined()
      const restrictions = carriedOut(place.rehearsal).filter(({ path }) => path.endsWith('/restrictions'))
      expect(restrictions).toEqual(printed(restrict, place.engine))
    },
  )
})

describe('The value moves,', () => {
  test('once an admin has closed the context, out of the project into it; CI has one all the while', async () => {
    const place = await setUp('project-variables')
    watchOver(place)
    await passes(place.engine)
    closeByHand(place)
    place.pass(60)
    const { outcomes } = await passes(place.resumed())
    expect(outcomes.get(ID)).toEqual({ is: 'done', notes: [] })
    expect(outcomes.get(TOKEN)).toMatchObject({ is: 'done' })
    expect(tokens(place).map(({ token }) => token)).toEqual([inContext(place)])
    expect(inProject(place)).toBeUndefined()
  })

  test('where the context was opened again, out of it into the project', async () => {
    const place = await setUp('project-variables')
    watchOver(place)
    await passes(place.engine)
    closeByHand(place)
    place.pass(60)
    await passes(place.resumed())
    openByHand(place)
    place.pass(60)
    const { outcomes } = await passes(place.resumed())
    expect(outcomes.get(TOKEN)).toMatchObject({ is: 'done' })
    expect(tokens(place).map(({ token }) => token)).toEqual([inProject(place)])
    expect(inContext(place)).toBeUndefined()
  })

  test('and a run that is killed after any of its effects is completed by the next', async () => {
    for (let effect = 1; effect <= 4; effect += 1) {
      const place = await setUp('project-variables')
      await passes(place.engine)
      closeByHand(place)
      place.pass(60)
      const killed = new AbortController()
      let count = 0
      place.rehearsal.hook = (phase, { effect: isEffect }) => {
        if (phase === 'after' && isEffect) count += 1
        if (count === effect) killed.abort(new Error('killed'))
      }
      await walk(STEPS, place.resumed(), { stop: killed.signal, giveUp: killed.signal })
      expect(killed.signal.aborted).toBe(true)
      watchOver(place)
      place.pass(60)
      await passes(place.resumed())
      expect(tokens(place).map(({ token }) => token)).toEqual([inContext(place)])
      expect(inProject(place)).toBeUndefined()
    }
  })
})

describe('In the project’s variables', () => {
  const theirs = ({ circleci }: World) => {
    for (const { slug, envvars } of circleci.projects) {
      if (slug === PROJECT) envvars.push({ name: VARIABLE, value: 'their own secret', createdAt: YESTERDAY })
    }
  }

  test.each([false, true])(
    'a value of somebody else’s is overwritten with consent alone; its time stays: %s',
    async stays => {
      const place = await setUp('project-variables', {
        change: world => {
          world.circleci.rules.envvarKeepsTime = stays
          theirs(world)
        },
      })
      const { outcomes } = await passes(place.engine)
      expect(outcomes.get(TOKEN)).toMatchObject({
        is: 'open',
        why: 'consent',
        detail: expect.stringContaining('the project’s own variables'),
      })
      expect(inProject(place)).toBe('their own secret')
      expect(tokens(place)).toEqual([])
      await passes(place.resumed(), { agreed: [TOKEN] })
      expect(tokens(place).map(({ token }) => token)).toEqual([inProject(place)])
      expect((await passes(place.resumed())).outcomes.get(TOKEN)).toMatchObject({ is: 'done' })
      expect(tokens(place)).toHaveLength(1)
    },
  )

  test('a value helps nothing while somebody else’s stands in the open context: CI takes that', async () => {
    const place = await setUp('project-variables', {
      change: world => {
        const variable = { name: VARIABLE, value: 'their own secret', createdAt: YESTERDAY, updatedAt: YESTERDAY }
        addContext(world, CONTEXT, { createdAt: YESTERDAY, variables: [variable] })
      },
    })
    const agreed = ['circleci.context-heroku'] as const
    const { outcomes } = await passes(place.engine, { agreed })
    expect(outcomes.get(TOKEN)).toMatchObject({
      is: 'open',
      why: 'consent',
      detail: expect.stringContaining(`in the context ${CONTEXT}`),
    })
    expect(inContext(place)).toBe('their own secret')
    await passes(place.resumed(), { agreed: [...agreed, TOKEN] })
    expect(inContext(place)).toBeUndefined()
    expect(tokens(place).map(({ token }) => token)).toEqual([inProject(place)])
  })

  test.each(['reset-after', 'truncated'] as const)('a lost answer (%s) leaves one credential', async lost => {
    const place = await setUp('project-variables')
    place.rehearsal.faults.push({ method: 'POST', path: '/envvar$', times: 1, do: lost })
    await passes(place.engine)
    expect(tokens(place).map(({ token }) => token)).toEqual([inProject(place)])
  })

  test('an empty value proves nothing', async () => {
    const place = await setUp('project-variables')
    place.rehearsal.hook = (phase, { path }) => {
      if (phase !== 'after' || !path.endsWith('/envvar')) return
      for (const { envvars } of place.circleci().projects) for (const one of envvars) one.value = ''
    }
    const { outcomes } = await passes(place.engine)
    expect(outcomes.get(TOKEN)).toMatchObject({ is: 'failed', cause: { code: 'not-proven' } })
  })

  test('undo takes it out again', async () => {
    const place = await setUp('project-variables')
    await passes(place.engine)
    await carryOut(ciToken, place.engine, ciToken.undo(place.engine.answers))
    expect(inProject(place)).toBeUndefined()
    expect(tokens(place)).toEqual([])
  })
})

test('A refusal is remembered of the account that got it: another one tries, and an admin’s closes them', async () => {
  const place = await setUp('write-anyway')
  await passes(place.engine)
  const admin = place.resumed()
  const token = place.circleci().users[0]?.tokens[0]?.token ?? ''
  admin.clouds.credentials.set('circleci', { secret: Secret.of(token) })
  const accounts = new Map([...admin.accounts, ['circleci', { id: 'another', name: 'you', lacks: [] }] as const])
  const { outcomes } = await passes({ ...admin, accounts })
  expect(outcomes.get(ID)).toEqual({ is: 'done', notes: [] })
  expect(contextIn(place)?.restrictions.some(({ type }) => type === 'project')).toBe(true)
})

test('Who chooses to wait again closes them as soon as that is allowed', async () => {
  const place = await setUp('write-anyway')
  await passes(place.engine)
  for (const { members, slug } of place.circleci().organizations) {
    if (slug === ORG) for (const one of members) one.role = 'admin'
  }
  const engine = place.resumed()
  await passes({ ...engine, answers: { ...engine.answers, secretsUntilRestricted: 'wait' } })
  expect(contextIn(place)?.restrictions.some(({ type }) => type === 'project')).toBe(true)
})
