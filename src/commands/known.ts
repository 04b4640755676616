import { nearest } from '../answers/nearest.ts'
import { EXIT, SetupError } from '../clouds/cause.ts'

/** The areas of a setup, as `--only` and `--skip` name them: the first part of each step's id. */
export const AREAS = ['heroku', 'git', 'docker-hub', 'circleci', 'google', 'repository'] as const

/** @throws SetupError (exit 2) that says the nearest known name */
export function assertKnown(what: 'step' | 'area', name: string, known: readonly string[]): void {
  if (known.includes(name)) return
  const meant = nearest(name, known)
  throw new SetupError(
    {
      code: `unknown-${what}`,
      means: `There is no ${what} ${JSON.stringify(name)}.`,
      next: meant ? `Did you mean ${meant}? Correct it, and run again.` : `Use one of these: ${known.join(', ')}.`,
    },
    EXIT.input,
  )
}

/**
 * Reads a comma-separated list of areas, as commander gives it, after those of earlier options.
 * @throws SetupError (exit 2) when one is not an area
 */
export function readAreas(value: string, before: readonly string[]): readonly string[] {
  const areas = value.split(',').map(area => area.trim())
  for (const area of areas) assertKnown('area', area, AREAS)
  return [...before, ...areas]
}

/** @throws SetupError (exit 2) where the options leave nothing to do: that would end as if all were done */
export function assertAnyArea({
  only,
  skip,
}: {
  readonly only: readonly string[]
  readonly skip: readonly string[]
}): void {
  if ((only.length > 0 ? only : AREAS).some(area => !skip.includes(area))) return
  throw new SetupError(
    {
      code: 'no-area',
      means: 'Every area is left out by --skip, so there is nothing to do.',
      next: 'Correct --only or --skip, and run again.',
    },
    EXIT.input,
  )
}
