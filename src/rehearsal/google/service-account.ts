import type { Json } from '../../clouds/json.ts'
import { accountNamed, emailOf } from './account.ts'
import { assertServed } from './apis.ts'
import { assertLive } from './project.ts'
import { refuse } from './refusals.ts'
import { may } from './rights.ts'
import type { Ask } from './route.ts'
import { chainOf, chainOfProject, projectNamed, projectOf } from './tree.ts'
import type { Account } from './world.ts'

/**
 * The account that a request names, with the permission on it. Behind `projects/-` what is missing is forbidden; behind
 * its own project it is not found (facts/google.md 1.5).
 */
export function accountFor(ask: Ask, permission: string | undefined, api: 'iam' | 'iamcredentials' = 'iam'): Account {
  const { world, caller, now, names } = ask
  const [projectName, name] = names
  const account = accountNamed(world, name)
  const project = account && projectOf(world, account)
  const isThere =
    account && project && (projectName === '-' || projectName === project.id || projectName === project.number)
  if (!isThere) throw missing(ask, permission ?? 'iam.serviceAccounts.get')
  assertLive(project)
  assertServed(world, project, api, now)
  if (permission === undefined || may(world, caller, chainOf(world, account), permission, now)) return account
  throw refuse.permission(permission)
}

function missing({ world, caller, now, names: [projectName] }: Ask, permission: string) {
  const project = projectNamed(world, projectName, now)
  if (!project || !may(world, caller, chainOfProject(world, project), permission, now))
    return refuse.permission(permission)
  return refuse.notFound('Unknown service account')
}

export const nameOfAccount = (account: Account): string =>
  `projects/${account.project}/serviceAccounts/${emailOf(account)}`

export const shown = (account: Account): { readonly [key: string]: Json } => ({
  name: nameOfAccount(account),
  projectId: account.project,
  uniqueId: account.uniqueId,
  email: emailOf(account),
  ...(account.displayName && { displayName: account.displayName }),
  ...(account.description && { description: account.description }),
  etag: 'MDEwMjE5MjA=',
  oauth2ClientId: account.uniqueId,
  ...(account.disabled && { disabled: true }),
})
