import { createHash } from 'node:crypto'
import * as z from 'zod'
import { type Mint, uuidOf } from '../mint.ts'
import { rules } from './rules.ts'

/** facts/circleci.md 5 */
const ROLES = ['admin', 'contributor', 'viewer'] as const
/** facts/circleci.md 5 */
export const RESTRICTION_TYPES = ['project', 'expression', 'group'] as const
/** facts/circleci.md 5, limits */
export const VARIABLE_NAME = /^(?=.{1,300}$)[A-Za-z_]\w*$/
export const CONTEXT_NAME = /^(?=.{1,200}$)\S(?:.*\S)?$/
/** facts/circleci.md 4: the short names of where code lies; an organization that stands alone has an opaque name. */
const ORGANIZATION_SLUG = /^(?:gh|bb|circleci)\/[^/\s]+$/
const PROJECT_SLUG = /^(?:gh|bb|circleci)\/[^/\s]+\/[^/\s]+$/
/** facts/circleci.md 8, without those that nothing here comes to. */
const JOB_STATUSES = ['blocked', 'on_hold', 'running', 'success', 'failed', 'unauthorized', 'canceled'] as const

/** For things in a hand-written world whose age does not matter. */
const LONG_AGO = '2026-01-01T00:00:00.000Z'
const when = z.iso.datetime().default(LONG_AGO)
const moment = z.iso.datetime().nullable().default(null)
const login = z.string()
const organizationSlug = z.string().regex(ORGANIZATION_SLUG)
const projectSlug = z.string().regex(PROJECT_SLUG)

const meter = z.strictObject({ rateLimitRemaining: z.int().min(0).default(0), rateLimitReset: when }).prefault({})

const token = z.strictObject({
  token: z.string(),
  /** One of a project serves nothing that is a user's own. */
  kind: z.enum(['personal', 'project']).default('personal'),
  /** Whose, where it is a project's. */
  project: projectSlug.nullable().default(null),
  /** null: never, as older ones. */
  expiresAt: moment,
})

const user = z.strictObject({
  id: z.uuid(),
  login,
  name: z.string().default(''),
  tokens: z.array(token).default([]),
  requests: meter,
})

const organization = z.strictObject({
  id: z.uuid(),
  slug: organizationSlug,
  /** null: as the slug ends. */
  name: z.string().nullable().default(null),
  members: z.array(z.strictObject({ login, role: z.enum(ROLES).default('contributor') })).default([]),
  /** False: CircleCI has heard of it from the code's host alone, and shows no id. The first follow changes that. */
  isUsed: z.boolean().default(true),
})

const branch = z.strictObject({
  revision: z.string(),
  /** The text of .circleci/config.yml there. */
  config: z.string().nullable().default(null),
  /** The text of build/common.lib.sh there. */
  library: z.string().exactOptional(),
  /** The commit says so. */
  skipCi: z.boolean().default(false),
})

/** As the code's host has it, whether or not it is a project. */
const repository = z.strictObject({
  slug: projectSlug,
  admins: z.array(login).default([]),
  defaultBranch: z.string().default('main'),
  branches: z.record(z.string(), branch).default({}),
})

const advanced = z.strictObject({
  autocancel_builds: z.boolean().default(false),
  build_fork_prs: z.boolean().default(false),
  build_prs_only: z.boolean().default(false),
  disable_ssh: z.boolean().default(false),
  forks_receive_secret_env_vars: z.boolean().default(false),
  set_github_status: z.boolean().default(true),
  setup_workflows: z.boolean().default(false),
  write_settings_requires_admin: z.boolean().default(false),
  pr_only_branch_overrides: z.array(z.string()).default([]),
})

const envvar = z.strictObject({ name: z.string().regex(VARIABLE_NAME), value: z.string(), createdAt: when })

const project = z.strictObject({
  id: z.uuid(),
  slug: projectSlug,
  /** null: as the slug ends. */
  name: z.string().nullable().default(null),
  /** Nobody: it was made by a request, and nothing starts its builds. */
  followedBy: z.array(login).default([]),
  settings: z.strictObject({ advanced: advanced.prefault({}) }).prefault({}),
  envvars: z.array(envvar).default([]),
})

const variable = z.strictObject({
  name: z.string().regex(VARIABLE_NAME),
  value: z.string(),
  createdAt: when,
  updatedAt: when,
})

const restriction = z.strictObject({
  id: z.uuid(),
  type: z.enum(RESTRICTION_TYPES),
  value: z.string(),
  name: z.string().nullable().default(null),
})

