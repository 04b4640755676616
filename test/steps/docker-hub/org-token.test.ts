import { describe, expect, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import type { Json } from '../../../src/clouds/json.ts'
import type { Action } from '../../../src/engine/step.ts'
import { fill } from '../../../src/engine/text.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { provePush } from '../../../steps/docker-hub/prove-push.ts'
import { repository } from '../../../steps/docker-hub/repository.ts'
import { token } from '../../../steps/docker-hub/token.ts'
import { isNarrow } from '../../../steps/docker-hub/tokens.ts'
import { furnish as furnishCi } from '../../rehearsal/circleci-client.ts'
import { carryOut, lookAt, walk } from '../../support/engine.ts'
import { NOTHING } from '../../support/nothing.ts'
import { effects } from '../../support/stage.ts'
import { ciMayPush, contextIn, haveContext, organizationIn, saidIn, setStage } from './stage.ts'

const ROUTE = { dockerHubRoute: 'org-token' } as const
const STEPS = [repository, token, provePush]
const ID = 'docker-hub.token'
const LABEL = 'dummyapp-setup acme/app: CircleCI heroku-and-dockerhub'

async function setOut(change?: (world: World) => void, answers: Partial<Known> = {}) {
  const stage = await setStage(change, { ...ROUTE, ...answers })
  await haveContext(stage)
  return stage
}

/** Actions as they print, with the holes filled that are given. */
const shownIn = (actions: readonly Action[] = [], facts: Readonly<Record<string, string>> = {}) =>
  actions.map(action => ({
    ...action,
    does: fill(action.does, ({ hole }) => facts[hole] ?? `<${hole}>`),
    ...('body' in action && { body: fillBody(action.body, facts) }),
  }))

const fillBody = (body: unknown, facts: Readonly<Record<string, string>>) =>
  JSON.parse(JSON.stringify(body ?? null), (_, value) =>
    typeof value === 'object' && value !== null && ('parts' in value || 'hole' in value)
      ? fill(value, ({ hole }) => facts[hole] ?? `<${hole}>`)
      : value,
  ) as unknown

/** A token of the organization that is there already. */
const somebodys = (more: { label?: string; createdAt?: string } = {}) => ({
  id: crypto.randomUUID(),
  label: 'by hand',
  description: '',
  token: `dckr_oat_${crypto.randomUUID()}`,
  resources: [],
  active: true,
  expiresAt: null,
  createdAt: '2026-01-01T00:00:00.000Z',
  ...more,
})

describe('From nothing to a proven token in one pass', () => {
  test('it reaches this repository alone, lies in the closed context, and may push', async () => {
    const { engine, rehearsal } = await setOut()
    const { outcomes, events } = await walk(STEPS, engine)
    expect([...outcomes.values()].map(({ is }) => is)).toEqual(STEPS.map(() => 'done'))
    const [made, ...more] = organizationIn(rehearsal).tokens
    expect(more).toEqual([])
    expect(made).toMatchObject({
      label: LABEL,
      resources: [{ type: 'TYPE_REPO', path: 'acme/app', scopes: ['scope-image-push'] }],
    })
    expect(contextIn(rehearsal)).toMatchObject({ user: 'acme', pass: made?.token })
    expect(await ciMayPush(rehearsal)).toBe(true)
    expect(saidIn(engine, events, [...outcomes])).not.toContain(made?.token ?? 'nothing')
    expect(engine.progress.saved).toMatchObject({ facts: { [`${ID}:id`]: made?.id }, intents: NOTHING })
    expect(outcomes.get('docker-hub.prove-push')).toMatchObject({
      notes: [expect.stringContaining('pull and push on acme/app')],
    })
  })

  test('what is done is what the checklist says', async () => {
    const { engine, rehearsal } = await setOut()
    await walk([repository], engine)
    const before = rehearsal.log.length
    const { plan } = await walk([token], engine)
    const ends = new Date(Date.now() + 365 * 86_400_000).toISOString().slice(0, 10)
    expect(shownIn(plan[0]?.actions)).toEqual(shownIn(token.actions(engine.answers), { [`${ID}:until`]: ends }))
    expect(JSON.stringify(plan[0]?.actions)).toContain(ends)
    expect(rehearsal.log.slice(before).filter(({ effect }) => effect)).toMatchObject([
      {
        method: 'POST',
        path: '/v2/orgs/acme/access-tokens',
        body: {
          label: LABEL,
          resources: [{ type: 'TYPE_REPO', path: 'acme/app', scopes: ['scope-image-push'] }],
          expires_at: `${ends}T00:00:00Z`,
        },
      },
      { method: 'PUT', path: expect.stringMatching(/DOCKERHUB_USER$/) },
      { method: 'PUT', path: expect.stringMatching(/DOCKERHUB_PASS$/) },
    ])
  })

  test('a second time changes nothing', async () => {
    const { engine, rehearsal } = await setOut()
    await walk(STEPS, engine)
    const before = effects(rehearsal)
    const { outcomes } = await walk(STEPS, engine)
    expect([...outcomes.values()].map(({ is }) => is)).toEqual(STEPS.map(() => 'done'))
    expect(effects(rehearsal)).toEqual(before)
  })
})

describe('Nothing is made', () => {
  const nothingMade = async (engine: Parameters<typeof walk>[1], rehearsal: Parameters<typeof effects>[0]) => {
    const { outcomes } = await walk([token], engine)
    expect(organizationIn(rehearsal).tokens.filter(({ label }) => label === LABEL)).toEqual([])
    return outcomes.get(ID)
  }

  test('while other projects can use the context', async () => {
    const { engine, rehearsal } = await setStage(undefined, ROUTE)
    await haveContext({ engine, rehearsal }, false)
    await walk([repository], engine)
    expect(await nothingMade(engine, rehearsal)).toMatchObject({ is: 'failed', cause: { code: 'open-context' } })
  })

  test('where the context was never made', async () => {
    const { engine, rehearsal } = await setStage(undefined, ROUTE)
    await walk([repository], engine)
    expect(await nothingMade(engine, rehearsal)).toMatchObject({ is: 'failed', cause: { code: 'unknown-yet' } })
    expect(effects(rehearsal)).toHaveLength(1)
  })

  test('without a plan', async () => {
    const { engine, rehearsal } = await setOut(({ dockerHub }) => {
      for (const one of dockerHub.organizations) one.plan = 'free'
    })
    expect(await nothingMade(engine, rehearsal)).toMatchObject({ is: 'failed', cause: { code: 'plan' } })
  })

  test('where the plan has no token more; those that are switched off count', async () => {
    const tokens = Array.from({ length: 10 }, () => ({ ...somebodys(), active: false }))
    const { engine, rehearsal } = await setOut(({ dockerHub }) => {
      for (const one of dockerHub.organizations) one.tokens = tokens
    })
    await walk([repository], engine)
    const limit = { is: 'failed', cause: { code: 'token-limit', means: expect.stringContaining('switched off') } }
    expect(await nothingMade(engine, rehearsal)).toMatchObject(limit)
    // Where the plan is not to be seen, the refusal of the request tells it.
    rehearsal.world.dockerHub.rules.planLookup = false
    expect(await nothingMade(engine, rehearsal)).toMatchObject(limit)
  })
})

describe('What is proven', () => {
  test('a token that the registry grants less is not delivered, and revoked before another is made', async () => {
    const { engine, rehearsal } = await setOut()
    await walk([repository], engine)
    // The repository goes between the making of the token and its proof.
    const { repositories } = rehearsal.world.dockerHub
    rehearsal.hook = (phase, { path, method }) => {
      if (phase !== 'after' || method !== 'POST' || !path.endsWith('/access-tokens')) return
      rehearsal.world.dockerHub.repositories = []
    }
    for (const _ of ['once', 'and again']) {
      const { outcomes } = await walk([token], engine)
      expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'not-granted' } })
      expect(organizationIn(rehearsal).tokens).toHaveLength(1)
      expect(contextIn(rehearsal).context.variables).toEqual([])
      rehearsal.world.dockerHub.repositories = repositories
    }
    rehearsal.hook = undefined
    await walk([token], engine)
    expect(organizationIn(rehearsal).tokens).toHaveLength(1)
    expect(await ciMayPush(rehearsal)).toBe(true)
  })

  test('a registry token that cannot be read stops nothing', async () => {
    const { engine, rehearsal } = await setOut(({ dockerHub }) => {
      dockerHub.rules.opaqueRegistryTokens = true
    })
    const { outcomes } = await walk(STEPS, engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(contextIn(rehearsal).user).toBe('acme')
  })

  test.each([
    [['push'], 'pull'],
    [['pull'], 'push'],
    [[], 'pull and push'],
  ])('a registry that grants %j alone is no proof: a push needs both', async (actions, lacks) => {
    const { engine, rehearsal } = await setOut()
    await walk([repository], engine)
    const access = actions.length === 0 ? [] : [{ type: 'repository', name: 'acme/app', actions }]
    const payload = Buffer.from(JSON.stringify({ access })).toString('base64url')
    const body = { token: `e30.${payload}.x`, issued_at: '2026-11-24T10:00:00Z' }
    rehearsal.faults.push({ method: 'GET', path: '^/token', do: { status: 200, body } })
    expect((await walk([token], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'not-granted', means: expect.stringContaining(`; ${lacks} is missing`) },
    })
    expect(contextIn(rehearsal).context.variables).toEqual([])
  })

  const OURS = { type: 'TYPE_REPO' as const, path: 'acme/app', scopes: ['scope-image-push'] }
  const WIDE = [
    ['all repositories', [{ ...OURS, path: 'acme/*' }]],
    ['another one, too', [OURS, { ...OURS, path: 'acme/other' }]],
    ['the organization, too', [OURS, { type: 'TYPE_ORG', path: 'acme', scopes: ['scope-member-read'] }]],
    ['the same one twice, with more', [OURS, { ...OURS, scopes: ['scope-image-push', 'scope-repo-delete'] }]],
    ['more than a push', [{ ...OURS, scopes: ['scope-image-push', 'scope-repo-delete'] }]],
    ['another one', [{ ...OURS, path: 'acme/other' }]],
  ] as const

  test.each(WIDE)('a token that reaches %s is none for this repository alone', (_, resources) => {
    expect(isNarrow({ resources: resources as unknown as Json }, { dockerHubRepository: 'acme/app' })).toBe(false)
    expect(isNarrow({ resources: [OURS] }, { dockerHubRepository: 'acme/app' })).toBe(true)
  })

  test('a token that reaches more than was asked for is not used', async () => {
    const { engine, rehearsal } = await setOut()
    await walk([repository], engine)
    const resources = [OURS, { ...OURS, path: 'acme/other' }]
    const body = { id: crypto.randomUUID(), token: 'dckr_oat_wide', resources }
    rehearsal.faults.push({ method: 'POST', path: '/access-tokens$', do: { status: 201, body } })
    expect((await walk([token], engine)).outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'too-wide' } })
    expect(contextIn(rehearsal).context.variables).toEqual([])
  })

  test('a token that somebody has let reach another repository as well is replaced by a narrow one', async () => {
    const { engine, rehearsal } = await setOut()
    await walk(STEPS, engine)
    const [wide] = organizationIn(rehearsal).tokens
    for (const { resources } of organizationIn(rehearsal).tokens)
      resources.push({ ...OURS, path: 'acme/other', scopes: [...OURS.scopes] })
    expect((await walk(STEPS, engine)).outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(organizationIn(rehearsal).tokens.map(({ id, resources }) => [id === wide?.id, resources])).toEqual([
      [false, [OURS]],
    ])
    expect(await ciMayPush(rehearsal)).toBe(true)
  })

  test('prove-push has nothing to show before', async () => {
    const { engine } = await setOut()
    expect(await lookAt(provePush, engine)).toEqual({ is: 'missing' })
  })
})

