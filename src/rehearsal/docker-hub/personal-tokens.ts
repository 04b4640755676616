import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { paged } from './page.ts'
import { refuse } from './refusals.ts'
import { type Ask, PASSWORD, type Reply, type Route, read, swapped, without } from './route.ts'
import { PERSONAL_SCOPES, type PersonalToken, type User } from './world.ts'

const PATH = '/v2/access-tokens'

/**
 * A user's own tokens (facts/docker-hub.md 3). Nobody makes one for another user; that a token makes none either is
 * our choice, for want of a source.
 */
export const PERSONAL_TOKENS: readonly Route[] = [
  { method: 'GET', pattern: PATH, lets: PASSWORD, handle: list },
  { method: 'POST', pattern: PATH, lets: PASSWORD, handle: create },
  { method: 'GET', pattern: `${PATH}/*`, lets: PASSWORD, handle: info },
  { method: 'PATCH', pattern: `${PATH}/*`, lets: PASSWORD, handle: update },
  { method: 'DELETE', pattern: `${PATH}/*`, lets: PASSWORD, handle: remove },
]

const label = z.string().min(1).max(100)
const creation = z.object({
  token_label: label,
  scopes: z.array(z.enum(PERSONAL_SCOPES)).min(1),
  expires_at: z.iso.datetime({ offset: true }).optional(),
})
/** No expiry: it is immutable. */
const change = z.object({ token_label: label.optional(), is_active: z.boolean().optional() })

function list(ask: Ask): Reply {
  const { tokens } = owner(ask)
  const { results, ...page } = paged(ask, tokens.map(shown))
  return { status: 200, body: { ...page, active_count: tokens.filter(({ active }) => active).length, results } }
}

/** The only answer that shows the token. Of several scopes the widest counts, since it includes the others. */
function create(ask: Ask): Reply {
  const { token_label, scopes, expires_at = null } = read(creation, ask.body)
  const user = owner(ask)
  const made: PersonalToken = {
    id: ask.mint.id(),
    label: token_label,
    scope: PERSONAL_SCOPES.find(scope => scopes.includes(scope)) ?? 'repo:public_read',
    token: `dckr_pat_${ask.mint.letters(27)}`,
    active: true,
    expiresAt: expires_at,
    createdAt: ask.now.toISOString(),
  }
  return { status: 201, body: { ...shown(made), token: made.token }, world: owning(ask, [...user.tokens, made]) }
}

function info(ask: Ask): Reply {
  return { status: 200, body: shown(find(ask)) }
}

function update(ask: Ask): Reply {
  const old = find(ask)
  const { token_label = old.label, is_active = old.active } = read(change, ask.body)
  const token = { ...old, label: token_label, active: is_active }
  return { status: 200, body: shown(token), world: owning(ask, swapped(owner(ask).tokens, old, token)) }
}

function remove(ask: Ask): Reply {
  return { status: 204, body: undefined, world: owning(ask, without(owner(ask).tokens, find(ask))) }
}

function owner({ caller }: Ask): User {
  if (caller.by !== 'password') throw refuse.forbidden()
  return caller.user
}

function find(ask: Ask): PersonalToken {
  const found = owner(ask).tokens.find(({ id }) => id === ask.names[0])
  if (!found) throw refuse.notFound('access token not found')
  return found
}

function owning(ask: Ask, tokens: PersonalToken[]) {
  const user = owner(ask)
  return { ...ask.world, users: swapped(ask.world.users, user, { ...user, tokens }) }
}

const shown = (one: PersonalToken): { readonly [key: string]: Json } => ({
  uuid: one.id,
  client_id: 'HUB',
  creator_ip: '127.0.0.1',
  creator_ua: 'rehearsal',
  created_at: one.createdAt,
  last_used: null,
  generated_by: 'manual',
  is_active: one.active,
  token: '',
  token_label: one.label,
  scopes: [one.scope],
  expires_at: one.expiresAt,
})
