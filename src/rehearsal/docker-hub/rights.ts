import type { Caller } from './caller.ts'
import {
  type DockerHubWorld,
  type Organization,
  type OrganizationToken,
  type PersonalToken,
  PLANS,
  type Repository,
  type Role,
  type User,
} from './world.ts'

/** Each includes those before it. */
const RIGHTS = ['none', 'read', 'write', 'admin'] as const
export type Right = (typeof RIGHTS)[number]
export type Action = 'pull' | 'push'

const ofScope: Readonly<Record<PersonalToken['scope'], Right>> = {
  'repo:admin': 'admin',
  'repo:write': 'write',
  'repo:read': 'read',
  'repo:public_read': 'none',
}

const SETTINGS_SCOPES = ['scope-repository-admin', 'scope-repository-settings-admin']

export const reaches = (has: Right, needed: Right): boolean => RIGHTS.indexOf(has) >= RIGHTS.indexOf(needed)
const widest = (...given: readonly Right[]): Right => RIGHTS.findLast(right => given.includes(right)) ?? 'none'
const narrower = (a: Right, b: Right): Right => (reaches(a, b) ? b : a)

/** What a caller may do with a repository: a token never more than its owner (facts/docker-hub.md 3, 4, 5, 8). */
export function rightOn(world: DockerHubWorld, caller: Caller, repository: Repository): Right {
  const everybody = repository.private ? 'none' : 'read'
  if (caller.by === 'nobody') return everybody
  if (caller.by === 'organization-token') return widest(everybody, ofScopes(scopesOn(caller.token, repository)))
  const own = ofUser(world, caller.user, repository)
  return caller.by === 'password' ? own : widest(everybody, narrower(own, ofScope[caller.token.scope]))
}

/** What the registry grants of pull and push: the private repositories that no plan covers cannot be pushed to. */
export function actionsOn(world: DockerHubWorld, caller: Caller, repository: Repository): readonly Action[] {
  const right =
    caller.by === 'organization-token'
      ? widest(repository.private ? 'none' : 'read', ofImageScopes(scopesOn(caller.token, repository)))
      : rightOn(world, caller, repository)
  const isCovered = !repository.private || privateLeft(world, repository.namespace) >= 0
  if (reaches(right, 'write') && isCovered) return ['pull', 'push']
  return reaches(right, 'read') ? ['pull'] : []
}

function ofUser(world: DockerHubWorld, user: User, repository: Repository): Right {
  const { username } = user
  const organization = organizationNamed(world, repository.namespace)
  const teams = organization?.teams.filter(({ members }) => members.includes(username)) ?? []
  const granted = widest(
    repository.private ? 'none' : 'read',
    isManager(roleIn(organization, username)) || repository.namespace === username ? 'admin' : 'none',
    repository.collaborators.includes(username) ? 'write' : 'none',
    ...repository.teams.filter(({ id }) => teams.some(team => team.id === id)).map(({ permission }) => permission),
  )
  return user.emailVerified ? granted : narrower(granted, 'read')
}

/**
 * The scopes of an organization token that reach a repository; the forms of a path: facts/docker-hub.md 4. What is
 * public may be pulled without a scope, and is not given more by the path of all that is.
 */
export function scopesOn({ resources }: OrganizationToken, { namespace, name }: Repository): readonly string[] {
  const paths = [`${namespace}/${name}`, `${namespace}/*`]
  return resources.flatMap(({ type, path, scopes }) => (type === 'TYPE_REPO' && paths.includes(path) ? scopes : []))
}

/** The scopes of an organization token for the organization itself. */
export const ownScopes = (token: OrganizationToken): readonly string[] =>
  token.resources.flatMap(({ type, scopes }) => (type === 'TYPE_ORG' ? scopes : []))

function ofScopes(scopes: readonly string[]): Right {
  if (scopes.some(scope => SETTINGS_SCOPES.includes(scope))) return 'admin'
  return widest(scopes.length ? 'read' : 'none', ofImageScopes(scopes))
}

function ofImageScopes(scopes: readonly string[]): Right {
  if (scopes.includes('scope-image-push')) return 'write'
  return scopes.includes('scope-image-pull') ? 'read' : 'none'
}

/**
 * May the caller make a repository there, by the API or, where a personal token needs less, by a first push?
 * (facts/docker-hub.md 3, 5: in a team, writing is not enough.)
 */
export function mayCreate(world: DockerHubWorld, caller: Caller, namespace: string, by: 'request' | 'push'): boolean {
  if (caller.by === 'nobody') return false
  if (caller.by === 'organization-token') {
    return (
      by === 'request' &&
      caller.organization.name === namespace &&
      ownScopes(caller.token).includes('scope-repository-create')
    )
  }
  const { username, emailVerified } = caller.user
  const isOwn = namespace === username || isManager(roleIn(organizationNamed(world, namespace), username))
  const scope = caller.by === 'password' ? 'admin' : ofScope[caller.token.scope]
  return emailVerified && isOwn && reaches(scope, by === 'push' ? 'write' : 'admin')
}

/** How many private repositories more the plan of a namespace covers. */
export function privateLeft(world: DockerHubWorld, namespace: string): number {
  const account = accountNamed(world, namespace)
  const taken = world.repositories.filter(one => one.namespace === namespace && one.private).length
  return (account ? PLANS[account.plan].privateRepositories : 0) - taken
}

/** Does the namespace make private what a push creates? */
export const isPrivateByDefault = (world: DockerHubWorld, namespace: string): boolean =>
  accountNamed(world, namespace)?.defaultPrivacy === 'private'

export const accountNamed = (world: DockerHubWorld, name: string): User | Organization | undefined =>
  world.users.find(({ username }) => username === name) ?? organizationNamed(world, name)

export const organizationNamed = (world: DockerHubWorld, name: string | undefined): Organization | undefined =>
  world.organizations.find(one => one.name === name)

export const roleIn = (organization: Organization | undefined, username: string): Role | undefined =>
  organization?.members.find(one => one.username === username)?.role

/** Owners and editors manage an organization's repositories (facts/docker-hub.md 3, 7). */
const isManager = (role: Role | undefined): boolean => role === 'owner' || role === 'editor'
