import { type Caller, namesIn } from './caller.ts'
import { holds } from './condition.ts'
import { permissionsIn } from './roles.ts'
import type { Chain } from './tree.ts'
import type { Binding, GoogleWorld, Policy } from './world.ts'

/** What the caller may do, by a policy and those above it, as far as their last changes have spread. */
export function permissionsOf(world: GoogleWorld, caller: Caller, chain: Chain, now: Date): ReadonlySet<string> {
  const names = namesIn(caller)
  const at = now.getTime() - world.rules.propagationMs
  const bindings = chain
    .flatMap(({ policy }) => bindingsAt(policy, at))
    .filter(({ members, condition }) => members.some(member => names.includes(member)) && holds(condition, now))
  const all = new Set(bindings.flatMap(({ role }) => permissionsIn(role)))
  const readsByOwning = bindings.every(({ role }) => role === 'roles/owner')
  if (readsByOwning && !world.rules.ownerReadsOrgPolicy) all.delete('orgpolicy.policy.get')
  return all
}

export const may = (world: GoogleWorld, caller: Caller, chain: Chain, permission: string, now: Date): boolean =>
  permissionsOf(world, caller, chain, now).has(permission)

/** What of a policy counted at a time. */
const bindingsAt = ({ bindings, former }: Policy, at: number): readonly Binding[] =>
  former.find(({ until }) => Date.parse(until) > at)?.bindings ?? bindings
