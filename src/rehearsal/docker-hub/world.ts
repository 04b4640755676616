import * as z from 'zod'
import type { Mint } from '../mint.ts'
import { PUBLIC, tagOf } from './public.ts'
import { rules } from './rules.ts'

/** facts/docker-hub.md 3, from the widest to the narrowest: each includes those behind it. */
export const PERSONAL_SCOPES = ['repo:admin', 'repo:write', 'repo:read', 'repo:public_read'] as const
/** facts/docker-hub.md 7 */
export const PERMISSIONS = ['read', 'write', 'admin'] as const
/** facts/docker-hub.md 8 */
export const ROLES = ['owner', 'editor', 'member'] as const
/** facts/docker-hub.md 6 */
const DOCKER_ID = /^[a-z\d]{4,30}$/
export const REPOSITORY_NAME = /^(?=.{2,255}$)[a-z\d]+(?:[._-][a-z\d]+)*$/
export const TEAM_NAME = /^[\w-]{3,30}$/
/** What Docker Hub shows in place of "unlimited". */
const UNLIMITED = 9999
/**
 * What a plan gives, to a user or an organization: facts/docker-hub.md 0, 4, 5. "free" is also an organization whose
 * plan has ended.
 */
export const PLANS = {
  free: { teams: 0, organizationTokens: 0, privateRepositories: 1, collaborators: 0 },
  pro: { teams: 0, organizationTokens: 0, privateRepositories: UNLIMITED, collaborators: UNLIMITED },
  team: { teams: UNLIMITED, organizationTokens: 10, privateRepositories: UNLIMITED, collaborators: UNLIMITED },
  business: { teams: UNLIMITED, organizationTokens: 100, privateRepositories: UNLIMITED, collaborators: UNLIMITED },
} as const

/** For things in a hand-written world whose age does not matter. */
const LONG_AGO = '2026-01-01T00:00:00.000Z'
const when = z.iso.datetime().default(LONG_AGO)
const until = z.iso.datetime({ offset: true }).nullable().default(null)
const dockerId = z.string()

/** What is left of a limit until it is filled again. */
const meter = z.strictObject({ rateLimitRemaining: z.int().min(0).default(0), rateLimitReset: when }).prefault({})

const personalToken = z.strictObject({
  id: z.uuid(),
  label: z.string(),
  scope: z.enum(PERSONAL_SCOPES),
  token: z.string(),
  active: z.boolean().default(true),
  /** null: never. */
  expiresAt: until,
  createdAt: when,
})

const user = z.strictObject({
  id: z.uuid(),
  username: z.string().regex(DOCKER_ID),
  email: z.string(),
  fullName: z.string().default(''),
  password: z.string().min(9),
  /** Where there is one, a password alone signs nobody in. */
  twoFactorCode: z.string().nullable().default(null),
  /** Until then the account reads only, whatever it was granted; nothing in the API shows it. */
  emailVerified: z.boolean().default(true),
  plan: z.enum(['free', 'pro']).default('free'),
  /** What a push makes of a repository that is not there yet. */
  defaultPrivacy: z.enum(['public', 'private']).default('public'),
  tokens: z.array(personalToken).default([]),
  requests: meter,
  pulls: meter,
  createdAt: when,
})

const resource = z.strictObject({
  type: z.enum(['TYPE_REPO', 'TYPE_ORG']),
  path: z.string(),
  scopes: z.array(z.string()),
})

const organizationToken = z.strictObject({
  id: z.uuid(),
  label: z.string(),
  description: z.string().default(''),
  token: z.string(),
  resources: z.array(resource).default([]),
  active: z.boolean().default(true),
  /** null: never. */
  expiresAt: until,
  createdAt: when,
})

const team = z.strictObject({
  id: z.int(),
  uuid: z.uuid(),
  name: z.string().regex(TEAM_NAME),
  description: z.string().default(''),
  members: z.array(dockerId).default([]),
})

const invite = z.strictObject({
  id: z.uuid(),
  inviter: z.string(),
  /** A Docker ID or an e-mail address. */
  invitee: z.string(),
  role: z.enum(ROLES).default('member'),
  team: z.string().nullable().default(null),
  createdAt: when,
  /** The link in the mail lasts from here. */
  sentAt: when,
})