describe('Resuming', () => {
  test.each(['reset-after', 'reset-before'] as const)(
    'a mint whose answer is lost (%s) leaves one token',
    async kind => {
      const { engine, rehearsal } = await setOut()
      rehearsal.faults.push({ method: 'POST', path: '/access-tokens$', times: 1, do: kind })
      const { outcomes } = await walk(STEPS, engine)
      expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
      expect(organizationIn(rehearsal).tokens).toHaveLength(1)
      expect(await ciMayPush(rehearsal)).toBe(true)
    },
  )

  test('two runs that end between making and delivering leave one token', async () => {
    const { engine, rehearsal } = await setOut()
    await walk([repository], engine)
    for (const variable of ['DOCKERHUB_USER', 'DOCKERHUB_PASS']) {
      rehearsal.faults = [{ method: 'PUT', path: variable, do: { status: 403, body: { message: 'no' } } }]
      expect((await walk([token], engine)).outcomes.get(ID)).toMatchObject({ is: 'failed' })
    }
    rehearsal.faults = []
    await walk([token], engine)
    expect(organizationIn(rehearsal).tokens).toHaveLength(1)
    expect(await ciMayPush(rehearsal)).toBe(true)
  })

  test('a token that was revoked or narrowed by hand is made anew, and the old one goes last', async () => {
    const { engine, rehearsal } = await setOut()
    await walk(STEPS, engine)
    for (const one of organizationIn(rehearsal).tokens) one.active = false
    const before = effects(rehearsal).length
    await walk(STEPS, engine)
    expect(
      effects(rehearsal)
        .slice(before)
        .map(one => one.split(' ')[0]),
    ).toEqual(['POST', 'PUT', 'PUT', 'DELETE'])
    expect(organizationIn(rehearsal).tokens).toMatchObject([{ active: true }])
    expect(await ciMayPush(rehearsal)).toBe(true)
  })

  test('a stranger’s token is never touched, whatever its label', async () => {
    const others = [somebodys(), somebodys({ label: LABEL })]
    const { engine, rehearsal } = await setOut(({ dockerHub }) => {
      for (const one of dockerHub.organizations) one.tokens = [...others]
    })
    await walk(STEPS, engine)
    await walk(STEPS, engine)
    expect(organizationIn(rehearsal).tokens.map(({ id }) => id)).toEqual(
      expect.arrayContaining(others.map(({ id }) => id)),
    )
    expect(organizationIn(rehearsal).tokens).toHaveLength(3)
  })
})

