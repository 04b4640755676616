import { type Binding, policyIn, WITH_CONDITIONS } from '../../src/clouds/policy.ts'
import type { Look } from '../../src/engine/step.ts'
import { type Str, t } from '../../src/engine/text.ts'

/** The bindings on a thing; undefined where Google does not show them to the signed-in account. */
export async function bindingsOn(
  look: Look<never>,
  host: 'google' | 'google-iam',
  thing: Str,
): Promise<readonly Binding[] | undefined> {
  const reply = await look.ask(host, t`${thing}:getIamPolicy`, WITH_CONDITIONS)
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
