import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { assertServed } from './apis.ts'
import { MEMBER_DOMAINS } from './constraints.ts'
import { effective } from './org-policy.ts'
import { projectFor } from './project.ts'
import { refuse } from './refusals.ts'
import { type Ask, ok, type Reply, type Route, read } from './route.ts'
import { ancestorsOf } from './tree.ts'
import type { Project } from './world.ts'

const READ = 'orgpolicy.policy.get'

/** What an organization decided, as it comes down to a project: Resource Manager v1, and Org Policy v2. */
export const ORG_POLICIES: readonly Route[] = [
  {
    api: 'cloudresourcemanager',
    method: 'POST',
    pattern: '/v1/projects/*/:getEffectiveOrgPolicy',
    handle: effectiveV1,
  },
  { api: 'cloudresourcemanager', method: 'POST', pattern: '/v1/projects/*/:getOrgPolicy', handle: ownV1 },
  { api: 'orgpolicy', method: 'GET', pattern: '/v2/projects/*/policies/*/:getEffectivePolicy', handle: effectiveV2 },
  { api: 'orgpolicy', method: 'GET', pattern: '/v2/projects/*/policies/*', handle: ownV2 },
]

const given = z.strictObject({ constraint: z.string().regex(/^constraints\/[\w.]+$/) })

function asked(ask: Ask): { readonly project: Project; readonly constraint: string } {
  const project = projectFor(ask, READ)
  return { project, constraint: read(given, ask.body).constraint.replace('constraints/', '') }
}

function effectiveV1(ask: Ask): Reply {
  const { project, constraint } = asked(ask)
  return ok(shownV1(ask, project, constraint, effective(ask.world, project, constraint)))
}

function ownV1(ask: Ask): Reply {
  const { project, constraint } = asked(ask)
  return ok(shownV1(ask, project, constraint, ownOf(project, constraint)))
}

/** On or off, or a list with what is allowed. */
function shownV1(ask: Ask, project: Project, constraint: string, enforced: boolean | undefined): Json {
  const name = `constraints/${constraint}`
  if (constraint !== MEMBER_DOMAINS) return { constraint: name, booleanPolicy: enforced ? { enforced } : {} }
  return { constraint: name, listPolicy: enforced ? { allowedValues: allowed(ask, project) } : { allValues: 'ALLOW' } }
}

function effectiveV2(ask: Ask): Reply {
  const project = liveFor(ask)
  const [, constraint = ''] = ask.names
  return ok(shownV2(ask, project, constraint, effective(ask.world, project, constraint) ?? false))
}

function ownV2(ask: Ask): Reply {
  const project = liveFor(ask)
  const [, constraint = ''] = ask.names
  const own = ownOf(project, constraint)
  if (own === undefined) throw refuse.notFound()
  return ok(shownV2(ask, project, constraint, own))
}

/** It must be enabled in the project that it is asked about (facts/google.md 3). */
function liveFor(ask: Ask): Project {
  const project = projectFor(ask, READ)
  assertServed(ask.world, project, 'orgpolicy', ask.now)
  return project
}

function shownV2(ask: Ask, project: Project, constraint: string, enforced: boolean): Json {
  const name = `projects/${project.number}/policies/${constraint}`
  if (constraint !== MEMBER_DOMAINS) return { name, spec: { rules: [{ enforce: enforced }] } }
  return {
    name,
    spec: { rules: [enforced ? { values: { allowedValues: allowed(ask, project) } } : { allowAll: true }] },
  }
}

const ownOf = ({ orgPolicies }: Project, constraint: string): boolean | undefined =>
  orgPolicies.find(one => one.constraint === constraint)?.enforced

const allowed = ({ world }: Ask, { parent }: Project): string[] =>
  ancestorsOf(world, parent).flatMap(one => ('customerId' in one ? [`is:${one.customerId}`] : []))
