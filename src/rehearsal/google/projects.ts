import * as z from 'zod'
import { memberFor, nameOf } from './caller.ts'
import { numberOf } from './ids.ts'
import { begun, endOf } from './operations.ts'
import { PAGES, paged } from './page.ts'
import { policyRoutes } from './policies.ts'
import { madeBy, projectFor, seenBy, shownV1, shownV3 } from './project.ts'
import { CODE, refuse, TERMS, termsDetail } from './refusals.ts'
import { may } from './rights.ts'
import { type Ask, ok, type Reply, type Route, read, withChanged, withNew } from './route.ts'
import { ancestorsOf, chainOfProject, nodeNamed } from './tree.ts'
import { newProject, PROJECT_ID, PROJECT_NAME, type Project } from './world.ts'

const api = 'cloudresourcemanager'

/** Projects, in Cloud Resource Manager v1 and v3. */
export const PROJECTS: readonly Route[] = [
  { api, method: 'POST', pattern: '/v1/projects', handle: createV1 },
  { api, method: 'GET', pattern: '/v1/projects', takes: ['filter', ...PAGES], handle: list },
  { api, method: 'GET', pattern: '/v1/projects/*', handle: ask => ok(shownV1(projectFor(ask, GET))) },
  { api, method: 'DELETE', pattern: '/v1/projects/*', handle: ask => ok({}, withDeletion(ask)) },
  { api, method: 'POST', pattern: '/v1/projects/*/:undelete', handle: undelete },
  { api, method: 'POST', pattern: '/v1/projects/*/:getAncestry', handle: ancestry },
  { api, method: 'POST', pattern: '/v3/projects', handle: createV3 },
  { api, method: 'GET', pattern: '/v3/projects/:search', takes: PAGES, handle: search },
  { api, method: 'GET', pattern: '/v3/projects/*', handle: ask => ok(shownV3(projectFor(ask, GET))) },
  { api, method: 'DELETE', pattern: '/v3/projects/*', handle: deleteV3 },
  ...['v1', 'v3'].flatMap(version =>
    policyRoutes({
      api,
      pattern: `/${version}/projects/*`,
      reads: 'POST, body',
      permissions: 'resourcemanager.projects',
      find: (ask, permission) => {
        const project = projectFor(ask, permission)
        return {
          policy: project.policy,
          place: 'project',
          resource: `projects/${project.id}`,
          under: project,
          chain: chainOfProject(ask.world, project),
          with: policy => withChanged(ask.world, 'projects', project, { policy }),
        }
      },
    }),
  ),
]

const GET = 'resourcemanager.projects.get'
const labels = z.record(z.string(), z.string()).default({})

const givenV1 = z.strictObject({
  projectId: z.string(),
  name: z.string().exactOptional(),
  labels,
  parent: z.strictObject({ type: z.enum(['organization', 'folder']), id: z.string() }).exactOptional(),
})

function createV1(ask: Ask): Reply {
  const { projectId, name, parent, ...more } = read(givenV1, ask.body)
  const wanted = {
    ...more,
    id: projectId,
    name: name ?? projectId,
    parent: parent ? `${parent.type}s/${parent.id}` : null,
  }
  return created(ask, wanted, project => ({
    '@type': 'type.googleapis.com/google.cloudresourcemanager.v1.Project',
    ...shownV1(project),
  }))
}

const givenV3 = z.strictObject({
  projectId: z.string(),
  displayName: z.string().exactOptional(),
  labels,
  parent: z
    .string()
    .regex(/^(organizations|folders)\/\d+$/)
    .exactOptional(),
})

function createV3(ask: Ask): Reply {
  const { projectId, displayName, parent, ...more } = read(givenV3, ask.body)
  const wanted = { ...more, id: projectId, name: displayName ?? projectId, parent: parent ?? null }
  return created(ask, wanted, project => ({
    '@type': 'type.googleapis.com/google.cloud.resourcemanager.v3.Project',
    ...shownV3(project),
  }))
}

