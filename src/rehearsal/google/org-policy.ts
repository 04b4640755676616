import { ancestorsOf } from './tree.ts'
import type { GoogleWorld, Project } from './world.ts'

/** A project, or what of one counts here. */
export type Constrained = Pick<Project, 'parent' | 'orgPolicies'>

type Decision = Constrained['orgPolicies'][number]

/** The nearest decision on a constraint: the project's own, a folder's, the organization's; undefined without one. */
export function effective(world: GoogleWorld, place: Constrained, constraint: string): Decision | undefined {
  return [place, ...ancestorsOf(world, place.parent)]
    .flatMap(({ orgPolicies }) => orgPolicies)
    .find(one => one.constraint === constraint)
}

export const isEnforced = (world: GoogleWorld, place: Constrained, constraint: string): boolean =>
  effective(world, place, constraint)?.enforced === true
