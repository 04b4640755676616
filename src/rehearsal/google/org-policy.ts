import { ancestorsOf } from './tree.ts'
import type { GoogleWorld, Project } from './world.ts'

/** A project, or what of one counts here. */
export type Constrained = Pick<Project, 'parent' | 'orgPolicies'>

/** The nearest decision on a constraint: the project's own, a folder's, the organization's; undefined without one. */
export function effective(world: GoogleWorld, place: Constrained, constraint: string): boolean | undefined {
  return [place, ...ancestorsOf(world, place.parent)]
    .flatMap(({ orgPolicies }) => orgPolicies)
    .find(one => one.constraint === constraint)?.enforced
}

export const isEnforced = (world: GoogleWorld, place: Constrained, constraint: string): boolean =>
  effective(world, place, constraint) === true
