import * as z from 'zod'
import { ISSUERS } from './constraints.ts'
import { attributeCondition, attributeMapping } from './expression.ts'
import {
  isGone,
  isKept,
  livePoolFor,
  nameOfPool,
  poolFor,
  providerFor,
  shownPool,
  shownProvider,
} from './identity-pool.ts'
import { begun, endOf, operationUnder } from './operations.ts'
import { effective } from './org-policy.ts'
import { PAGES, paged } from './page.ts'
import { liveProjectFor } from './project.ts'
import { refuse } from './refusals.ts'
import { type Ask, ok, type Reply, type Route, read, withChanged, withNew } from './route.ts'
import { type GoogleWorld, type IdentityPool, type IdentityProvider, newPool, newProvider } from './world.ts'

const api = 'iam'
const POOLS = '/v1/projects/*/locations/global/workloadIdentityPools'
const PROVIDERS = `${POOLS}/*/providers`
const POOL = 'iam.workloadIdentityPools'
const PROVIDER = 'iam.workloadIdentityPoolProviders'

/** IAM v1: pools of identities from elsewhere, and who vouches for them (facts/google.md 1.8, 1.9). */
export const IDENTITY_POOLS: readonly Route[] = [
  { api, method: 'POST', pattern: POOLS, takes: ['workloadIdentityPoolId'], handle: create },
  { api, method: 'GET', pattern: POOLS, takes: ['showDeleted', ...PAGES], handle: list },
  { api, method: 'GET', pattern: `${POOLS}/*`, handle: ask => ok(shownPool(ask.world, poolFor(ask, `${POOL}.get`))) },
  { api, method: 'PATCH', pattern: `${POOLS}/*`, takes: ['updateMask'], handle: change },
  { api, method: 'DELETE', pattern: `${POOLS}/*`, handle: ask => removed(ask, ask.now.toISOString()) },
  { api, method: 'POST', pattern: `${POOLS}/*/:undelete`, handle: ask => removed(ask, null) },
  { api, method: 'POST', pattern: PROVIDERS, takes: ['workloadIdentityPoolProviderId'], handle: createProvider },
  { api, method: 'GET', pattern: PROVIDERS, takes: ['showDeleted', ...PAGES], handle: listProviders },
  {
    api,
    method: 'GET',
    pattern: `${PROVIDERS}/*`,
    handle: ask => {
      const pool = poolFor(ask, `${PROVIDER}.get`)
      return ok(shownProvider(ask.world, pool, providerFor(ask, pool)))
    },
  },
  { api, method: 'PATCH', pattern: `${PROVIDERS}/*`, takes: ['updateMask'], handle: changeProvider },
  { api, method: 'DELETE', pattern: `${PROVIDERS}/*`, handle: ask => removedProvider(ask, ask.now.toISOString()) },
  { api, method: 'POST', pattern: `${PROVIDERS}/*/:undelete`, handle: ask => removedProvider(ask, null) },
  { api, method: 'GET', pattern: `${POOLS}/*/operations/*`, handle: operation },
  { api, method: 'GET', pattern: `${PROVIDERS}/*/operations/*`, handle: operation },
]

/** facts/google.md 1, validation rules. */
const ID = /^(?!gcp-)[a-z\d-]{4,32}$/

const MOST_ATTRIBUTES = 50
const LONGEST_ISSUER = 2000

const describedGiven = {
  name: z.string().exactOptional(),
  displayName: z.string().max(32).default(''),
  description: z.string().max(256).default(''),
  disabled: z.boolean().default(false),
}
const pool = z.strictObject({ ...describedGiven })
const provider = z.strictObject({
  ...describedGiven,
  attributeMapping: z.record(z.string(), z.string().max(2048)).default({}),
  attributeCondition: z.string().max(4096).default(''),
  oidc: z
    .strictObject({
      issuerUri: z.string().default(''),
      allowedAudiences: z.array(z.string().min(1).max(256)).max(10).default([]),
    })
    .prefault({}),
})

