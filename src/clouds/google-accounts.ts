import { GOOGLE } from './google.ts'
import { type Read, readPages } from './google-pages.ts'
import { at, textAt } from './json.ts'
import { neededIn } from './needed.ts'
import type { VendorReply } from './vendor.ts'

/** What the wizard reads of a service account. */
export interface ServiceAccount {
  readonly email: string
  /** One that is made again under the same name has another (facts/google.md 1, lifecycles). */
  readonly uniqueId: string
  readonly displayName: string
  readonly description: string
  readonly isDisabled: boolean
}

/**
 * The service accounts of a project. The list tells what a single look-up does not: of a missing one that says 403
 * (facts/google.md 1.5).
 * @throws SetupError where a page behind the first is refused
 */
export async function readAccounts(
  read: Read,
  project: string,
): Promise<{ readonly first: VendorReply; readonly accounts: readonly ServiceAccount[] }> {
  const path = `/v1/projects/${encodeURIComponent(project)}/serviceAccounts?pageSize=100`
  const { first, items } = await readPages(read, path, 'accounts')
  const need = neededIn(GOOGLE.name, first)
  const accounts = items.map(item => ({
    email: need.text(item, 'email'),
    uniqueId: need.text(item, 'uniqueId'),
    // Google leaves an empty text out.
    displayName: textAt(item, 'displayName') ?? '',
    description: textAt(item, 'description') ?? '',
    isDisabled: at(item, 'disabled') === true,
  }))
  return { first, accounts }
}
