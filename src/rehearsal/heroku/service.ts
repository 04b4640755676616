import { mintOf } from '../mint.ts'
import { Refusal } from '../refusal.ts'
import { routed } from '../route.ts'
import type { Answer, Call, Service } from '../service.ts'
import type { World } from '../world.ts'
import { ACCOUNTS } from './accounts.ts'
import { APPS } from './apps.ts'
import { AUTHORIZATIONS } from './authorizations.ts'
import { FEATURE_ROUTES } from './features.ts'
import { type Login, signedIn } from './login.ts'
import { refuse } from './refusals.ts'
import { isForRegistry, registry } from './registry.ts'
import { RELEASES } from './releases.ts'
import { ALLOWS, type Reply, type Route } from './route.ts'
import { type Account, RATE_LIMIT } from './world.ts'

/** The first that fits answers; anything else is no endpoint. */
const ROUTES: readonly Route[] = [...ACCOUNTS, ...AUTHORIZATIONS, ...FEATURE_ROUTES, ...APPS, ...RELEASES]

/** The Heroku Platform API and the registry, told apart by path, as facts/heroku.md tells them. */
export const heroku: Service = (call, world, now) => {
  if (isForRegistry(call)) return registry(call, world, now)
  const login = signedIn(world.heroku, bearer(call), now)
  if (!login) return said(refuse.unauthorized())
  const { account } = login
  try {
    const reply = reach(call, world, login, now)
    if (reply.world) world.heroku = reply.world
    return finish(account, { ...reply, effect: reply.world !== undefined })
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return finish(account, said(error))
  }
}

/** Everything that can stand in a request's way, in the order in which it does, and then its route. */
function reach(call: Call, world: World, { account, authorization }: Login, now: Date): Reply {
  if (account.rateLimitRemaining < 1) throw refuse.rateLimit()
  account.rateLimitRemaining -= 1
  const { rules } = world.heroku
  if (rules.versionRequired && !/version=3\b/.test(call.headers.accept ?? '')) throw refuse.version()
  const { twoFactorCode } = account
  if (twoFactorCode !== null && call.headers['heroku-two-factor-code'] !== twoFactorCode) throw refuse.twoFactor()
  const found = routed(ROUTES, call.method, call.path)
  if (!found) throw refuse.endpoint()
  const { route, names } = found
  if (!authorization.scope.some(scope => ALLOWS[route.needs].includes(scope))) throw refuse.scope()
  if (call.malformed) throw refuse.malformed()
  return route.handle({ ...call, world: world.heroku, account, names, now, mint: mintOf(world) })
}

const bearer = ({ headers }: Call): string | undefined => /^Bearer (\S+)$/i.exec(headers.authorization ?? '')?.[1]

const said = ({ status, body }: Refusal): Answer => ({ status, headers: rateHeader(RATE_LIMIT), body, effect: false })

function finish(account: Account, answer: Answer): Answer {
  const headers = { ...answer.headers, ...rateHeader(account.rateLimitRemaining) }
  return { status: answer.status, headers, body: answer.body, effect: answer.effect, who: account.email }
}

const rateHeader = (remaining: number) => ({ 'ratelimit-remaining': String(remaining) })
