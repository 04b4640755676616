import { mintOf } from '../mint.ts'
import type { World } from '../world.ts'
import { repositoryNamed } from './repository.ts'
import { accountNamed } from './rights.ts'
import { newUser } from './world.ts'

/** An invitation's link lasts as long (facts/docker-hub.md 8). */
const LINK_MS = 14 * 24 * 3_600_000

/**
 * What only people do, in pages and mails (facts/docker-hub.md 13): sign up. Throws where the name is taken by a user
 * or an organization, or is none.
 */
export function signUp(
  world: World,
  given: { readonly username: string; readonly email: string; readonly password: string },
  now: Date,
): void {
  if (accountNamed(world.dockerHub, given.username)) throw new Error(`${given.username} is taken`)
  world.dockerHub.users.push(newUser(mintOf(world), now, given))
}

/** Follows the link in the mail that comes after the sign-up. Throws for an unknown user. */
export function verifyMail({ dockerHub }: World, username: string): void {
  const user = dockerHub.users.find(one => one.username === username)
  if (!user) throw new Error(`there is no user ${username}`)
  user.emailVerified = true
}

/** Accepts an invitation, which puts the user in its team too. Throws where there is none whose link still works. */
export function acceptInvite({ dockerHub }: World, username: string, organizationName: string, now: Date): void {
  const user = dockerHub.users.find(one => one.username === username)
  const organization = dockerHub.organizations.find(({ name }) => name === organizationName)
  const invite = organization?.invites.find(
    ({ invitee, sentAt }) =>
      (invitee === username || invitee === user?.email) && now.getTime() - Date.parse(sentAt) < LINK_MS,
  )
  if (!user || !organization || !invite) throw new Error(`nobody invited ${username} to ${organizationName}`)
  organization.invites = organization.invites.filter(one => one !== invite)
  organization.members.push({ username, role: invite.role })
  organization.teams.find(({ name }) => name === invite.team)?.members.push(username)
}

/** Adds a collaborator to a personal repository, on its page. Throws for an organization's, which has none. */
export function addCollaborator({ dockerHub }: World, namespace: string, name: string, username: string): void {
  const repository = repositoryNamed(dockerHub, namespace, name)
  if (!repository || !dockerHub.users.some(one => one.username === namespace)) {
    throw new Error(`${namespace}/${name} is no personal repository`)
  }
  repository.collaborators.push(username)
}
