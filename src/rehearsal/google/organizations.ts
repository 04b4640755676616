import type { Json } from '../../clouds/json.ts'
import { PAGES, paged } from './page.ts'
import { policyRoutes } from './policies.ts'
import { refuse } from './refusals.ts'
import { may } from './rights.ts'
import { type Ask, ok, type Route, withChanged } from './route.ts'
import { ancestorsOf } from './tree.ts'
import type { Folder, Organization } from './world.ts'

const api = 'cloudresourcemanager'
const VERSIONS = { organizations: ['v1', 'v3'], folders: ['v2', 'v3'] } as const

/** What is above projects. */
export const ORGANIZATIONS: readonly Route[] = [
  {
    api,
    method: 'POST',
    pattern: '/v1/organizations/:search',
    takes: PAGES,
    handle: ask => ok(paged(ask, 'organizations', seenBy(ask).map(organizationV1))),
  },
  {
    api,
    method: 'GET',
    pattern: '/v3/organizations/:search',
    takes: PAGES,
    handle: ask => ok(paged(ask, 'organizations', seenBy(ask).map(organizationV3))),
  },
  {
    api,
    method: 'GET',
    pattern: '/v1/organizations/*',
    handle: ask =>
      ok(organizationV1(nodeFor(ask, 'organizations', 'resourcemanager.organizations.get') as Organization)),
  },
  {
    api,
    method: 'GET',
    pattern: '/v3/organizations/*',
    handle: ask =>
      ok(organizationV3(nodeFor(ask, 'organizations', 'resourcemanager.organizations.get') as Organization)),
  },
  ...VERSIONS.folders.map(
    (version): Route => ({
      api,
      method: 'GET',
      pattern: `/${version}/folders/*`,
      handle: ask => ok(folderShown(nodeFor(ask, 'folders', 'resourcemanager.folders.get') as Folder, version)),
    }),
  ),
  ...(['organizations', 'folders'] as const).flatMap(kind =>
    VERSIONS[kind].flatMap(version =>
      policyRoutes({
        api,
        pattern: `/${version}/${kind}/*`,
        reads: 'POST, body',
        permissions: `resourcemanager.${kind}`,
        find: (ask, permission) => {
          const node = nodeFor(ask, kind, permission)
          return {
            policy: node.policy,
            place: 'organization',
            resource: `${kind}/${node.id}`,
            under: { parent: `${kind}/${node.id}`, orgPolicies: [] },
            chain: ancestorsOf(ask.world, `${kind}/${node.id}`),
            with: policy => withChanged(ask.world, kind, node as never, { policy }),
          }
        },
      }),
    ),
  ),
]

function nodeFor({ world, caller, now, names: [id] }: Ask, kind: 'organizations' | 'folders', permission?: string) {
  const found = world[kind].find(one => one.id === id)
  const isLetIn = permission === undefined || may(world, caller, ancestorsOf(world, `${kind}/${id}`), permission, now)
  if (!found || !isLetIn) throw refuse.forbidden()
  return found
}

const seenBy = ({ world, caller, now }: Ask): readonly Organization[] =>
  world.organizations.filter(one => may(world, caller, [one], 'resourcemanager.organizations.get', now))

const organizationV1 = ({ id, domain, customerId, createdAt }: Organization): { readonly [key: string]: Json } => ({
  name: `organizations/${id}`,
  organizationId: id,
  displayName: domain,
  owner: { directoryCustomerId: customerId },
  creationTime: createdAt,
  lifecycleState: 'ACTIVE',
})

const organizationV3 = ({ id, domain, customerId, createdAt }: Organization): { readonly [key: string]: Json } => ({
  name: `organizations/${id}`,
  displayName: domain,
  directoryCustomerId: customerId,
  createTime: createdAt,
  state: 'ACTIVE',
})

const folderShown = ({ id, parent, displayName }: Folder, version: 'v2' | 'v3'): { readonly [key: string]: Json } => ({
  name: `folders/${id}`,
  parent,
  displayName,
  [version === 'v2' ? 'lifecycleState' : 'state']: 'ACTIVE',
})
