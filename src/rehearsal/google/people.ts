import type { Mint } from '../mint.ts'
import { registryBucket } from './bucket.ts'
import { numberOf } from './ids.ts'
import { type GoogleWorld, newBucket, newOrganization, newProject } from './world.ts'

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

/** A project, and the host of its images. */
export interface OldRegistry {
  readonly project: string
  readonly host: string
}

/**
 * Gives the first user a project of before 2025, with the bucket of its images, in which Container Registry takes pushes
 * as it did then. A project that is there stays as it is.
 */
export function keepOldRegistry(google: GoogleWorld, { project: id, host }: OldRegistry, mint: Mint): void {
  const [me] = google.users
  if (me === undefined || google.projects.some(one => one.id === id)) return
  google.rules.containerRegistryTakesPushes = true
  google.projects.push(
    newProject({
      id,
      number: numberOf(mint, 12),
      createdBy: me.email,
      redirection: 'REDIRECTION_FROM_GCR_IO_DISABLED',
      services: [{ name: 'storage.googleapis.com' }],
      policy: { bindings: [{ role: 'roles/owner', members: [`user:${me.email}`] }] },
    }),
  )
  google.buckets.push(newBucket({ name: registryBucket(host, id), project: id }))
}
