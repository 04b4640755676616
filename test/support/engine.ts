import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { known, resolve } from '../../src/answers/resolve.ts'
import type { Known } from '../../src/answers/schema.ts'
import { type Cause, SetupError } from '../../src/clouds/cause.ts'
import type { Clock } from '../../src/clouds/clock.ts'
import { createClouds } from '../../src/clouds/clouds.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { HOST_IDS, type HostId, hostOf } from '../../src/clouds/hosts.ts'
import { createHttp } from '../../src/clouds/http.ts'
import type { Identity, Vendor } from '../../src/clouds/identity.ts'
import { Secret } from '../../src/clouds/secret.ts'
import type { Account, Credential } from '../../src/clouds/vendor.ts'
import { act } from '../../src/engine/act.ts'
import { type Engine, newLook } from '../../src/engine/engine.ts'
import { type Event, lookAtAll, type Outcome, runPass } from '../../src/engine/pass.ts'
import type { Planned } from '../../src/engine/plan.ts'
import { openProgress } from '../../src/engine/progress.ts'
import type { Action, Seen, Step, StepId } from '../../src/engine/step.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { brisk } from '../clouds/servers.ts'
import { bareEnvironment } from './cli.ts'
import { temporaryFolder } from './folder.ts'

/** The names that the tests go by; no more than these are used. */
export const ANSWERS: Known = known(
  resolve(
    [
      { key: 'githubProject', value: 'PennockTech/dummyapp', from: 'a test' },
      { key: 'herokuApp', value: 'pt-dummy-app', from: 'a test' },
      { key: 'defaultBranch', value: 'main', from: 'a test' },
    ],
    new Set([
      ...(['githubProject', 'herokuApp', 'herokuTeam', 'defaultBranch', 'firstRunBranch', 'dataImage'] as const),
      // What the document's config has, where nothing else is said.
      ...(['circleJobs', 'herokuJobs', 'dockerHubJobs', 'googleJobs'] as const),
      ...(['dockerHubUserVariable', 'dockerHubTokenVariable', 'googleKeyVariable'] as const),
    ]),
  ),
)

/** An engine on the simulated clouds (or on none), with a checkout and progress of its own; it waits next to nothing. */
export function makeEngine(
  options: {
    readonly rehearsal?: Rehearsal
    readonly token?: string | undefined
    /** As somebody else at CircleCI. */
    readonly circleToken?: string
    readonly clock?: Clock
    readonly repo?: string
    readonly answers?: Partial<Known>
    readonly env?: Readonly<Record<string, string>>
  } = {},
): Engine {
  const { rehearsal, clock = brisk, repo = temporaryFolder(), answers, env } = options
  const folder = temporaryFolder()
  const http = createHttp({ clock, env: {} })
  onTestFinished(() => http.close())
  return {
    clouds: createClouds({
      kind: 'rehearsal',
      clock,
      http,
      tools: createTools({
        env: { ...bareEnvironment(folder), ...(rehearsal && { HEROKU_HOST: rehearsal.origins.heroku }), ...env },
        repo,
      }),
      bases: rehearsal ? basesOf(rehearsal) : new Map(),
      credentials: rehearsal ? credentialsFor(rehearsal.world, options) : new Map(),
    }),
    answers: { ...ANSWERS, ...answers },
    accounts: new Map<Vendor, Account>([
      ['heroku', { id: 'account', name: 'you@example.com', lacks: [] }],
      ['circleci', { id: 'account', name: 'you', lacks: [] }],
      ['docker-hub', { id: 'account', name: rehearsal?.world.dockerHub.users[0]?.username ?? 'you', lacks: [] }],
      ['google', { id: 'google', name: 'you@example.com', lacks: [] }],
    ]),
    progress: openProgress({ folder: join(folder, 'progress'), project: 'a', clouds: 'rehearsal' }, new Date()),
    repo,
    remotes: { addresses: { origin: 'https://github.com/PennockTech/dummyapp' }, named: [] },
    by: 'somebody@here',
  }
}

