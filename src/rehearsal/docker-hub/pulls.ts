import { refill, resetOf, spend } from './limits.ts'
import { refuse } from './refusals.ts'
import { roleIn } from './rights.ts'
import type { RegistryAsk } from './route.ts'
import { type DockerHubWorld, PLANS, type User } from './world.ts'

/**
 * Takes a pull from the limit of a Docker ID, of everybody without one, or of nobody on a paid plan, and tells what is
 * left (facts/docker-hub.md 12). Throws a Refusal where nothing is.
 */
export function spendPull({ world, method, now }: RegistryAsk, name: string): Readonly<Record<string, string>> {
  const { anonymous, free } = world.rules.pullLimits
  const user = world.users.find(({ username }) => username === name)
  if (name !== '' && (!user || isPaid(world, user))) return paidHeaders(world)
  const [{ pulls, seconds }, meter] = user ? [free, user.pulls] : [anonymous, world.pulls]
  if (method === 'HEAD') refill(meter, pulls, seconds, now)
  else if (!spend(meter, pulls, seconds, now)) {
    const message = 'You have reached your pull rate limit. You may increase the limit by authenticating and upgrading.'
    const wait = resetOf(meter) - Math.floor(now.getTime() / 1000)
    throw refuse.registry(429, 'TOOMANYREQUESTS', message, { 'retry-after': String(wait) })
  }
  return headersOf(pulls, meter.rateLimitRemaining, seconds, user?.id ?? '127.0.0.1')
}

function paidHeaders({ rules: { paidPullLimit } }: DockerHubWorld): Readonly<Record<string, string>> {
  return paidPullLimit === null
    ? {}
    : headersOf(paidPullLimit.pulls, paidPullLimit.pulls, paidPullLimit.seconds, 'paid')
}

const headersOf = (limit: number, remaining: number, seconds: number, source: string) => ({
  'ratelimit-limit': `${limit};w=${seconds}`,
  'ratelimit-remaining': `${remaining};w=${seconds}`,
  'docker-ratelimit-source': source,
})

/** A plan of the user's own, or a seat in an organization with one. */
const isPaid = ({ organizations }: DockerHubWorld, { plan, username }: User): boolean =>
  plan !== 'free' || organizations.some(one => PLANS[one.plan].teams > 0 && roleIn(one, username))
