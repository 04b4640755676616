import type { Mint } from '../mint.ts'
import { numberOf } from './ids.ts'
import { type GoogleWorld, newOrganization } from './world.ts'

/** From before organizations were born with keys forbidden (facts/google.md 3). */
const OLD = '2020-05-01T00:00:00.000Z'

/**
 * Gives the first user the organization of their domain, as a company has one: its people may make projects, as by
 * default, and this one may speak as its accounts. A world that has an organization, or nobody, stays as it is.
 */
export function joinOrganization(google: GoogleWorld, mint: Mint): void {
  const [me] = google.users
  if (me === undefined || google.organizations.length > 0) return
  const domain = me.email.split('@')[1] ?? ''
  const bindings = [
    { role: 'roles/resourcemanager.projectCreator', members: [`domain:${domain}`] },
    { role: 'roles/iam.serviceAccountTokenCreator', members: [`user:${me.email}`] },
  ]
  google.organizations.push(newOrganization({ id: numberOf(mint, 12), domain, createdAt: OLD, policy: { bindings } }))
}
