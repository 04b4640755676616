import * as z from 'zod'
import { deletedMemberOf, emailOf, KEPT_MS, memberOf } from './account.ts'
import { numberOf } from './ids.ts'
import { PAGES, paged } from './page.ts'
import { policyRoutes } from './policies.ts'
import { liveProjectFor } from './project.ts'
import { refuse } from './refusals.ts'
import { may } from './rights.ts'
import { type Ask, ok, type Reply, type Route, read, withChanged, withNew } from './route.ts'
import { accountFor, shown } from './service-account.ts'
import { chainOf, projectOf } from './tree.ts'
import { ACCOUNT_ID, type GoogleWorld, newAccount, type Policy } from './world.ts'

const api = 'iam'
const ACCOUNTS = '/v1/projects/*/serviceAccounts'

/** IAM v1: accounts, without their keys. */
export const SERVICE_ACCOUNTS: readonly Route[] = [
  { api, method: 'POST', pattern: ACCOUNTS, handle: create },
  { api, method: 'GET', pattern: ACCOUNTS, takes: PAGES, handle: list },
  {
    api,
    method: 'GET',
    pattern: `${ACCOUNTS}/*`,
    handle: ask => ok(shown(accountFor(ask, 'iam.serviceAccounts.get'))),
  },
  { api, method: 'DELETE', pattern: `${ACCOUNTS}/*`, handle: remove },
  { api, method: 'POST', pattern: `${ACCOUNTS}/*/:undelete`, handle: undelete },
  { api, method: 'POST', pattern: `${ACCOUNTS}/*/:disable`, handle: ask => switched(ask, true) },
  { api, method: 'POST', pattern: `${ACCOUNTS}/*/:enable`, handle: ask => switched(ask, false) },
  ...policyRoutes({
    api,
    pattern: `${ACCOUNTS}/*`,
    reads: 'POST, query',
    permissions: 'iam.serviceAccounts',
    find: (ask, permission) => {
      const account = accountFor(ask, permission)
      return {
        policy: account.policy,
        place: 'account',
        resource: `projects/${account.project}/serviceAccounts/${emailOf(account)}`,
        under: projectOf(ask.world, account) ?? { parent: null, orgPolicies: [] },
        chain: chainOf(ask.world, account),
        with: policy => withChanged(ask.world, 'accounts', account, { policy }),
      }
    },
  }),
]

/** facts/google.md 1, validation rules. */
const given = z.strictObject({
  accountId: z.string(),
  serviceAccount: z
    .strictObject({
      displayName: z
        .string()
        .refine(text => Buffer.byteLength(text) <= 100, 'at most 100 bytes')
        .default(''),
      description: z
        .string()
        .refine(text => Buffer.byteLength(text) <= 256, 'at most 256 bytes')
        .default(''),
    })
    .prefault({}),
})

/** A name that was used before is a new account with a new number, which inherits nothing (facts/google.md 1, lifecycles). */
function create(ask: Ask): Reply {
  const project = liveProjectFor(ask, api, 'iam.serviceAccounts.create', () =>
    refuse.permission('iam.serviceAccounts.create'),
  )
  const { accountId, serviceAccount } = read(given, ask.body)
  if (!ACCOUNT_ID.test(accountId)) throw refuse.invalid(`Invalid service account ID '${accountId}'.`)
  if (ask.world.accounts.some(one => one.project === project.id && one.id === accountId && one.deletedAt === null)) {
    throw refuse.exists(`Service account ID already exists within project projects/${project.id}.`)
  }
  const account = newAccount({
    ...serviceAccount,
    project: project.id,
    id: accountId,
    uniqueId: numberOf(ask.mint, 21),
    createdAt: ask.now.toISOString(),
  })
  return ok(shown(account), withNew(ask.world, 'accounts', account))
}

function list(ask: Ask): Reply {
  const permission = 'iam.serviceAccounts.list'
  const project = liveProjectFor(ask, api, permission, () => refuse.permission(permission))
  const own = ask.world.accounts.filter(one => one.project === project.id && one.deletedAt === null)
  return ok(paged(ask, 'accounts', own.map(shown)))
}

/** In policies it stays, as one that was deleted. */
function remove(ask: Ask): Reply {
  const account = accountFor(ask, 'iam.serviceAccounts.delete')
  const world = withChanged(ask.world, 'accounts', account, { deletedAt: ask.now.toISOString() })
  return ok({}, renamed(world, memberOf(account), deletedMemberOf(account)))
}

/** By number alone, for 30 days, and not where its name is used again (facts/google.md 1, lifecycles). */
function undelete(ask: Ask): Reply {
  const { world, caller, now, names } = ask
  const account = world.accounts.find(({ uniqueId }) => uniqueId === names[1])
  const permission = 'iam.serviceAccounts.undelete'
  if (!account || !may(world, caller, chainOf(world, account), permission, now)) throw refuse.permission(permission)
  const isKept = account.deletedAt !== null && Date.parse(account.deletedAt) + KEPT_MS > now.getTime()
  const isReplaced = world.accounts.some(
    one => one !== account && one.deletedAt === null && emailOf(one) === emailOf(account),
  )
  if (!isKept || isReplaced) throw refuse.precondition()
  const back = withChanged(world, 'accounts', account, { deletedAt: null })
  return ok({ restoredAccount: shown(account) }, renamed(back, deletedMemberOf(account), memberOf(account)))
}

function switched(ask: Ask, disabled: boolean): Reply {
  const account = accountFor(ask, `iam.serviceAccounts.${disabled ? 'disable' : 'enable'}`)
  return ok({}, withChanged(ask.world, 'accounts', account, { disabled }))
}

/** The world with a member called otherwise in every policy; no policy is newer for it. */
function renamed(world: GoogleWorld, old: string, by: string): GoogleWorld {
  const rename = <T extends { policy: Policy }>(one: T): T => ({
    ...one,
    policy: {
      ...one.policy,
      bindings: one.policy.bindings.map(binding => ({
        ...binding,
        members: binding.members.map(member => (member === old ? by : member)),
      })),
    },
  })
  return {
    ...world,
    organizations: world.organizations.map(rename),
    folders: world.folders.map(rename),
    projects: world.projects.map(rename),
    accounts: world.accounts.map(rename),
    repositories: world.repositories.map(rename),
  }
}
