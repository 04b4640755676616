import type { Json } from '../../clouds/json.ts'
import { refuse } from './refusals.ts'
import { type Ask, ok, type Reply, type Route, withNew } from './route.ts'
import type { GoogleWorld, Operation } from './world.ts'

/** Operations, wherever they are asked for; each service has its own names for them. */
export const OPERATIONS: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/v1/operations/*',
    api: 'cloudresourcemanager',
    handle: ask => operationUnder(ask, 'operations'),
  },
  {
    method: 'GET',
    pattern: '/v3/operations/*',
    api: 'cloudresourcemanager',
    handle: ask => operationUnder(ask, 'operations'),
  },
  {
    method: 'GET',
    pattern: '/v1/projects/*/locations/*/operations/*',
    api: 'artifactregistry',
    handle: ask => operationUnder(ask, `projects/${ask.names[0]}/locations/${ask.names[1]}/operations`),
  },
]

/** Begins an operation that ends in a while, and answers with it. */
export function begun(ask: Ask, world: GoogleWorld, given: Omit<Operation, 'doneAt'>): Reply {
  const operation = { ...given, doneAt: endOf(ask).toISOString() }
  return ok(shown(operation, ask.now), withNew(world, 'operations', operation))
}

/** When an operation that begins now is done. */
export const endOf = ({ world, now }: Pick<Ask, 'world' | 'now'>): Date =>
  new Date(now.getTime() + world.rules.operationMs)

/** The operation of such a name that the request's last name means. Throws a Refusal. */
export function operationUnder({ world, names, now }: Ask, under: string): Reply {
  const found = world.operations.find(({ name }) => name === `${under}/${names.at(-1)}`)
  if (!found) throw refuse.notFound()
  return ok(shown(found, now))
}

function shown({ name, doneAt, metadata, response, error }: Operation, now: Date): { readonly [key: string]: Json } {
  const begun = { name, ...(metadata !== undefined && { metadata }) }
  if (new Date(doneAt) > now) return begun
  return { ...begun, done: true, ...(error === undefined ? { response: response ?? {} } : { error }) }
}