test('A value in the context that somebody else wrote is overwritten with consent alone', async () => {
  const { engine, rehearsal } = await setOut()
  await walk([repository], engine)
  const at = '2026-02-01T00:00:00.000Z'
  const theirs = { name: 'DOCKERHUB_PASS', value: 'their own secret', createdAt: at, updatedAt: at }
  contextIn(rehearsal).context.variables.push(theirs)
  const seen = await lookAt(token, engine)
  expect(seen).toMatchObject({
    is: 'differs',
    keep: { id: at },
    how: [{ found: expect.stringContaining('2026-02-01') }],
  })
  await walk([token], engine)
  expect(contextIn(rehearsal).pass).toBe('their own secret')
  await walk([token], engine, { agreed: [ID] })
  expect(await ciMayPush(rehearsal)).toBe(true)
})

test.each(['write-anyway', 'project-variables'] as const)(
  'in a context that stands open the values go where a person chose: %s',
  async secretsUntilRestricted => {
    const { engine, rehearsal } = await setStage(
      ({ circleci }) => furnishCi(circleci, { projects: [{ id: crypto.randomUUID(), slug: 'gh/acme/app' }] }),
      { ...ROUTE, secretsUntilRestricted },
    )
    await haveContext({ engine, rehearsal }, false)
    await engine.progress.save({ facts: { 'circleci.restrict:refused-account': 'yes' } })
    const { outcomes } = await walk(STEPS, engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    const made = organizationIn(rehearsal).tokens.map(one => one.token)
    const inProject = rehearsal.world.circleci.projects.flatMap(({ envvars }) => envvars.map(({ value }) => value))
    const inContext = contextIn(rehearsal).context.variables.map(({ value }) => value)
    expect([inContext, inProject]).toEqual(
      secretsUntilRestricted === 'write-anyway' ? [['acme', ...made], []] : [[], ['acme', ...made]],
    )
    await carryOut(token, engine, token.undo(engine.answers))
    expect(rehearsal.world.circleci.projects.flatMap(({ envvars }) => envvars)).toEqual([])
    expect(contextIn(rehearsal).context.variables).toEqual([])
  },
)

test('undo takes both values and the token away', async () => {
  const { engine, rehearsal } = await setOut()
  await walk(STEPS, engine)
  await carryOut(token, engine, token.undo(engine.answers))
  expect(contextIn(rehearsal).context.variables).toEqual([])
  expect(organizationIn(rehearsal).tokens).toEqual([])
})

test('The label is as long as one may be', async () => {
  const { engine, rehearsal } = await setOut(undefined, { githubProject: `acme/${'a'.repeat(100)}` })
  await walk(STEPS, engine)
  expect(organizationIn(rehearsal).tokens[0]?.label).toHaveLength(100)
  expect((await lookAt(token, engine)).is).toBe('present')
})
