import * as z from 'zod'
import { at } from '../../clouds/json.ts'
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
  /** How it is read. */
  readonly reads: 'GET' | 'POST'
  /** Before `.getIamPolicy`. */
  readonly permissions: string
  /** Throws a Refusal where there is none for the caller, or the caller lacks the permission. */
  find(ask: Ask, permission: string | undefined): Found
}): readonly Route[] {
  const { api, pattern, reads, permissions, find } = given
  return [
    {
      api,
      method: reads,
      pattern: `${pattern}/:getIamPolicy`,
      handle: ask => ok(shown(find(ask, `${permissions}.getIamPolicy`).policy, requestedVersion(ask))),
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

/** In the body or the query, as the service has it. */
const requestedVersion = ({ body, query }: Ask): number =>
  Number(at(body, 'options', 'requestedPolicyVersion') ?? query.get('options.requestedPolicyVersion') ?? 0)
