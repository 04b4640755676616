/** facts/google.md 3: the constraint and its managed twin; either keeps keys from being made. */
export const NO_KEYS = ['iam.disableServiceAccountKeyCreation', 'iam.managed.disableServiceAccountKeyCreation'] as const
export const MEMBER_DOMAINS = 'iam.allowedPolicyMemberDomains'
export const KEY_EXPIRY = 'iam.serviceAccountKeyExpiryHours'
/** Of pools: the issuers that may be taken. */
export const ISSUERS = 'iam.workloadIdentityPoolProviders'
const LISTS: readonly string[] = [MEMBER_DOMAINS, KEY_EXPIRY, ISSUERS]
/** Has it a list of allowed values, where the others are on or off (facts/google.md 3)? */
export const isList = (constraint: string): boolean => LISTS.includes(constraint)
export const isManaged = (constraint: string): boolean => constraint.startsWith('iam.managed.')

/** facts/google.md 3: what organizations are born with since then; others of them do not matter here. */
export const DEFAULT_CONSTRAINTS: readonly string[] = [NO_KEYS[0], 'iam.disableServiceAccountKeyUpload', MEMBER_DOMAINS]
const SECURE_SINCE = '2024-05-03'

export const isSecureByDefault = (createdAt: string): boolean => createdAt >= SECURE_SINCE