/** What stands in the way of a project is told at once, or by its operation (facts/google.md 4). */
function created(
  ask: Ask,
  wanted: Pick<Project, 'id' | 'name' | 'labels' | 'parent'>,
  shown: (project: Project) => { readonly [key: string]: string | object },
): Reply {
  const { world, caller, now, mint } = ask
  const { id, name } = wanted
  const parent = wanted.parent ?? ownOrganization(ask)
  if (!PROJECT_ID.test(id)) throw refuse.invalid('field [project_id] has issue [project_id is not valid]')
  if (!PROJECT_NAME.test(name)) throw refuse.invalid('field [display_name] has issue [display name is not valid]')
  if (parent !== null) assertMayCreateIn(ask, parent)
  if (wanted.parent === null && caller.by !== 'user')
    throw refuse.invalid('Service accounts cannot create projects without a parent.')
  // One pending deletion, or gone for good, keeps its id for ever (facts/google.md 1, lifecycles).
  if (world.projects.some(one => one.id === id)) throw refuse.exists()
  const operation = `operations/cp.${numberOf(mint, 19)}`
  if (caller.by === 'user') {
    const { acceptedTerms, projectQuota, email } = caller.user
    if (!acceptedTerms) {
      if (world.rules.termsRefusal === 'request') throw refuse.terms()
      const error = { code: CODE.FAILED_PRECONDITION, message: TERMS, details: [termsDetail()] }
      return begun(ask, world, { name: operation, error })
    }
    if (projectQuota !== null && madeBy(world, email) >= projectQuota) {
      return begun(ask, world, { name: operation, error: { code: CODE.RESOURCE_EXHAUSTED, message: QUOTA } })
    }
  }
  const project = newProject({
    ...wanted,
    parent,
    number: numberOf(mint, 12),
    createdBy: nameOf(caller),
    createdAt: now.toISOString(),
    readyAt: endOf(ask).toISOString(),
    policy: { bindings: [{ role: 'roles/owner', members: [memberFor(caller)] }] },
  })
  return begun(ask, withNew(world, 'projects', project), { name: operation, response: shown(project) as never })
}

/** Where a domain has an organization, the projects of its people belong there (support.google.com/googleapi/answer/7053550). */
function ownOrganization({ world, caller }: Ask): string | null {
  const domain = nameOf(caller).split('@')[1]
  const own = caller.by === 'user' ? world.organizations.find(one => one.domain === domain) : undefined
  return own === undefined ? null : `organizations/${own.id}`
}

const QUOTA = 'The project cannot be created because you have exceeded your allotted project quota.'

function assertMayCreateIn({ world, caller, now }: Ask, parent: string): void {
  const node = nodeNamed(world, parent)
  const chain = ancestorsOf(world, parent)
  if (!node || !may(world, caller, chain, 'resourcemanager.projects.create', now)) throw refuse.forbidden()
}

/** `filter` is understood as gcloud sends it, and by id; any other is refused rather than taken for something else. */
function list(ask: Ask): Reply {
  const wanted = (ask.query.get('filter') ?? '').split(/\s+(?:AND\s+)?/).filter(Boolean)
  const found = seenBy(ask)
    .map(shownV1)
    .filter(one =>
      wanted.every(term => {
        const [, key = '', value] = /^(lifecycleState|projectId|id)[:=]([\w-]+)$/.exec(term) ?? []
        if (value === undefined) throw refuse.invalid('Invalid filter.')
        return one[key === 'id' ? 'projectId' : key] === value
      }),
    )
  return ok(paged(ask, 'projects', found))
}

function search(ask: Ask): Reply {
  return ok(paged(ask, 'projects', seenBy(ask).map(shownV3)))
}

function withDeletion(ask: Ask) {
  const project = projectFor(ask, 'resourcemanager.projects.delete')
  if (project.deletedAt !== null) throw refuse.precondition('Project is not active.')
  return withChanged(ask.world, 'projects', project, { deletedAt: ask.now.toISOString() })
}

function deleteV3(ask: Ask): Reply {
  const world = withDeletion(ask)
  return begun(ask, world, { name: `operations/pd.${numberOf(ask.mint, 19)}`, response: {} })
}

function undelete(ask: Ask): Reply {
  const project = projectFor(ask, 'resourcemanager.projects.undelete')
  if (project.deletedAt === null) throw refuse.precondition('Project is not pending deletion.')
  return ok({}, withChanged(ask.world, 'projects', project, { deletedAt: null }))
}

/** The project first, then what is above it. */
function ancestry(ask: Ask): Reply {
  const project = projectFor(ask, GET)
  const above = ancestorsOf(ask.world, project.parent).map(one => ({
    resourceId: { type: 'parent' in one ? 'folder' : 'organization', id: one.id },
  }))
  return ok({ ancestor: [{ resourceId: { type: 'project', id: project.id } }, ...above] })
}