const organization = z.strictObject({
  id: z.uuid(),
  name: z.string().regex(DOCKER_ID),
  plan: z.enum(['free', 'team', 'business']).default('team'),
  /** Of members and pending invitations together. */
  seats: z.int().min(1).default(5),
  /** Then no member's password is accepted. */
  ssoEnforced: z.boolean().default(false),
  /** What a push makes of a repository that is not there yet. */
  defaultPrivacy: z.enum(['public', 'private']).default('public'),
  members: z.array(z.strictObject({ username: dockerId, role: z.enum(ROLES) })),
  teams: z.array(team).default([]),
  invites: z.array(invite).default([]),
  tokens: z.array(organizationToken).default([]),
  requests: meter,
  createdAt: when,
})

const repository = z.strictObject({
  namespace: z.string(),
  name: z.string().regex(REPOSITORY_NAME),
  private: z.boolean().default(false),
  description: z.string().default(''),
  fullDescription: z.string().default(''),
  /** Of a personal repository; they may push. */
  collaborators: z.array(dockerId).default([]),
  /** Of an organization's. */
  teams: z.array(z.strictObject({ id: z.int(), permission: z.enum(PERMISSIONS) })).default([]),
  immutableTags: z
    .strictObject({ enabled: z.boolean(), rules: z.array(z.string()) })
    .default({ enabled: false, rules: [] }),
  tags: z
    .array(z.strictObject({ name: z.string(), digest: z.string(), pushedBy: z.string(), pushedAt: when }))
    .default([]),
  createdAt: when,
  updatedAt: when,
})

export const dockerHubWorld = z.strictObject({
  users: z.array(user).default([]),
  organizations: z.array(organization).default([]),
  repositories: z.array(repository).prefault(PUBLIC),
  /** Begun and neither ended nor dropped. */
  uploads: z.array(z.strictObject({ id: z.uuid(), repository: z.string() })).default([]),
  /** Of whoever is not signed in. */
  requests: meter,
  pulls: meter,
  /** What signs the tokens of auth.docker.io, in PEM; null until the first is asked for. */
  privateKey: z.string().nullable().default(null),
  rules: rules.prefault({}),
})

export type DockerHubWorld = z.infer<typeof dockerHubWorld>
export type User = z.infer<typeof user>
export type PersonalToken = z.infer<typeof personalToken>
export type Organization = z.infer<typeof organization>
export type OrganizationToken = z.infer<typeof organizationToken>
export type Resource = z.infer<typeof resource>
export type Team = z.infer<typeof team>
export type Invite = z.infer<typeof invite>
export type Repository = z.infer<typeof repository>
export type Meter = z.infer<typeof meter>
export type Role = (typeof ROLES)[number]

/** One user on the free plan with a password, no organization and no repository, beside the images that builds start from. */
export function emptyDockerHub(now: Date, mint: Mint): DockerHubWorld {
  const me = { id: mint.id(), username: 'yourname', email: 'you@example.com', createdAt: now.toISOString() }
  return dockerHubWorld.parse({ users: [{ ...me, password: mint.letters(20) }] })
}

/** An account as a sign-up makes it: its mail is not verified yet. Throws where Docker Hub would not take it. */
export function newUser(
  mint: Mint,
  now: Date,
  given: { readonly username: string; readonly email: string; readonly password: string },
): User {
  return user.parse({ ...given, id: mint.id(), emailVerified: false, createdAt: now.toISOString() })
}

/** An organization with a plan, as its owner made it. Throws where Docker Hub would not take the name. */
export const newOrganization = (mint: Mint, now: Date, name: string, owner: string): Organization =>
  organization.parse({
    id: mint.id(),
    name,
    members: [{ username: owner, role: 'owner' }],
    createdAt: now.toISOString(),
  })

/** Adds a public image of somebody else's to a world, where it is not there yet. Throws where Docker Hub would not take its name. */
export function addPublicImage(
  { repositories }: DockerHubWorld,
  { namespace, name, tag }: { readonly namespace: string; readonly name: string; readonly tag: string },
): void {
  const there = repositories.find(one => one.namespace === namespace && one.name === name)
  const { tags } = repository.parse({ namespace, name, tags: [tagOf(namespace, name, tag)] })
  if (there === undefined) repositories.push(repository.parse({ namespace, name, tags }))
  else if (there.tags.every(one => one.name !== tag)) there.tags.push(...tags)
}
