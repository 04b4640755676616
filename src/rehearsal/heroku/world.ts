import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import type { Mint } from '../mint.ts'

/** facts/heroku.md 5: exactly these six. */
export const SCOPES = ['global', 'identity', 'read', 'write', 'read-protected', 'write-protected'] as const
export const REGIONS = ['us', 'eu'] as const
export const STACKS = ['container', 'heroku-22', 'heroku-24'] as const
/** What an app without a wish gets (facts/heroku.md 1.1, as `heroku create` prints it). */
export const DEFAULT_STACK = 'heroku-24'
/** Requests an hour for an account (facts/heroku.md 8, Rate). */
export const RATE_LIMIT = 4500

/** For things in a hand-written world whose age does not matter. */
const LONG_AGO = '2026-01-01T00:00:00.000Z'
const when = z.iso.datetime().default(LONG_AGO)
const email = z.string()
const json: z.ZodType<Json> = z.json()

const account = z.strictObject({
  id: z.uuid(),
  email,
  name: z.string().nullable().default(null),
  /** Has a payment method. */
  verified: z.boolean().default(true),
  /** Signs in by its company's identity provider (SSO). */
  federated: z.boolean().default(false),
  /** Where there is one, every request must bring it. */
  twoFactorCode: z.string().nullable().default(null),
  rateLimitRemaining: z.int().min(0).default(RATE_LIMIT),
  /** The account features that are enabled. */
  features: z.array(z.string()).default([]),
  createdAt: when,
})

const authorization = z.strictObject({
  id: z.uuid(),
  account: email,
  description: z.string().nullable().default(null),
  scope: z.array(z.enum(SCOPES)).default(['global']),
  tokenId: z.uuid(),
  token: z.string(),
  /** null: never. */
  expiresAt: z.iso.datetime().nullable().default(null),
  createdAt: when,
  updatedAt: when,
})

const team = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  /** Has a payment method: what counts for the team's apps. */
  verified: z.boolean().default(true),
  members: z.array(z.strictObject({ account: email, role: z.enum(['admin', 'member', 'collaborator']) })),
  createdAt: when,
})

const release = z.strictObject({
  id: z.uuid(),
  version: z.int().min(1),
  description: z.string(),
  account: email,
  createdAt: when,
})

const app = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  /** Who made it, and for an app without a team owns it. */
  owner: email,
  team: z.string().nullable().default(null),
  collaborators: z.array(email).default([]),
  region: z.enum(REGIONS).default('us'),
  stack: z.enum(STACKS).default(DEFAULT_STACK),
  buildStack: z.enum(STACKS).default(DEFAULT_STACK),
  maintenance: z.boolean().default(false),
  /** The app features that are enabled. */
  features: z.array(z.string()).default([]),
  formation: z
    .array(z.strictObject({ id: z.uuid(), type: z.string(), image: z.string(), updatedAt: when }))
    .default([]),
  releases: z.array(release).default([]),
  /** What was pushed to the registry: the manifest of each process type and tag. */
  images: z.array(z.strictObject({ type: z.string(), tag: z.string(), manifest: json })).default([]),
  createdAt: when,
  updatedAt: when,
})

const feature = z.strictObject({
  id: z.uuid(),
  name: z.string(),
  of: z.enum(['app', 'account']).default('app'),
  state: z.string().default('beta'),
  description: z.string().default(''),
  docUrl: z.string().default('https://devcenter.heroku.com/categories/labs'),
  /** False: answers by its name, but is in no list (go-language-metrics, facts/heroku.md 3). */
  listed: z.boolean().default(true),
})

/** What nobody could verify against the real API; either way can be played. */
const rules = z.strictObject({
  /** Of `verification_required` (facts/heroku.md 1.3, 9). */
  verificationStatus: z.union([z.literal(402), z.literal(422)]).default(402),
  /** An app in no pipeline: 404, or 200 with null (facts/heroku.md 9). */
  noPipelineStatus: z.union([z.literal(404), z.literal(200)]).default(404),
  /** How many characters of a listed token stay in front of the ten asterisks, and behind (facts/heroku.md 5, 9). */
  redaction: z.strictObject({ head: z.int().min(0), tail: z.int().min(0) }).default({ head: 9, tail: 4 }),
  /** Whether `Accept` must ask for version 3, else 400 `missing_version`, as tutorials quote it. */
  versionRequired: z.boolean().default(false),
  /** Whether the registry takes OCI manifests after all; it is documented that it does not (facts/heroku.md 4). */
  ociManifests: z.boolean().default(false),
})

/** Labs features that are documented (facts/heroku.md 3); runtime-empty-entrypoint is not, so it is not here. */
const FEATURES: readonly z.input<typeof feature>[] = [
  {
    id: 'f3a1c5d2-6f0e-4b1a-a6c4-2d9be0a10001',
    name: 'runtime-heroku-metrics',
    description: 'Enhanced Language Metrics',
    docUrl: 'https://devcenter.heroku.com/articles/language-runtime-metrics',
  },
  {
    id: 'f3a1c5d2-6f0e-4b1a-a6c4-2d9be0a10002',
    name: 'go-language-metrics',
    description: 'Go Language Metrics',
    docUrl: 'https://devcenter.heroku.com/articles/language-runtime-metrics-go',
    listed: false,
  },
  {
    id: 'f3a1c5d2-6f0e-4b1a-a6c4-2d9be0a10003',
    name: 'runtime-dyno-metadata',
    description: 'Dyno Metadata',
    docUrl: 'https://devcenter.heroku.com/articles/dyno-metadata',
  },
  {
    id: 'f3a1c5d2-6f0e-4b1a-a6c4-2d9be0a10004',
    name: 'preboot',
    state: 'general',
    description: 'Preboot',
    docUrl: 'https://devcenter.heroku.com/articles/preboot',
  },
]

export const herokuWorld = z.strictObject({
  accounts: z.array(account),
  authorizations: z.array(authorization),
  teams: z.array(team).default([]),
  apps: z.array(app).default([]),
  features: z.array(feature).prefault([...FEATURES]),
  rules: rules.prefault({}),
})

export type HerokuWorld = z.infer<typeof herokuWorld>
export type Account = z.infer<typeof account>
export type Authorization = z.infer<typeof authorization>
export type Team = z.infer<typeof team>
export type App = z.infer<typeof app>
export type Feature = z.infer<typeof feature>
export type Scope = (typeof SCOPES)[number]

/** A token as Heroku shapes them since 2024: `HRKU-AA` and 58 characters more. */
export const newToken = (mint: Mint): string => `HRKU-AA${mint.letters(58)}`

/** One account, `you@example.com`, with the token of a login a year long, and nothing else. */
export function emptyHeroku(now: Date, mint: Mint): HerokuWorld {
  const createdAt = now.toISOString()
  const yearLater = new Date(now)
  yearLater.setUTCFullYear(now.getUTCFullYear() + 1)
  return herokuWorld.parse({
    accounts: [{ id: mint.id(), email: 'you@example.com', createdAt }],
    authorizations: [
      {
        id: mint.id(),
        account: 'you@example.com',
        description: 'Heroku CLI login from rehearsal',
        tokenId: mint.id(),
        token: newToken(mint),
        expiresAt: yearLater.toISOString(),
        createdAt,
        updatedAt: createdAt,
      },
    ],
  })
}