function create(ask: Ask): Reply {
  const project = liveProjectFor(ask, api, `${POOL}.create`, () => refuse.permission(`${POOL}.create`))
  const id = ask.query.get('workloadIdentityPoolId') ?? ''
  if (!ID.test(id)) throw refuse.invalid(`Invalid workload identity pool ID '${id}'.`)
  const { name: _, ...given } = read(pool, ask.body)
  const rivals = ask.world.identityPools.filter(one => one.project === project.id && one.id === id)
  if (rivals.some(one => !isGone(one, ask.now))) throw refuse.exists()
  const made = newPool({ ...given, project: project.id, id, readyAt: endOf(ask).toISOString() })
  return underWay(ask, withNew(ask.world, 'identityPools', made), nameOfPool(ask.world, made))
}

function list(ask: Ask): Reply {
  const project = liveProjectFor(ask, api, `${POOL}.list`, () => refuse.permission(`${POOL}.list`))
  const own = ask.world.identityPools.filter(one => one.project === project.id && isListed(ask, one))
  const shown = own.map(one => shownPool(ask.world, one))
  return ok(paged(ask, 'workloadIdentityPools', shown))
}

const isListed = ({ query, now }: Ask, one: IdentityPool | IdentityProvider): boolean =>
  isKept(one, now) && (one.deletedAt === null || query.get('showDeleted') === 'true')

function change(ask: Ask): Reply {
  const found = livePoolFor(ask, `${POOL}.update`)
  const { displayName, description, disabled } = read(pool, ask.body)
  const by = masked<IdentityPool>(ask, {
    displayName: { displayName },
    description: { description },
    disabled: { disabled },
  })
  return underWay(ask, withChanged(ask.world, 'identityPools', found, by), nameOfPool(ask.world, found))
}

/** What of something changes by the mask, of what each of the names that it may have would change. */
function masked<T>({ query }: Ask, all: Readonly<Record<string, Partial<T>>>): Partial<T> {
  const wanted = (query.get('updateMask') ?? '').split(',').filter(Boolean)
  const unknown = wanted.find(one => !Object.hasOwn(all, one))
  if (wanted.length === 0 || unknown !== undefined) throw refuse.invalid(`Invalid update mask: ${unknown ?? 'none'}.`)
  return Object.assign({}, ...wanted.map(name => all[name]))
}

function removed(ask: Ask, deletedAt: string | null): Reply {
  const found = poolFor(ask, `${POOL}.${deletedAt === null ? 'undelete' : 'delete'}`)
  if ((found.deletedAt === null) === (deletedAt === null)) throw refuse.precondition()
  return underWay(ask, withChanged(ask.world, 'identityPools', found, { deletedAt }), nameOfPool(ask.world, found))
}

function createProvider(ask: Ask): Reply {
  const found = livePoolFor(ask, `${PROVIDER}.create`)
  const id = ask.query.get('workloadIdentityPoolProviderId') ?? ''
  if (!ID.test(id)) throw refuse.invalid(`Invalid workload identity pool provider ID '${id}'.`)
  const given = read(provider, ask.body)
  if (found.providers.some(one => one.id === id && !isGone(one, ask.now))) throw refuse.exists()
  const { displayName, description, disabled } = given
  const made = newProvider({
    ...{ id, displayName, description, disabled, ...valuesOf(given) },
    readyAt: endOf(ask).toISOString(),
  })
  assertSound(ask, found, made)
  return withProviders(ask, found, [...found.providers, made], made)
}

const valuesOf = ({ attributeMapping, attributeCondition, oidc }: z.infer<typeof provider>) => ({
  mapping: attributeMapping,
  condition: attributeCondition,
  issuer: oidc.issuerUri,
  audiences: oidc.allowedAudiences,
})

