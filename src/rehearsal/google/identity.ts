import * as z from 'zod'
import { attributeCondition, attributeMapping, type Claims, EvaluationError } from './expression.ts'
import type { IdentityPool, IdentityProvider } from './world.ts'

/** Somebody of a pool: as policies name one, and the sets of such that policies name. */
export const identity = z.object({
  pool: z.object({ project: z.string(), id: z.string() }),
  principal: z.string(),
  sets: z.array(z.string()),
})
export type Identity = z.infer<typeof identity>

/** Of a mapped subject, in bytes (facts/google.md 1.9). */
const LONGEST_SUBJECT = 127
/** Of all that is mapped, in bytes (1, validation rules). */
const MOST = 8192
const SUBJECT = 'google.subject'
const GROUPS = 'google.groups'

/** An attribute by its name, and one value or, of groups, several. */
type Attributes = ReadonlyMap<string, readonly string[]>

/** Who of the pool, which has this name, the assertion is of, where the provider lets that one in; or why not. */
export function identified(
  { project, id }: Pick<IdentityPool, 'project' | 'id'>,
  name: string,
  { mapping, condition }: IdentityProvider,
  assertion: Claims,
): { readonly identity: Identity } | { readonly fault: Fault } {
  const attributes = new Map<string, readonly string[]>()
  for (const [attribute, text] of Object.entries(mapping)) {
    const values = mapped(attribute, text, assertion)
    if (values === undefined) return { fault: ['invalid_grant', `The mapped attribute ${attribute} is missing.`] }
    attributes.set(attribute, values)
  }
  const [subject = ''] = attributes.get(SUBJECT) ?? []
  if (Buffer.byteLength(subject) > LONGEST_SUBJECT) {
    return {
      fault: ['invalid_grant', `The size of mapped attribute ${SUBJECT} exceeds the ${LONGEST_SUBJECT} bytes limit.`],
    }
  }
  const size = [...attributes.values()].flat().reduce((sum, value) => sum + Buffer.byteLength(value), 0)
  if (size > MOST) return { fault: ['invalid_grant', `The mapped attributes exceed the ${MOST} bytes limit.`] }
  if (condition && !isLetIn(condition, assertion, attributes)) {
    return { fault: ['unauthorized_client', 'The given credential is rejected by the attribute condition.'] }
  }
  return { identity: { pool: { project, id }, ...named(name, subject, attributes) } }
}

/** An OAuth error, and what it means. */
type Fault = readonly [error: string, description: string]

function mapped(name: string, text: string, assertion: Claims): readonly string[] | undefined {
  const value = valued(() => attributeMapping(text)(assertion))
  if (name === GROUPS) return typeof value === 'object' ? value : undefined
  return typeof value === 'string' && value !== '' ? [value] : undefined
}

const isLetIn = (condition: string, assertion: Claims, attributes: Attributes): boolean =>
  valued(() =>
    attributeCondition(condition)({
      assertion,
      google: { subject: attributes.get(SUBJECT)?.[0], groups: attributes.get(GROUPS) },
      attribute: Object.fromEntries(
        [...attributes].flatMap(([name, [value]]) => (isOwn(name) ? [[name.replace(OWN, ''), value]] : [])),
      ),
    }),
  ) === true

const OWN = 'attribute.'
const isOwn = (name: string): boolean => name.startsWith(OWN)

/** cloud.google.com/iam/docs/principal-identifiers */
function named(pool: string, subject: string, attributes: Attributes): Omit<Identity, 'pool'> {
  const set = (rest: string) => `principalSet://iam.googleapis.com/${pool}/${rest}`
  const sets = [...attributes].flatMap(([name, values]) => {
    if (name === GROUPS) return values.map(value => set(`group/${value}`))
    return isOwn(name) ? values.map(value => set(`${name}/${value}`)) : []
  })
  return { principal: `principal://iam.googleapis.com/${pool}/subject/${subject}`, sets: [...sets, set('*')] }
}

function valued<T>(act: () => T): T | undefined {
  try {
    return act()
  } catch (error) {
    if (error instanceof EvaluationError) return undefined
    throw error
  }
}
