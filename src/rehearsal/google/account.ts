import type { Account, GoogleWorld } from './world.ts'

const DAY_MS = 24 * 3_600_000
/** facts/google.md 1, lifecycles: of projects and accounts alike. */
export const KEPT_MS = 30 * DAY_MS

export const emailOf = ({ id, project }: Account): string => `${id}@${project}.iam.gserviceaccount.com`

export const memberOf = (account: Account): string => `serviceAccount:${emailOf(account)}`

/** What a policy shows in place of an account that was deleted (facts/google.md 1, lifecycles). */
export const deletedMemberOf = (account: Account): string => `deleted:${memberOf(account)}?uid=${account.uniqueId}`

/** The account of an e-mail address or a number, where it is not deleted. */
export const accountNamed = (world: GoogleWorld, name: string | undefined): Account | undefined =>
  world.accounts.find(one => one.deletedAt === null && (emailOf(one) === name || one.uniqueId === name))