/** Throws a Refusal for what Google would not take either. */
function assertSound({ world }: Ask, found: IdentityPool, { issuer, mapping, condition }: IdentityProvider): void {
  if (!isIssuer(issuer)) throw refuse.invalid('The issuer URI must be an https URI.')
  if (mapping['google.subject'] === undefined) throw refuse.invalid('The mapping must map google.subject.')
  const names = Object.keys(mapping)
  if (names.some(one => !/^(?:google\.(?:subject|groups)|attribute\.[a-z\d_]{1,100})$/.test(one))) {
    throw refuse.invalid('The mapping has an unknown attribute.')
  }
  if (names.filter(one => one.startsWith('attribute.')).length > MOST_ATTRIBUTES) {
    throw refuse.invalid(`The mapping has more than ${MOST_ATTRIBUTES} custom attributes.`)
  }
  try {
    for (const text of Object.values(mapping)) attributeMapping(text)
    if (condition) attributeCondition(condition)
  } catch (error) {
    throw refuse.invalid(`Invalid expression: ${error instanceof Error ? error.message : ''}`)
  }
  const owner = world.projects.find(({ id }) => id === found.project)
  const allowed = owner && effective(world, owner, ISSUERS)
  if (allowed?.enforced && !(allowed.values ?? []).includes(issuer)) throw refuse.issuer(issuer)
}

/** OpenID Connect Discovery 1.0, 2: https, and neither query nor fragment. */
const isIssuer = (text: string): boolean =>
  text.length <= LONGEST_ISSUER &&
  /^https:\/\/[^/@\s?#]+(?:\/[!-~]*)?$/.test(text) &&
  !/[?#]/.test(text) &&
  URL.canParse(text)

function listProviders(ask: Ask): Reply {
  const found = poolFor(ask, `${PROVIDER}.list`)
  const own = found.providers.filter(one => isListed(ask, one))
  const shown = own.map(one => shownProvider(ask.world, found, one))
  return ok(paged(ask, 'workloadIdentityPoolProviders', shown))
}

function changeProvider(ask: Ask): Reply {
  const found = livePoolFor(ask, `${PROVIDER}.update`)
  const old = providerFor(ask, found)
  if (old.deletedAt !== null) throw refuse.precondition()
  const given = read(provider, ask.body)
  const { displayName, description, disabled } = given
  const { mapping, condition, issuer, audiences } = valuesOf(given)
  const by = masked<IdentityProvider>(ask, {
    displayName: { displayName },
    description: { description },
    disabled: { disabled },
    attributeMapping: { mapping },
    attributeCondition: { condition },
    oidc: { issuer, audiences },
    'oidc.issuerUri': { issuer },
    'oidc.allowedAudiences': { audiences },
  })
  const made: IdentityProvider = { ...old, ...by }
  assertSound(ask, found, made)
  return withProvider(ask, found, old, made)
}

function removedProvider(ask: Ask, deletedAt: string | null): Reply {
  const found = livePoolFor(ask, `${PROVIDER}.${deletedAt === null ? 'undelete' : 'delete'}`)
  const old = providerFor(ask, found)
  if ((old.deletedAt === null) === (deletedAt === null)) throw refuse.precondition()
  return withProvider(ask, found, old, { ...old, deletedAt })
}

const withProvider = (ask: Ask, found: IdentityPool, old: IdentityProvider, made: IdentityProvider): Reply =>
  withProviders(
    ask,
    found,
    found.providers.map(one => (one === old ? made : one)),
    made,
  )

function withProviders(ask: Ask, found: IdentityPool, providers: IdentityProvider[], { id }: IdentityProvider): Reply {
  const world = withChanged(ask.world, 'identityPools', found, { providers })
  return underWay(ask, world, `${nameOfPool(ask.world, found)}/providers/${id}`)
}

/** None of these is awaited: an operation is answered (facts/google.md 1.8). */
const underWay = (ask: Ask, world: GoogleWorld, name: string): Reply =>
  begun(ask, world, { name: `${name}/operations/${ask.mint.id()}` })

/** Of the pool or provider that it is asked for under, by the project's number or id. */
function operation(ask: Ask): Reply {
  const project = liveProjectFor(ask, api, `${POOL}.get`, () => refuse.permission(`${POOL}.get`))
  const [, id = '', ...rest] = ask.names
  const pool = nameOfPool(ask.world, { project: project.id, id })
  return operationUnder(ask, rest.length > 1 ? `${pool}/providers/${rest[0]}/operations` : `${pool}/operations`)
}
