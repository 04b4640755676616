import { isDeepStrictEqual } from 'node:util'
import { mintOf } from '../mint.ts'
import { Refusal } from '../refusal.ts'
import { routed } from '../route.ts'
import type { Call, Service } from '../service.ts'
import type { World } from '../world.ts'
import { ACCOUNTS } from './accounts.ts'
import { type Caller, callerOf } from './caller.ts'
import { COMPILE } from './compile.ts'
import { CONTEXTS } from './contexts.ts'
import { ENVVARS } from './envvars.ts'
import { JOBS, OUTPUT, output } from './jobs.ts'
import { PIPELINES } from './pipelines.ts'
import { PROJECTS } from './projects.ts'
import { refuse } from './refusals.ts'
import { RESTRICTIONS } from './restrictions.ts'
import type { Reply, Route } from './route.ts'
import { SETTINGS } from './settings.ts'
import { VARIABLES } from './variables.ts'
import { WORKFLOWS } from './workflows.ts'
import type { CircleciWorld, User } from './world.ts'

/** The first that fits answers; anything else is no endpoint. */
const ROUTES: readonly Route[] = [
  ...ACCOUNTS,
  ...CONTEXTS,
  ...VARIABLES,
  ...RESTRICTIONS,
  ...PROJECTS,
  ...SETTINGS,
  ...ENVVARS,
  ...COMPILE,
  ...PIPELINES,
  ...WORKFLOWS,
  ...JOBS,
]

const MINUTE_MS = 60_000

/** circleci.com's v2 API, and of v1.1 what v2 does not have, as facts/circleci.md tells them. */
export const circleci: Service = (call, world, now) => {
  const { circleci: before } = world
  const caller = callerOf(before, call.headers, now)
  const reply = attempt(() => {
    const open = routed([OUTPUT], call.method, call.path)
    if (open) return { status: 200, body: output(before, open.names) }
    if (!caller) throw refuse.unauthorized()
    return reach(call, world, caller, now)
  })
  const effect = reply.world !== undefined && !isDeepStrictEqual(reply.world, before)
  if (reply.world) world.circleci = reply.world
  const { status, headers = {}, body } = reply
  return { status, headers, body, effect, ...(caller && { who: caller.user.login }) }
}

/** Everything that can stand in a request's way, in the order in which it does, and then its route. */
function reach(call: Call, world: World, caller: Caller, now: Date): Reply {
  const { user, token } = caller
  count(world.circleci, user, now)
  const found = routed(ROUTES, call.method, call.path)
  if (!found) throw refuse.notFound()
  const { route, names } = found
  if (token.kind === 'project' && !route.takesProjectToken) throw refuse.projectToken()
  if (call.malformed) throw refuse.invalid()
  return route.handle({ ...call, world: world.circleci, caller, user, names, now, mint: mintOf(world) })
}

/** A user's requests are counted by the minute, where they are (facts/circleci.md 3). */
function count({ rules }: CircleciWorld, { requests }: User, now: Date): void {
  if (rules.requestsPerMinute === null) return
  if (new Date(requests.rateLimitReset) <= now) {
    requests.rateLimitRemaining = rules.requestsPerMinute
    requests.rateLimitReset = new Date(now.getTime() + MINUTE_MS).toISOString()
  }
  if (requests.rateLimitRemaining < 1) {
    const wait = Math.ceil((Date.parse(requests.rateLimitReset) - now.getTime()) / 1000)
    throw refuse.rateLimit(rules.retryAfter ? { 'retry-after': String(wait) } : {})
  }
  requests.rateLimitRemaining -= 1
}

function attempt(act: () => Reply): Reply {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: error.status, headers: error.headers, body: error.body }
  }
}