/** The sign-ins of whoever the world begins with, at every vendor. */
function credentialsFor(
  { heroku, circleci, dockerHub, google }: World,
  { token, circleToken }: { readonly token?: string | undefined; readonly circleToken?: string },
): Map<Identity, Credential> {
  const [owner] = dockerHub.users
  const tokens: readonly (readonly [Identity, string | undefined, (string | undefined)?])[] = [
    ['heroku', token ?? heroku.authorizations[0]?.token],
    ['circleci', circleToken ?? circleci.users[0]?.tokens[0]?.token],
    ['docker-hub', owner?.password, owner?.username],
    ['google', google.users[0]?.tokens[0]?.token],
  ]
  return new Map(tokens.map(([who, secret = '', user]) => [who, { ...(user && { user }), secret: Secret.of(secret) }]))
}

/** Where every host is asked in a rehearsal. */
export const basesOf = ({ origins }: Rehearsal): ReadonlyMap<HostId, URL> =>
  new Map(HOST_IDS.map(host => [host, new URL(origins[hostOf(host).vendor])]))

interface Walked {
  readonly plan: readonly Planned[]
  readonly outcomes: ReadonlyMap<StepId, Outcome>
  readonly events: readonly Event[]
}

/** One pass: looks, agrees to everything that `agreed` names, and runs. */
export async function walk(
  steps: readonly Step[],
  engine: Engine,
  options: {
    readonly agreed?: readonly string[]
    /** Stays as it is, by choice. */
    readonly kept?: readonly string[]
    /** Only looked at. */
    readonly leftOut?: readonly StepId[]
    /** After the look and the agreement, before anything runs. */
    readonly meanwhile?: () => unknown
    readonly on?: (event: Event) => void
    readonly stop?: AbortSignal
    readonly giveUp?: AbortSignal
  } = {},
): Promise<Walked> {
  const never = new AbortController().signal
  const { agreed = [], kept = [], leftOut = [], meanwhile, on, stop = never, giveUp = never } = options
  const plan = await lookAtAll(steps, engine, never)
  await meanwhile?.()
  const since = meanwhile ? engine.clouds.moment() : 0
  const events: Event[] = []
  const emit = (event: Event) => {
    events.push(event)
    on?.(event)
  }
  const acting = new Set(steps.map(({ id }) => id).filter(id => !leftOut.includes(id)))
  const decisions = { agreed: new Set(agreed), kept: new Set(kept) }
  const outcomes = await runPass({ plan, acting, ...decisions, since, engine, emit, stop, giveUp })
  return { plan, outcomes, events }
}

/** The change of the progress that takes these entries away. */
export const gone = (names: readonly string[]) => Object.fromEntries(names.map(name => [name, undefined]))

/** What a step sees now. */
export const lookAt = (step: Step, engine: Engine): Promise<Seen<unknown>> => step.look(newLook(engine))

/** Carries out what the step asks for: in an empty world, unless other actions are given. */
export async function carryOut(
  step: Step,
  engine: Engine,
  actions = step.actions(engine.answers),
  giveUp = new AbortController().signal,
): Promise<void> {
  const minted = new Map()
  for (const action of actions) {
    if (action.kind === 'person') throw new Error(`a person must do it: ${action.key}`)
    await act(action, { step, engine, giveUp, minted })
  }
}

/** A step for tests of the engine: missing until told otherwise, and done by one command that has its name. */
export function fakeStep(id: StepId, more: Partial<Step> = {}): Step {
  const words = { title: id, why: '', section: '', document: '', today: '' }
  const look = async () => ({ is: 'missing' }) as const
  const actions = (): readonly Action[] => [{ kind: 'run', key: 'do', does: `do ${id}`, argv: [id] }]
  return { id, ...words, uses: [], look, actions, undo: () => [], ...more }
}

/** What ended the work in failure. */
export async function causeOf(work: Promise<unknown>): Promise<Cause> {
  const outcome = await work.catch((error: unknown) => error)
  if (outcome instanceof SetupError) return outcome.cause
  throw outcome instanceof Error ? outcome : new Error(`no failure, but ${JSON.stringify(outcome)}`)
}
