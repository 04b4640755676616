import * as z from 'zod'
import { type Subject, shown, written } from './policy.ts'
import { refuse } from './refusals.ts'
import { permissionsOf } from './rights.ts'
import { type Ask, ok, type Reply, type Route, read } from './route.ts'
import type { Api } from './rules.ts'
import type { Chain } from './tree.ts'
import type { GoogleWorld, Policy } from './world.ts'

/** A thing that has a policy, as a request found it. */
export interface Found extends Subject {
  readonly chain: Chain
  /** The world in which it has another one. */
  with(policy: Policy): GoogleWorld
}

/** The routes of a policy: read, write, and what of some permissions the caller has. */
export function policyRoutes(given: {
  readonly api: Api
  readonly pattern: string
  /** How it is read, and where the version that is wanted stands (their discovery documents). */
  readonly reads: 'GET, query' | 'POST, query' | 'POST, body'
  /** Before `.getIamPolicy`. */
  readonly permissions: string
  /** Throws a Refusal where there is none for the caller, or the caller lacks the permission. */
  find(ask: Ask, permission: string | undefined): Found
}): readonly Route[] {
  const { api, pattern, reads, permissions, find } = given
  const [method = '', versionIn] = reads.split(', ')
  return [
    {
      api,
      method,
      pattern: `${pattern}/:getIamPolicy`,
      takes: versionIn === 'query' ? [VERSION] : [],
      handle: ask => {
        const version = versionIn === 'body' ? versionInBody(ask) : versionInQuery(ask)
        return ok(shown(find(ask, `${permissions}.getIamPolicy`).policy, version))
      },
    },
    {
      api,
      method: 'POST',
      pattern: `${pattern}/:setIamPolicy`,
      handle: ask => {
        const found = find(ask, `${permissions}.setIamPolicy`)
        const policy = written(ask, found)
        return ok(shown(policy, 3), found.with(policy))
      },
    },
    {
      api,
      method: 'POST',
      pattern: `${pattern}/:testIamPermissions`,
      handle: ask => tested(ask, find(ask, undefined)),
    },
  ]
}

const asked = z.strictObject({ permissions: z.array(z.string()) })

function tested(ask: Ask, { chain }: Found): Reply {
  const { permissions } = read(asked, ask.body)
  if (permissions.some(one => one.includes('*'))) throw refuse.invalid('Wildcards are not permitted.')
  const all = permissionsOf(ask.world, ask.caller, chain, ask.now)
  const granted = permissions.filter(one => all.has(one))
  return ok(granted.length ? { permissions: granted } : {})
}

const policyQuestion = z.strictObject({
  options: z.strictObject({ requestedPolicyVersion: z.int().min(0).max(3).optional() }).optional(),
})

const versionInBody = ({ body }: Ask): number => read(policyQuestion, body ?? {}).options?.requestedPolicyVersion ?? 0

/** A method that has no request in its description takes no field of one either. */
function versionInQuery({ body, query }: Ask): number {
  const [field] = Object.keys(body ?? {})
  if (field !== undefined) throw refuse.unknownField(field)
  return Number(query.get(VERSION) ?? 0)
}

const VERSION = 'options.requestedPolicyVersion'
