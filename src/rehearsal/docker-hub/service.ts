import { isDeepStrictEqual } from 'node:util'
import { mintOf } from '../mint.ts'
import { Refusal } from '../refusal.ts'
import { routed } from '../route.ts'
import type { Call, Service } from '../service.ts'
import { type Caller, callerOf, meterOf, NOBODY, nameOf } from './caller.ts'
import { INVITES } from './invites.ts'
import { resetOf, spend } from './limits.ts'
import { LOGIN } from './login.ts'
import { ORGANIZATION_TOKENS } from './organization-tokens.ts'
import { ORGANIZATIONS } from './organizations.ts'
import { TEAM_PERMISSIONS } from './permissions.ts'
import { PERSONAL_TOKENS } from './personal-tokens.ts'
import { refuse, shaped } from './refusals.ts'
import { REGISTRY } from './registry.ts'
import { REPOSITORIES } from './repositories.ts'
import { ownScopes } from './rights.ts'
import type { Ask, Lets, Reply, Route } from './route.ts'
import { TAGS } from './tags.ts'
import { TEAMS } from './teams.ts'
import type { DockerHubWorld, Meter } from './world.ts'

/** What hub.docker.com answers; anything else is no endpoint. */
const HUB: readonly Route[] = [
  ...LOGIN,
  ...PERSONAL_TOKENS,
  ...REPOSITORIES,
  ...TAGS,
  ...ORGANIZATIONS,
  ...ORGANIZATION_TOKENS,
  ...TEAMS,
  ...TEAM_PERMISSIONS,
  ...INVITES,
]

const MINUTE_SECONDS = 60

/** hub.docker.com, auth.docker.io and registry-1.docker.io, told apart by path, as facts/docker-hub.md tells them. */
export const dockerHub: Service = (call, world, now) => {
  const { dockerHub: hub } = world
  // Some routes end in a slash, others do not; nobody is known to have been refused for it.
  const path = call.path.replace(/(?<=.)\/$/, '')
  const method = call.method === 'HEAD' ? 'GET' : call.method
  const ask = { ...call, world: hub, now, mint: mintOf(world) }
  const registry = routed(REGISTRY, method, path)
  const { reply, who, headers } = registry
    ? {
        reply: attempt(path, () => registry.route.handle({ ...ask, names: registry.names })),
        who: undefined,
        headers: {},
      }
    : atHub(ask, call, method, path)
  const effect = reply.world !== undefined && !isDeepStrictEqual(reply.world, hub)
  if (reply.world) world.dockerHub = reply.world
  return {
    status: reply.status,
    headers: { ...headers, ...reply.headers },
    body: reply.body,
    effect,
    ...(who !== undefined && { who }),
  }
}

/** Everything that can stand in a request's way at hub.docker.com, in the order in which it does, and then its route. */
function atHub(ask: Omit<Ask, 'caller' | 'names'>, call: Call, method: string, path: string) {
  const { world, now } = ask
  const known = callerOf(world, call.headers.authorization, now)
  const caller = known ?? NOBODY
  const meter = meterOf(world, caller)
  const reply = attempt(path, () => {
    count(world, meter, now)
    if (!known) throw refuse.unauthorized()
    const found = routed(HUB, method, path)
    if (!found) throw refuse.notFound('page not found')
    assertLetIn(found.route.lets, caller)
    if (call.malformed) throw refuse.invalid()
    return found.route.handle({ ...ask, caller, names: found.names })
  })
  return { reply, who: nameOf(caller), headers: limitHeaders(world, meter) }
}

function assertLetIn({ nobody, personalToken, organizationToken }: Lets, caller: Caller): void {
  if (caller.by === 'nobody' && !nobody) throw refuse.unauthorized()
  if (caller.by === 'personal-token' && !personalToken) throw refuse.forbidden()
  if (caller.by !== 'organization-token') return
  if (!organizationToken) throw refuse.organizationToken()
  const scopes = ownScopes(caller.token)
  if (organizationToken.length && !organizationToken.some(scope => scopes.includes(scope))) throw refuse.forbidden()
}

/** Requests are counted by the minute (facts/docker-hub.md 2). */
function count({ rules }: DockerHubWorld, meter: Meter, now: Date): void {
  if (spend(meter, rules.requestsPerMinute, MINUTE_SECONDS, now)) return
  const reset = resetOf(meter)
  const wait = rules.retryHeader === 'retry-after' ? reset - Math.floor(now.getTime() / 1000) : reset
  throw refuse.rateLimit({ [rules.retryHeader]: String(wait) })
}

const limitHeaders = ({ rules }: DockerHubWorld, meter: Meter) => ({
  'x-ratelimit-limit': String(rules.requestsPerMinute),
  'x-ratelimit-remaining': String(meter.rateLimitRemaining),
  'x-ratelimit-reset': String(resetOf(meter)),
})

function attempt(path: string, act: () => Reply): Reply {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { status: error.status, headers: error.headers, body: shaped(path, error.body) }
  }
}
