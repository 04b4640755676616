import { type Binding, policyIn, READS } from '../../src/clouds/policy.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import type { Look } from '../../src/engine/step.ts'
import { type Str, t } from '../../src/engine/text.ts'

const HOSTS = { project: 'google', account: 'google-iam' } as const
type Kind = keyof typeof HOSTS

/** What Google answers to a question for the policy of a thing; what is above a project is asked for as a project is. */
export function policyOf(look: Pick<Look, 'ask'>, kind: Kind, thing: Str): Promise<VendorReply> {
  const { behind, body } = READS[kind]
  return look.ask(HOSTS[kind], t`${thing}${behind}`, body)
}

/** The bindings on a thing; undefined where Google does not show them to the signed-in account. */
export async function bindingsOn(
  look: Pick<Look, 'ask'>,
  kind: Kind,
  thing: Str,
): Promise<readonly Binding[] | undefined> {
  const reply = await policyOf(look, kind, thing)
  return reply.status < 300 ? (policyIn(reply).bindings ?? []) : undefined
}

/** Who has one of these roles, as people say it, each once. */
export const holders = (bindings: readonly Binding[], roles?: readonly string[]): readonly string[] => [
  ...new Set(
    bindings
      .filter(({ role }) => roles === undefined || roles.includes(role))
      .flatMap(({ members }) => members.map(called)),
  ),
]

/** `user:ann@example.com` is ann@example.com; of others it matters what they are. */
const called = (member: string): string => member.replace(/^user:/, '').replace(/^(\w+):/, '$1 ')

export const UNSEEN = 'perhaps others (Google does not show the policy to you)'
