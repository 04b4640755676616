import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { nameOf } from './caller.ts'
import { PAGES, paged } from './page.ts'
import { projectFor } from './project.ts'
import { refuse } from './refusals.ts'
import { type Ask, ok, type Reply, type Route, read, withChanged } from './route.ts'
import type { BillingAccount, GoogleWorld, Project } from './world.ts'

const api = 'cloudbilling'

/** Cloud Billing v1: accounts, and which of them pays for a project. */
export const BILLING: readonly Route[] = [
  { api, method: 'GET', pattern: '/v1/billingAccounts', takes: ['filter', ...PAGES], handle: list },
  { api, method: 'GET', pattern: '/v1/billingAccounts/*', handle: ask => ok(shown(accountFor(ask, ask.names[0]))) },
  {
    api,
    method: 'GET',
    pattern: '/v1/projects/*/billingInfo',
    handle: ask => ok(infoShown(ask.world, projectFor(ask, 'resourcemanager.projects.get'))),
  },
  { api, method: 'PUT', pattern: '/v1/projects/*/billingInfo', handle: link },
]

/** facts/google.md 1, row 2: `filter` says open=true, if anything. */
function list(ask: Ask): Reply {
  const filter = ask.query.get('filter') ?? ''
  const [, open] = /^open\s*[=:]\s*"?(true|false)"?$/.exec(filter) ?? []
  if (filter && open === undefined) throw refuse.invalid('Invalid filter.')
  const own = ask.world.billingAccounts
    .filter(({ users }) => users.includes(nameOf(ask.caller)))
    .filter(one => open === undefined || String(one.open) === open)
  return ok(paged(ask, 'billingAccounts', own.map(shown)))
}

const given = z.strictObject({
  billingAccountName: z.string().default(''),
  name: z.string().exactOptional(),
  projectId: z.string().exactOptional(),
  billingEnabled: z.boolean().exactOptional(),
})

/** A closed account is taken, and pays for nothing; one that is unknown is told as if of the project (facts/google.md 1.3). */
function link(ask: Ask): Reply {
  const { billingAccountName } = read(given, ask.body)
  const id = billingAccountName.replace(/^billingAccounts\//, '')
  const permission = id ? 'createBillingAssignment' : 'deleteBillingAssignment'
  const project = projectFor(ask, `resourcemanager.projects.${permission}`)
  const { id: wanted, projectQuota } = id ? accountFor(ask, id) : { id: null, projectQuota: null }
  const paid = ask.world.projects.filter(one => one.billingAccount === wanted && one !== project)
  if (wanted !== null && projectQuota !== null && paid.length >= projectQuota) throw refuse.billingQuota()
  const world = withChanged(ask.world, 'projects', project, { billingAccount: wanted })
  return ok(infoShown(world, { ...project, billingAccount: wanted }), world)
}

function accountFor({ world, caller }: Ask, id: string | undefined): BillingAccount {
  const found = world.billingAccounts.find(one => one.id === id && one.users.includes(nameOf(caller)))
  if (!found) throw refuse.forbidden()
  return found
}

/** Does an open account pay for the project? */
export const isBilled = (world: GoogleWorld, { billingAccount }: Project): boolean =>
  world.billingAccounts.some(({ id, open }) => id === billingAccount && open)

const shown = ({ id, displayName, open }: BillingAccount): { readonly [key: string]: Json } => ({
  name: `billingAccounts/${id}`,
  open,
  displayName,
  masterBillingAccount: '',
  currencyCode: 'USD',
})

const infoShown = (world: GoogleWorld, project: Project): { readonly [key: string]: Json } => ({
  name: `projects/${project.id}/billingInfo`,
  projectId: project.id,
  billingAccountName: project.billingAccount === null ? '' : `billingAccounts/${project.billingAccount}`,
  billingEnabled: isBilled(world, project),
})
