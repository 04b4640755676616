import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { assertServed } from './apis.ts'
import { isList, isManaged, MEMBER_DOMAINS } from './constraints.ts'
import { effective } from './org-policy.ts'
import { projectFor } from './project.ts'
import { refuse } from './refusals.ts'
import { may } from './rights.ts'
import { type Ask, ok, type Reply, type Route, read } from './route.ts'
import { ancestorsOf, nodeNamed } from './tree.ts'
import type { Project } from './world.ts'

const READ = 'orgpolicy.policy.get'

/** What an organization decided, as it comes down to a project or a folder: Resource Manager v1, and Org Policy v2. */
export const ORG_POLICIES: readonly Route[] = [
  v1('projects', ':getEffectiveOrgPolicy', (ask, constraint) => effectiveAt(ask, projectFor(ask, READ), constraint)),
  v1('projects', ':getOrgPolicy', (ask, constraint) => ownAt(ask, projectFor(ask, READ), constraint)),
  ...(['organizations', 'folders'] as const).map(kind =>
    v1(kind, ':getEffectiveOrgPolicy', (ask, constraint) => effectiveAt(ask, nodeFor(ask, kind), constraint)),
  ),
  { api: 'orgpolicy', method: 'GET', pattern: '/v2/projects/*/policies/*/:getEffectivePolicy', handle: effectiveV2 },
  { api: 'orgpolicy', method: 'GET', pattern: '/v2/projects/*/policies/*', handle: ownV2 },
]

/** What a constraint comes to somewhere: on or off, and a list with what is allowed. */
interface Told {
  readonly enforced: boolean
  readonly values: readonly string[]
}
type Place = Pick<Project, 'parent' | 'orgPolicies'>

const given = z.strictObject({ constraint: z.string().regex(/^constraints\/[\w.]+$/) })

function v1(kind: string, verb: string, look: (ask: Ask, constraint: string) => Told): Route {
  return {
    api: 'cloudresourcemanager',
    method: 'POST',
    pattern: `/v1/${kind}/*/${verb}`,
    handle: ask => {
      const constraint = read(given, ask.body).constraint.replace('constraints/', '')
      const told = look(ask, constraint)
      if (isManaged(constraint) && !ask.world.rules.v1KnowsManaged) throw refuse.invalid()
      return ok(shownV1(constraint, told))
    },
  }
}

/** A folder or an organization, as a place below which things are. */
function nodeFor({ world, caller, now, names: [id] }: Ask, kind: 'organizations' | 'folders'): Place {
  const node = nodeNamed(world, `${kind}/${id}`)
  if (!node || !may(world, caller, ancestorsOf(world, `${kind}/${id}`), READ, now)) throw refuse.forbidden()
  return { parent: `${kind}/${id}`, orgPolicies: [] }
}

const effectiveAt = (ask: Ask, place: Place, constraint: string): Told =>
  told(ask, place, constraint, effective(ask.world, place, constraint))

const ownAt = (ask: Ask, project: Project, constraint: string): Told =>
  told(ask, project, constraint, ownOf(project, constraint))

/** The members that an organization lets in by default are its own. */
function told(
  { world }: Ask,
  { parent }: Place,
  constraint: string,
  decision: Project['orgPolicies'][number] | undefined,
): Told {
  const above = constraint === MEMBER_DOMAINS ? ancestorsOf(world, parent) : []
  const own = above.flatMap(one => ('customerId' in one ? [`is:${one.customerId}`] : []))
  return { enforced: decision?.enforced ?? false, values: decision?.values ?? own }
}

function shownV1(constraint: string, { enforced, values }: Told): Json {
  const name = `constraints/${constraint}`
  if (!isList(constraint)) return { constraint: name, booleanPolicy: enforced ? { enforced } : {} }
  if (!enforced) return { constraint: name, listPolicy: { allValues: 'ALLOW' } }
  return { constraint: name, listPolicy: values.length > 0 ? { allowedValues: values } : { allValues: 'DENY' } }
}

function effectiveV2(ask: Ask): Reply {
  const project = liveFor(ask)
  const [, constraint = ''] = ask.names
  return ok(shownV2(project, constraint, effectiveAt(ask, project, constraint)))
}

function ownV2(ask: Ask): Reply {
  const project = liveFor(ask)
  const [, constraint = ''] = ask.names
  if (ownOf(project, constraint) === undefined) throw refuse.notFound()
  return ok(shownV2(project, constraint, ownAt(ask, project, constraint)))
}

/** It must be enabled in the project that it is asked about (facts/google.md 3). */
function liveFor(ask: Ask): Project {
  const project = projectFor(ask, READ)
  assertServed(ask.world, project, 'orgpolicy', ask.now)
  return project
}

function shownV2({ number }: Project, constraint: string, { enforced, values }: Told): Json {
  const name = `projects/${number}/policies/${constraint}`
  if (!isList(constraint)) return { name, spec: { rules: [{ enforce: enforced }] } }
  if (!enforced) return { name, spec: { rules: [{ allowAll: true }] } }
  return { name, spec: { rules: [values.length > 0 ? { values: { allowedValues: values } } : { denyAll: true }] } }
}

const ownOf = ({ orgPolicies }: Project, constraint: string) => orgPolicies.find(one => one.constraint === constraint)
