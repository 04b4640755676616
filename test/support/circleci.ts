import { randomUUID } from 'node:crypto'
import type { Known } from '../../src/answers/schema.ts'
import type { Clock } from '../../src/clouds/clock.ts'
import type { Engine } from '../../src/engine/engine.ts'
import { boundPath } from '../../src/engine/engine.ts'
import type { Action, Step } from '../../src/engine/step.ts'
import { fillBody } from '../../src/engine/text.ts'
import type { CircleciWorld, Project, Role } from '../../src/rehearsal/circleci/world.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { furnish } from '../rehearsal/circleci-client.ts'
import { rehearse } from '../rehearsal/client.ts'
import { makeEngine } from './engine.ts'
import { ownersWorld } from './vendors.ts'

export const ORG = 'gh/PennockTech'
export const PROJECT = `${ORG}/dummyapp`

/** What the lane's steps go by, as the document has it. */
const ANSWERS: Partial<Known> = {
  defaultBranch: 'main',
  firstRunBranch: 'main',
  circleOrg: ORG,
  circleProject: PROJECT,
  circleJobs: 'build,deploy_heroku,push_docker_hub,push_gce_registry',
  herokuContext: 'heroku-and-dockerhub',
  googleContext: 'google-dummyapp',
  herokuTokenVariable: 'HEROKU_API_KEY',
  dockerHubRepository: 'pennocktech/dummyapp',
  registryHost: 'us.gcr.io',
  googleProject: 'dummyapp-214121',
  imageName: 'pt-dummy-app',
}

export interface Place {
  readonly rehearsal: Rehearsal
  readonly engine: Engine
  readonly clock: Clock
  /** As it is now: every request may put another in its place. */
  readonly circleci: () => CircleciWorld
  /** Another run, which knows what the progress holds and nothing else. */
  readonly resumed: () => Engine
  readonly pass: (seconds: number) => void
}

/**
 * The owner's world, and an engine whose clock is the clouds': it stands still until somebody waits, and then jumps. So CI
 * takes its real time and a test none.
 */
export async function circlePlace(
  options: {
    readonly change?: (world: World) => void
    readonly answers?: Partial<Known>
    readonly repo?: string
    readonly clock?: Clock
    /** Who runs it at CircleCI; the owner unless told. */
    readonly token?: (world: World) => string
  } = {},
): Promise<Place> {
  let now = Date.parse('2026-11-22T10:00:00.000Z')
  const clock: Clock = options.clock ?? {
    now: () => new Date(now),
    timeout: ms => ms,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted()
      now += Math.ceil(ms)
    },
  }
  const world = ownersWorld({ now: clock.now() })
  Object.assign(world.circleci.rules, { followBuildDelayMs: 5_000, workflowDelayMs: 2_000, jobSeconds: 20 })
  options.change?.(world)
  const circleToken = options.token?.(world)
  const rehearsal = await rehearse(undefined, { world, now: clock.now })
  const { repo } = options
  const make = () =>
    makeEngine({
      rehearsal,
      clock,
      answers: { ...ANSWERS, ...options.answers },
      ...(repo !== undefined && { repo }),
      ...(circleToken !== undefined && { circleToken }),
    })
  const engine = make()
  const { progress } = engine
  return {
    rehearsal,
    engine,
    clock,
    circleci: () => world.circleci,
    resumed: () => ({ ...make(), repo: engine.repo, progress }),
    pass: seconds => {
      now += seconds * 1000
    },
  }
}

/** The project as it is once it is followed by `you`. */
export function followed({ circleci }: World, more: Partial<Project> = {}): void {
  furnish(circleci, { projects: [{ id: randomUUID(), slug: PROJECT, followedBy: ['you'], ...more }] })
}

/** Lets somebody in, and into the organization if they have a role. Returns their token. */
export function admit({ circleci }: World, login: string, role?: Role): string {
  const token = `token-${randomUUID()}`
  furnish(circleci, { users: [{ id: randomUUID(), login, tokens: [{ token }] }] })
  if (role) circleci.organizations.find(({ slug }) => slug === ORG)?.members.push({ login, role })
  return token
}

/** Puts a context into the organization. Returns its id. */
export function addContext(
  { circleci }: World,
  name: string,
  more: Partial<CircleciWorld['contexts'][number]> = {},
): string {
  const id = randomUUID()
  const organization = circleci.organizations.find(({ slug }) => slug === ORG)?.id ?? ''
  furnish(circleci, { contexts: [{ id, name, organization, ...more }] })
  return id
}

/** The effects of the clouds' log, with their bodies. */
export const carriedOut = ({ log }: Rehearsal) =>
  log.filter(({ effect }) => effect).map(({ method, path, body = null }) => ({ method, path, body }))

/** The writes that the checklist prints for an empty world, with what the run has learned put in. */
export const printed = (step: Step, { answers, progress }: Engine) =>
  step.actions(answers).flatMap((action: Action) => {
    if (action.kind !== 'request' || action.method === 'GET') return []
    const { facts } = progress.saved
    const body = fillBody(action.body ?? null, ({ hole }) => facts[hole] ?? `<${hole}>`)
    return [{ method: action.method, path: boundPath(action.path, facts), body }]
  })
