import * as z from 'zod'
import { type Json, textAt } from '../../clouds/json.ts'
import { Refusal } from '../refusal.ts'
import { bearerOf, isUnderSso, LOGIN_SECONDS, ownerOf, signedIn } from './caller.ts'
import { readJwt, signedJwt } from './jwt.ts'
import { refuse } from './refusals.ts'
import { ANYBODY, type Ask, type Reply, type Route, read } from './route.ts'
import type { DockerHubWorld, User } from './world.ts'

/** The ways to a bearer token (facts/docker-hub.md 1). */
export const LOGIN: readonly Route[] = [
  { method: 'POST', pattern: '/v2/auth/token', lets: ANYBODY, handle: authToken },
  { method: 'POST', pattern: '/v2/users/login', lets: { nobody: true, personalToken: true }, handle: login },
  { method: 'POST', pattern: '/v2/users/2fa-login', lets: { nobody: true, personalToken: true }, handle: secondFactor },
]

const identified = z.object({ identifier: z.string(), secret: z.string() })
const named = z.object({ username: z.string(), password: z.string() })
const coded = z.object({ login_2fa_token: z.string(), code: z.string() })

/** Knows no second factor: an account that has one needs a token. */
function authToken({ world, body, now }: Ask): Reply {
  const { identifier, secret } = read(identified, body)
  const caller = signedIn(world, identifier, secret, now)
  if (caller) return { status: 200, body: { access_token: bearerOf(caller, now) } }
  const words = 'Incorrect authentication credentials'
  const { loginRefusal } = world.rules
  throw new Refusal(401, loginRefusal === 'errinfo' ? { errinfo: { reason: words } } : { [loginRefusal]: words })
}

/** An organization is no user: its tokens do not log in here. */
function login({ world, body, now }: Ask): Reply {
  const { username, password } = read(named, body)
  const caller = ownerOf(world, username, password, now)
  if (!caller || caller.by === 'organization-token') throw refuse.login()
  if (caller.by === 'password' && isUnderSso(world, caller.user)) throw refuse.login()
  if (caller.by === 'password' && caller.user.twoFactorCode !== null) throw new Refusal(401, halfway(caller.user, now))
  return { status: 200, body: { token: bearerOf(caller, now) } }
}

const halfway = ({ username }: User, now: Date): Json => ({
  detail: 'Require secondary authentication on MFA enabled account',
  login_2fa_token: signedJwt('second-factor', { sub: username }, now, LOGIN_SECONDS),
})

function secondFactor({ world, body, now }: Ask): Reply {
  const { login_2fa_token, code } = read(coded, body)
  const user = userOf(world, login_2fa_token, now)
  if (user?.twoFactorCode !== code) throw refuse.login()
  return { status: 200, body: { token: bearerOf({ by: 'password', user }, now) } }
}

function userOf(world: DockerHubWorld, token: string, now: Date): User | undefined {
  const name = textAt(readJwt('second-factor', token, now), 'sub')
  return world.users.find(({ username }) => username === name)
}