const context = z
  .strictObject({
    id: z.uuid(),
    name: z.string().regex(CONTEXT_NAME),
    organization: z.uuid(),
    createdAt: when,
    variables: z.array(variable).default([]),
    /** As a context is born, unless told. */
    restrictions: z.array(restriction).optional(),
  })
  .transform(one => ({ ...one, restrictions: one.restrictions ?? [allMembers(one.organization, one.id)] }))

const step = z.strictObject({
  name: z.string(),
  failed: z.boolean().default(false),
  lines: z.array(z.string()).default([]),
})

const job = z.strictObject({
  id: z.uuid(),
  /** What the workflow calls it. */
  name: z.string(),
  /** What the config's `jobs` calls it. */
  runs: z.string(),
  type: z.enum(['build', 'approval']).default('build'),
  contexts: z.array(z.string()).default([]),
  requires: z.array(z.string()).default([]),
  ssh: z.boolean().default(false),
  approvedBy: login.nullable().default(null),
  status: z.enum(JOB_STATUSES).default('blocked'),
  /** Counted in the project, from its start. */
  number: z.int().nullable().default(null),
  startedAt: moment,
  stoppedAt: moment,
  steps: z.array(step).default([]),
})

const workflow = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  startedBy: login,
  /** Before, it cannot be seen. */
  createdAt: when,
  jobs: z.array(job),
})

const pipeline = z.strictObject({
  id: z.uuid(),
  number: z.int().min(1),
  project: projectSlug,
  branch: z.string(),
  revision: z.string(),
  config: z.string(),
  /** The text of build/common.lib.sh, where there is one. */
  library: z.string().nullable().default(null),
  /** Then nothing runs. */
  errors: z.array(z.strictObject({ type: z.string(), message: z.string() })).default([]),
  trigger: z.enum(['webhook', 'api']).default('webhook'),
  /** OWNER/NAME of the fork whose pull request it builds; null: none. */
  fork: z.string().nullable().default(null),
  actor: login,
  /** Before, it cannot be seen. */
  createdAt: when,
  workflows: z.array(workflow).default([]),
})

export const circleciWorld = z.strictObject({
  users: z.array(user).default([]),
  organizations: z.array(organization).default([]),
  repositories: z.array(repository).default([]),
  projects: z.array(project).default([]),
  contexts: z.array(context).default([]),
  pipelines: z.array(pipeline).default([]),
  /** What it signs the tokens of jobs with; made with the first. */
  privateKey: z.string().nullable().default(null),
  rules: rules.prefault({}),
})

export type CircleciWorld = z.infer<typeof circleciWorld>
export type User = z.infer<typeof user>
export type Token = z.infer<typeof token>
export type Organization = z.infer<typeof organization>
export type Role = (typeof ROLES)[number]
export type Repository = z.infer<typeof repository>
export type Branch = z.infer<typeof branch>
export type Project = z.infer<typeof project>
export type Advanced = z.infer<typeof advanced>
export type Context = z.infer<typeof context>
export type Restriction = z.infer<typeof restriction>
export type Pipeline = z.infer<typeof pipeline>
export type Workflow = z.infer<typeof workflow>
export type Job = z.infer<typeof job>
export type Step = z.infer<typeof step>

/** The id of a login, also of one who is on the code's host alone. */
export const userIdOf = ({ users }: CircleciWorld, login: string): string =>
  users.find(one => one.login === login)?.id ?? uuidOf(createHash('sha256').update(`user ${login}`).digest('hex'))

/** The restriction that every context is born with (facts/circleci.md 5). */
export function allMembers(organization: string, context: string): Restriction {
  const id = uuidOf(createHash('sha256').update(`all members ${context}`).digest('hex'))
  return { id, type: 'group', value: organization, name: 'All members' }
}

/** One user with a personal token that lives for a year; no organization, no project followed, no context. */
export function emptyCircleci(now: Date, mint: Mint): CircleciWorld {
  const yearLater = new Date(now)
  yearLater.setUTCFullYear(now.getUTCFullYear() + 1)
  const own = { token: `ccipat_${mint.letters(60)}`, expiresAt: yearLater.toISOString() }
  return circleciWorld.parse({ users: [{ id: mint.id(), login: 'you', name: 'You', tokens: [own] }] })
}

/** A project as the first follow makes it. */
export const newProject = (mint: Mint, slug: string, follower: string): Project =>
  project.parse({ id: mint.id(), slug, followedBy: [follower] })

/** An organization as the code's host tells of it. Throws for a slug that is none. */
export const newOrganization = (mint: Mint, slug: string, admin: string): Organization =>
  organization.parse({ id: mint.id(), slug, members: [{ login: admin, role: 'admin' }] })
