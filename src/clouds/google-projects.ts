import { GOOGLE, reasonOf } from './google.ts'
import { type Read, readPages } from './google-pages.ts'
import { at, textAt } from './json.ts'
import { neededIn } from './needed.ts'
import type { VendorReply } from './vendor.ts'

/** What the wizard reads of a project. */
export interface Project {
  /** Unlike its id it is Google's own, and never given out again. */
  readonly number: string
  readonly state: 'active' | 'pending-deletion'
  readonly createdAt: Date
  /** organizations/NUMBER or folders/NUMBER; undefined for one that belongs to an account. */
  readonly parent: string | undefined
}

/** Reads a project of Cloud Resource Manager v1; undefined where the answer is a refusal. Throws SetupError where a field is missing. */
export function readProject(reply: VendorReply): Project | undefined {
  const { status, body } = reply
  if (status >= 300) return undefined
  const need = neededIn(GOOGLE.name, reply)
  const kind = textAt(body, 'parent', 'type')
  return {
    number: need.text(body, 'projectNumber'),
    state: need.text(body, 'lifecycleState') === 'ACTIVE' ? 'active' : 'pending-deletion',
    createdAt: need.date(body, 'createTime'),
    parent: kind && `${kind}s/${need.text(body, 'parent', 'id')}`,
  }
}

/** Missing, or not for the signed-in account to see: Google says the same of both (facts/google.md 1.2). */
export const isHidden = (reply: VendorReply): boolean =>
  reply.status === 404 ||
  (reply.status === 403 && [undefined, 'IAM_PERMISSION_DENIED'].includes(reasonOf(reply)) && !isAboutTerms(reply))

/** Nobody accepted Google Cloud's terms for the account (facts/google.md 4: told by an operation or at once). */
export const isAboutTerms = ({ body }: VendorReply): boolean =>
  /accept Terms of Service/i.test(textAt(body, 'error', 'message') ?? '')

/** Who pays for a project. */
export interface BillingInfo {
  /** Nothing else proves it: a closed account is linked with 200, too (facts/google.md 1.3). */
  readonly isEnabled: boolean
  /** The id of the account that is linked. */
  readonly account: string | undefined
}

/** Reads a project's billingInfo of Cloud Billing v1; undefined where the answer is a refusal. Throws SetupError where it is none. */
export function readBillingInfo(reply: VendorReply): BillingInfo | undefined {
  const { status, body } = reply
  if (status >= 300) return undefined
  neededIn(GOOGLE.name, reply).text(body, 'name')
  const account = textAt(body, 'billingAccountName')?.replace(/^billingAccounts\//, '')
  return { isEnabled: at(body, 'billingEnabled') === true, account: account || undefined }
}

export interface BillingAccount {
  /** Without `billingAccounts/`. */
  readonly id: string
  readonly name: string
  readonly isOpen: boolean
}

/**
 * The billing accounts that are shown to the signed-in account, the closed ones too.
 * @throws SetupError where a page is refused
 */
export async function readBillingAccounts(
  read: Read,
): Promise<{ readonly first: VendorReply; readonly accounts: readonly BillingAccount[] }> {
  const { first, items } = await readPages(read, '/v1/billingAccounts?pageSize=100', 'billingAccounts')
  const need = neededIn(GOOGLE.name, first)
  const accounts = items.map(item => ({
    id: need.text(item, 'name').replace(/^billingAccounts\//, ''),
    name: textAt(item, 'displayName') ?? '',
    isOpen: at(item, 'open') === true,
  }))
  return { first, accounts }
}

/** The APIs that are enabled in a project, as `iam.googleapis.com`. */
export async function readEnabled(
  read: Read,
  project: string,
): Promise<{ readonly first: VendorReply; readonly services: readonly string[] }> {
  const path = `/v1/projects/${encodeURIComponent(project)}/services?filter=state:ENABLED&pageSize=200`
  const { first, items } = await readPages(read, path, 'services')
  const need = neededIn(GOOGLE.name, first)
  return { first, services: items.map(item => need.text(item, 'config', 'name')) }
}
