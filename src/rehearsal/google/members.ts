import { accountNamed, memberOf } from './account.ts'
import { MEMBER_DOMAINS } from './constraints.ts'
import { type Constrained, isEnforced } from './org-policy.ts'
import { refuse } from './refusals.ts'
import type { Ask } from './route.ts'
import { ancestorsOf } from './tree.ts'

/** What else than a person or an account a policy may name; nothing is known of these but their form. */
const OTHERS =
  /^(?:allUsers|allAuthenticatedUsers|(?:group|domain|project(?:Owner|Editor|Viewer)):\S+|principal(?:Set)?:\/\/\S+)$/

/** Throws a Refusal for a member that is none, not there, too new (facts/google.md 1), or of a foreign domain (3). */
export function assertMember(
  ask: Ask,
  member: string,
  given: { readonly before: readonly string[]; readonly resource: string; readonly under: Constrained },
): void {
  const { before, resource, under } = given
  // What was deleted may stay, and is not added.
  if (before.includes(member)) return
  const [, kind, name = ''] = /^(user|serviceAccount):(\S+)$/.exec(member) ?? []
  if (kind === undefined && !OTHERS.test(member)) throw refuse.invalid(`Invalid member: ${member}`)
  if (kind === 'user' && !ask.world.users.some(({ email }) => email === name)) {
    throw refuse.invalid(`User ${name} does not exist.`)
  }
  if (kind === 'serviceAccount' && !isKnownAccount(ask, member, name)) {
    throw refuse.invalid(`Service account ${name} does not exist.`)
  }
  if (kind !== 'serviceAccount' && isForeign(ask, member, under)) throw refuse.memberDomain(member, resource)
}

function isKnownAccount({ world, now }: Ask, member: string, name: string): boolean {
  const account = accountNamed(world, name)
  if (!account || memberOf(account) !== member) return false
  return Date.parse(account.createdAt) + world.rules.newAccountMs <= now.getTime()
}

/** Not of the organization's own domain where that is asked for; whether a pool's identity passes, no source tells. */
function isForeign({ world }: Ask, member: string, under: Constrained): boolean {
  if (!isEnforced(world, under, MEMBER_DOMAINS)) return false
  if (/^(project|principal)/.test(member)) return false
  const domain = ancestorsOf(world, under.parent).flatMap(one => ('domain' in one ? [one.domain] : []))[0]
  return !member.endsWith(`@${domain}`) && member !== `domain:${domain}`
}
