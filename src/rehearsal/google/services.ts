import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { SERVICES } from './apis.ts'
import { isBilled } from './billing.ts'
import { begun } from './operations.ts'
import { PAGES, paged } from './page.ts'
import { liveProjectFor } from './project.ts'
import { refuse } from './refusals.ts'
import { type Ask, ok, type Reply, type Route, read, withChanged } from './route.ts'
import type { Project } from './world.ts'

const api = 'serviceusage'

/** Service Usage v1: which APIs a project has. */
export const SERVICE_USAGE: readonly Route[] = [
  { api, method: 'GET', pattern: '/v1/projects/*/services', takes: ['filter', ...PAGES], handle: list },
  { api, method: 'GET', pattern: '/v1/projects/*/services/*', handle: one },
  {
    api,
    method: 'POST',
    pattern: '/v1/projects/*/services/*/:enable',
    handle: ask => enabled(ask, [ask.names[1] ?? '']),
  },
  { api, method: 'POST', pattern: '/v1/projects/*/services/:batchEnable', handle: enableSome },
  { api, method: 'POST', pattern: '/v1/projects/*/services/*/:disable', handle: disable },
]

/** What is already enabled comes to (facts/google.md 1.4). */
const NOOP = 'operations/noop.DONE_OPERATION'
const MOST = 20

function list(ask: Ask): Reply {
  const project = liveProjectFor(ask, undefined, 'serviceusage.services.list')
  const filter = ask.query.get('filter') ?? ''
  const [, state] = /^state:(ENABLED|DISABLED)$/.exec(filter) ?? []
  if (filter && state === undefined) throw refuse.invalid('Invalid filter.')
  const all = Object.keys(SERVICES).map(name => shown(project, name))
  return ok(
    paged(
      ask,
      'services',
      all.filter(service => state === undefined || service.state === state),
    ),
  )
}

function one(ask: Ask): Reply {
  const project = liveProjectFor(ask, undefined, 'serviceusage.services.get')
  const [, name = ''] = ask.names
  assertKnown([name])
  return ok(shown(project, name))
}

const ids = z.strictObject({ serviceIds: z.array(z.string()).min(1).max(MOST) })

function enableSome(ask: Ask): Reply {
  return enabled(ask, read(ids, ask.body).serviceIds)
}

function enabled(ask: Ask, names: readonly string[]): Reply {
  const project = liveProjectFor(ask, undefined, 'serviceusage.services.enable')
  assertKnown(names)
  const missing = names.filter(name => !isEnabled(project, name))
  const unpaid = missing.filter(name => SERVICES[name]?.needsBilling)
  if (unpaid.length && !isBilled(ask.world, project)) throw refuse.noBilling(project.number, unpaid)
  const enabledAt = ask.now.toISOString()
  const now = { ...project, services: [...project.services, ...missing.map(name => ({ name, enabledAt }))] }
  const response = {
    '@type': `type.googleapis.com/google.api.serviceusage.v1.${names.length > 1 ? 'BatchEnableServicesResponse' : 'EnableServiceResponse'}`,
    ...(names.length > 1 ? { services: names.map(name => shown(now, name)) } : { service: shown(now, names[0] ?? '') }),
  }
  if (!missing.length) return ok({ name: NOOP, done: true, response })
  const world = withChanged(ask.world, 'projects', project, { services: now.services })
  return begun(ask, world, { name: `operations/acat.p2-${project.number}-${ask.mint.id()}`, response })
}

const usage = z.strictObject({
  disableDependentServices: z.boolean().default(false),
  checkIfServiceHasUsage: z.string().exactOptional(),
})

function disable(ask: Ask): Reply {
  const project = liveProjectFor(ask, undefined, 'serviceusage.services.disable')
  read(usage, ask.body)
  const [, name = ''] = ask.names
  assertKnown([name])
  if (!isEnabled(project, name)) return ok({ name: NOOP, done: true, response: {} })
  const services = project.services.filter(service => service.name !== name)
  const world = withChanged(ask.world, 'projects', project, { services })
  const response = { service: shown({ ...project, services }, name) }
  return begun(ask, world, { name: `operations/acat.p2-${project.number}-${ask.mint.id()}`, response })
}

const isEnabled = ({ services }: Project, name: string): boolean => services.some(one => one.name === name)

function assertKnown(names: readonly string[]): void {
  const unknown = names.filter(name => !Object.hasOwn(SERVICES, name))
  if (unknown.length) throw refuse.forbidden(`Not found or permission denied for service(s): ${unknown.join(', ')}.`)
}

const shown = (project: Project, name: string): { readonly [key: string]: Json } => ({
  name: `projects/${project.number}/services/${name}`,
  parent: `projects/${project.number}`,
  config: { name, title: SERVICES[name]?.title ?? name },
  state: isEnabled(project, name) ? 'ENABLED' : 'DISABLED',
})
