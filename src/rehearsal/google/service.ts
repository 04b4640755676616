import { isDeepStrictEqual } from 'node:util'
import { mintOf } from '../mint.ts'
import { Refusal } from '../refusal.ts'
import { routed } from '../route.ts'
import type { Call, Service } from '../service.ts'
import type { World } from '../world.ts'
import { assertPaid } from './apis.ts'
import { BILLING } from './billing.ts'
import { BUCKETS } from './buckets.ts'
import { type Caller, callerOf, nameOf } from './caller.ts'
import { exchange, isForExchange } from './exchange.ts'
import { IDENTITY_POOLS } from './identity-pools.ts'
import { IMPERSONATION } from './impersonation.ts'
import { KEY_ROUTES } from './keys.ts'
import { OPERATIONS } from './operations.ts'
import { ORG_POLICIES } from './org-policies.ts'
import { ORGANIZATIONS } from './organizations.ts'
import { PROJECTS } from './projects.ts'
import { refuse } from './refusals.ts'
import { isForRegistry, registry } from './registry.ts'
import { REPOSITORIES } from './repositories.ts'
import { ROLE_DEFINITIONS } from './role-definitions.ts'
import { assertKnownQuery, type Reply, type Route, routePath } from './route.ts'
import { SERVICE_ACCOUNTS } from './service-accounts.ts'
import { SERVICE_USAGE } from './services.ts'

/** The first that fits answers; anything else is no endpoint. */
const ROUTES: readonly Route[] = [
  ...PROJECTS,
  ...ORGANIZATIONS,
  ...BILLING,
  ...SERVICE_USAGE,
  ...SERVICE_ACCOUNTS,
  ...KEY_ROUTES,
  ...IDENTITY_POOLS,
  ...IMPERSONATION,
  ...ROLE_DEFINITIONS,
  ...ORG_POLICIES,
  ...REPOSITORIES,
  ...BUCKETS,
  ...OPERATIONS,
]

/** Google Cloud's APIs, told apart by path as none of them has another's, its Security Token Service and its docker registry (facts/google.md). */
export const google: Service = (call, world, now) => {
  const { google: before } = world
  let who: string | undefined
  const reply = attempt(() => {
    const open = isForRegistry(call) ? registry : isForExchange(call) ? exchange : undefined
    if (open) {
      const answered = open(call, world, now)
      who = answered.who
      return answered.reply
    }
    const caller = callerOf(before, call.headers, now)
    who = nameOf(caller)
    return reach(call, world, caller, now)
  })
  const effect = reply.world !== undefined && !isDeepStrictEqual(reply.world, before)
  if (reply.world) world.google = reply.world
  const { status, headers = {}, body } = reply
  return { status, headers, body, effect, ...(who !== undefined && { who }) }
}

/** Everything that can stand in a request's way, in the order in which it does, and then its route. */
function reach(call: Call, world: World, caller: Caller, now: Date): Reply {
  const found = routed(ROUTES, call.method, routePath(call.path))
  if (!found) throw refuse.notFound('Method not found.')
  const { route, names } = found
  const header = call.headers['x-goog-user-project']
  assertPaid(world.google, caller, typeof header === 'string' ? header : undefined, route.api, now)
  assertKnownQuery(route, call.query)
  if (call.malformed) throw refuse.invalid('Invalid JSON payload received.')
  return route.handle({ ...call, world: world.google, caller, names, now, mint: mintOf(world) })
}

function attempt(act: () => Reply): Reply {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: error.status, headers: error.headers, body: error.body }
  }
}
