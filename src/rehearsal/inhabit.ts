import { inhabit as inhabitCircleci } from './circleci/people.ts'
import type { Branch } from './circleci/world.ts'
import { newOrganization, newUser } from './docker-hub/world.ts'
import { joinOrganization, keepOldRegistry, type OldRegistry } from './google/people.ts'
import { mintOf } from './mint.ts'
import { emptyWorld, type World } from './world.ts'

/** What a rehearsal is about: whose names its clouds must know. */
export interface Subject {
  /** gh/OWNER/REPOSITORY, where CircleCI is in it. */
  readonly circleProject?: string
  readonly defaultBranch: string
  readonly branches: Readonly<Record<string, Branch>>
  /** Where the image goes on Docker Hub. */
  readonly dockerNamespace?: string
  /** A free account of the person's own, instead of an organization with a plan. */
  readonly isPersonal: boolean
  /** What is there from before Artifact Registry, where that is what it is about. */
  readonly oldRegistry?: OldRegistry
}

/** Moves the made-up owner into the clouds: what a person who comes to the wizard has there already, and nothing else. */
export function inhabit(world: World, subject: Subject, now: Date): void {
  const { circleProject, dockerNamespace, isPersonal, oldRegistry } = subject
  joinOrganization(world.google, mintOf(world))
  if (oldRegistry) keepOldRegistry(world.google, oldRegistry, mintOf(world))
  if (circleProject !== undefined) inhabitCircleci(world, { ...subject, slug: circleProject })
  const hub = world.dockerHub
  const [me] = hub.users
  if (dockerNamespace === undefined || me === undefined) return
  const isKnown =
    hub.users.some(({ username }) => username === dockerNamespace) ||
    hub.organizations.some(({ name }) => name === dockerNamespace)
  if (isKnown) return
  const mint = mintOf(world)
  if (isPersonal) {
    const own = { username: dockerNamespace, email: me.email, password: mint.letters(20) }
    // The first user is the owner; this one takes its place.
    hub.users.unshift({ ...newUser(mint, now, own), emailVerified: true })
  } else hub.organizations.push(newOrganization(mint, now, dockerNamespace, me.username))
}

/**
 * A new world in which CI and Google take seconds: a rehearsal is watched by a person. A push starts CI while the bot's
 * token is still on its way: a job takes long enough for that on a busy machine.
 */
export function quickWorld(): World {
  const world = emptyWorld()
  Object.assign(world.circleci.rules, { followBuildDelayMs: 300, workflowDelayMs: 200, jobSeconds: 1 })
  Object.assign(world.google.rules, { propagationMs: 500, newAccountMs: 300, activationMs: 300, operationMs: 200 })
  return world
}
