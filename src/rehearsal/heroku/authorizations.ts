import type { Json } from '../../clouds/json.ts'
import { isList, params } from './params.ts'
import { ranged } from './range.ts'
import { refuse } from './refusals.ts'
import type { Ask, Reply, Route } from './route.ts'
import { type Authorization, newToken, SCOPES, type Scope } from './world.ts'

const ASTERISKS = '*'.repeat(10)

/** OAuth authorizations (facts/heroku.md 5): only a global token manages them, and only creation and renewal show the token. */
export const AUTHORIZATIONS: readonly Route[] = [
  { method: 'GET', pattern: '/oauth/authorizations', needs: 'global', handle: list },
  { method: 'POST', pattern: '/oauth/authorizations', needs: 'global', handle: create },
  { method: 'GET', pattern: '/oauth/authorizations/*', needs: 'global', handle: info },
  { method: 'DELETE', pattern: '/oauth/authorizations/*', needs: 'global', handle: revoke },
  {
    method: 'POST',
    pattern: '/oauth/authorizations/*/actions/regenerate-tokens',
    needs: 'global',
    handle: regenerate,
  },
]

function list(ask: Ask): Reply {
  const own = ask.world.authorizations.filter(one => one.account === ask.account.email)
  return ranged(
    own.map(one => redacted(ask, one)),
    ['id'],
    ask.headers.range,
  )
}

function create(ask: Ask): Reply {
  if (ask.account.federated) throw refuse.federated()
  const {
    description = null,
    expires_in = null,
    scope = ['global'],
  } = params(ask.body, {
    description: ['string', 'null'],
    expires_in: ['integer', 'string', 'null'],
    scope: ['array'],
  })
  const now = ask.now.toISOString()
  const made: Authorization = {
    id: ask.mint.id(),
    account: ask.account.email,
    description: typeof description === 'string' ? description : null,
    scope: scopesOf(scope),
    tokenId: ask.mint.id(),
    token: newToken(ask.mint),
    expiresAt: expiryOf(expires_in, ask.now),
    createdAt: now,
    updatedAt: now,
  }
  const world = { ...ask.world, authorizations: [...ask.world.authorizations, made] }
  return { status: 201, body: shown(ask, made), world }
}

function info(ask: Ask): Reply {
  return { status: 200, body: redacted(ask, find(ask)) }
}

function revoke(ask: Ask): Reply {
  const gone = find(ask)
  const authorizations = ask.world.authorizations.filter(one => one !== gone)
  return { status: 200, body: redacted(ask, gone), world: { ...ask.world, authorizations } }
}

/** The life of the authorization does not get longer by it; nobody has documented that it would. */
function regenerate(ask: Ask): Reply {
  const old = find(ask)
  const renewed = { ...old, tokenId: ask.mint.id(), token: newToken(ask.mint), updatedAt: ask.now.toISOString() }
  const authorizations = ask.world.authorizations.map(one => (one === old ? renewed : one))
  return { status: 200, body: shown(ask, renewed), world: { ...ask.world, authorizations } }
}

function find({ world, account, names: [id] }: Ask): Authorization {
  const found = world.authorizations.find(one => one.id === id && one.account === account.email)
  if (!found) throw refuse.unknown('authorization')
  return found
}

/** The words for a scope that does not exist are ours. */
function scopesOf(given: Json): Scope[] {
  const scopes = isList(given) ? given : []
  const known = SCOPES.filter(scope => scopes.includes(scope))
  if (!known.length || known.length !== scopes.length) throw refuse.params(`Invalid scope: ${scopes.join(', ')}.`)
  return known
}

/** Seconds, as the number of the reference or the text that the heroku command sends; the words of the refusal are ours. */
function expiryOf(given: Json, now: Date): string | null {
  if (given === null) return null
  const seconds = /^\d+$/.test(String(given)) ? Number(given) : 0
  const end = new Date(now.getTime() + seconds * 1000)
  if (seconds < 1 || Number.isNaN(end.getTime()))
    throw refuse.params('expires_in must be a positive number of seconds.')
  return end.toISOString()
}

function redacted(ask: Ask, one: Authorization): { readonly [key: string]: Json } {
  const { head, tail } = ask.world.rules.redaction
  const token = one.token.slice(0, head) + ASTERISKS + one.token.slice(one.token.length - tail)
  return shown(ask, { ...one, token })
}

function shown({ account, now }: Ask, one: Authorization): { readonly [key: string]: Json } {
  return {
    access_token: { expires_in: secondsLeft(one, now), id: one.tokenId, token: one.token },
    client: null,
    created_at: one.createdAt,
    description: one.description,
    grant: null,
    id: one.id,
    refresh_token: null,
    scope: one.scope,
    session: null,
    updated_at: one.updatedAt,
    user: { id: account.id, email: account.email, full_name: account.name },
  }
}

const secondsLeft = ({ expiresAt }: Authorization, now: Date): number | null =>
  expiresAt === null ? null : Math.max(0, Math.round((Date.parse(expiresAt) - now.getTime()) / 1000))
