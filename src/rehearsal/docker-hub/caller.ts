import { textAt } from '../../clouds/json.ts'
import { readJwt, signedJwt } from './jwt.ts'
import type { DockerHubWorld, Meter, Organization, OrganizationToken, PersonalToken, User } from './world.ts'

/** Who asks, and by what. */
export type Caller = Nobody | SignedIn
interface Nobody {
  readonly by: 'nobody'
}
export type SignedIn =
  | { readonly by: 'password'; readonly user: User }
  | { readonly by: 'personal-token'; readonly user: User; readonly token: PersonalToken }
  | { readonly by: 'organization-token'; readonly organization: Organization; readonly token: OrganizationToken }

export const NOBODY: Nobody = { by: 'nobody' }

/** facts/docker-hub.md 1: what a login gives lasts ten minutes. */
export const LOGIN_SECONDS = 600

/** Whose name and secret these are: a user's with password or personal token, an organization's with its token. */
export function ownerOf(world: DockerHubWorld, name: string, secret: string, now: Date): SignedIn | undefined {
  return found(
    world,
    name,
    user => user.password === secret,
    one => one.token === secret && isLive(one, now),
  )
}

/** The same, for logins that know no second factor: a password alone must do (facts/docker-hub.md 1, 10). */
export function signedIn(world: DockerHubWorld, name: string, secret: string, now: Date): SignedIn | undefined {
  const owner = ownerOf(world, name, secret, now)
  if (owner?.by !== 'password') return owner
  return owner.user.twoFactorCode !== null || isUnderSso(world, owner.user) ? undefined : owner
}

/** Is the user in an organization that accepts no password? */
export function isUnderSso(world: DockerHubWorld, { username }: User): boolean {
  return world.organizations.some(one => one.ssoEnforced && one.members.some(member => member.username === username))
}

/** The bearer token of a login. */
export function bearerOf(caller: SignedIn, now: Date): string {
  const token = caller.by === 'password' ? null : caller.token.id
  return signedJwt('hub', { sub: nameOf(caller) ?? '', token }, now, LOGIN_SECONDS)
}

/** Who asks by an Authorization header; undefined for a bearer token that is none, or no longer. */
export function callerOf(world: DockerHubWorld, header: string | undefined, now: Date): Caller | undefined {
  if (header === undefined) return NOBODY
  const claims = readJwt('hub', /^Bearer (\S+)$/i.exec(header)?.[1] ?? '', now)
  if (claims === undefined) return undefined
  const id = textAt(claims, 'token')
  return found(
    world,
    textAt(claims, 'sub') ?? '',
    () => id === undefined,
    one => one.id === id && isLive(one, now),
  )
}

function found(
  world: DockerHubWorld,
  name: string,
  hasPassword: (user: User) => boolean,
  isMeant: (token: PersonalToken | OrganizationToken) => boolean,
): SignedIn | undefined {
  const user = world.users.find(({ username }) => username === name)
  if (user && hasPassword(user)) return { by: 'password', user }
  const personal = user?.tokens.find(isMeant)
  if (user && personal) return { by: 'personal-token', user, token: personal }
  const organization = world.organizations.find(one => one.name === name)
  const token = organization?.tokens.find(isMeant)
  return organization && token ? { by: 'organization-token', organization, token } : undefined
}

/** The Docker ID or organization that asks. */
export function nameOf(caller: Caller): string | undefined {
  if (caller.by === 'nobody') return undefined
  return caller.by === 'organization-token' ? caller.organization.name : caller.user.username
}

/** Where a caller's requests are counted: an organization's tokens have a limit of their own (facts/docker-hub.md 2). */
export function meterOf(world: DockerHubWorld, caller: Caller): Meter {
  if (caller.by === 'nobody') return world.requests
  return caller.by === 'organization-token' ? caller.organization.requests : caller.user.requests
}

const isLive = ({ active, expiresAt }: PersonalToken | OrganizationToken, now: Date): boolean =>
  active && (expiresAt === null || new Date(expiresAt) > now)
