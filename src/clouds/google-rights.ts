import { SetupError } from './cause.ts'
import { GOOGLE } from './google.ts'
import { at, type Json, textAt } from './json.ts'
import { type Binding, bindingsOf, policyIn } from './policy.ts'
import { Secret } from './secret.ts'
import type { Credential, VendorReply } from './vendor.ts'

/** Members that everybody is, an account of CI's too. */
const EVERYBODY = ['allUsers', 'allAuthenticatedUsers']

/** Of a policy, what one member has by it, and what may or may not be about it. */
export interface Rights {
  /** Its own bindings and everybody's, each as of that member alone. */
  readonly own: readonly Binding[]
  readonly everybodys: readonly Binding[]
  /** Of those whom a role on the project brings in, as every bucket has them (facts/google.md 8). */
  readonly legacy: readonly Binding[]
  /** Groups, domains and sets: who is in them, a policy does not tell. */
  readonly unsure: readonly string[]
  /** What an account of the same name once had, which was deleted (facts/google.md 1, lifecycles). */
  readonly deleted: readonly string[]
}

/** @throws SetupError where the answer is a refusal */
export function rightsIn(reply: VendorReply, member: string): Rights {
  if (reply.status >= 300) throw new SetupError(GOOGLE.means(reply))
  const policy = policyIn(reply)
  const members = [...new Set((policy.bindings ?? []).flatMap(one => one.members))]
  return {
    own: bindingsOf(policy, member),
    everybodys: EVERYBODY.flatMap(one => bindingsOf(policy, one)),
    legacy: (policy.bindings ?? []).filter(({ role }) => role.startsWith('roles/storage.legacy')),
    unsure: members.filter(one => /^(?:group|domain|principalSet):/.test(one)),
    deleted: members.filter(one => one.startsWith(`deleted:${member}?`)),
  }
}

/** The permissions of a role's definition. Throws SetupError with a refusal. */
export function permissionsIn(reply: VendorReply): readonly string[] {
  if (reply.status >= 300) throw new SetupError(GOOGLE.means(reply))
  return texts(at(reply.body, 'includedPermissions'))
}

/** Of those that were asked about, the permissions that whoever asked has; none leaves the list out. */
export const grantedIn = ({ body }: VendorReply): readonly string[] => texts(at(body, 'permissions'))

/** The credential of an answer to generateAccessToken; undefined where the caller may not speak as the account (facts/google.md 7). */
export function asAccountIn(reply: VendorReply): Credential | undefined {
  const token = textAt(reply.body, 'accessToken')
  if (token !== undefined) return { secret: Secret.of(token) }
  if (reply.status === 403 || reply.status === 404) return undefined
  throw new SetupError(GOOGLE.means(reply))
}

/** What is above a project, the nearest first: folders/N, organizations/N. Throws SetupError with a refusal. */
export function ancestorsIn(reply: VendorReply): readonly string[] {
  if (reply.status >= 300) throw new SetupError(GOOGLE.means(reply))
  const ancestors = at(reply.body, 'ancestor')
  return (Array.isArray(ancestors) ? ancestors : []).flatMap((one: Json) => {
    const type = textAt(one, 'resourceId', 'type')
    return type === 'folder' || type === 'organization' ? [`${type}s/${textAt(one, 'resourceId', 'id')}`] : []
  })
}

const texts = (list: Json | undefined): readonly string[] =>
  Array.isArray(list) ? list.filter(one => typeof one === 'string') : []
