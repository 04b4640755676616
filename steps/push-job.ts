import type { Str } from '../src/engine/text.ts'

/** The answers that tell which of CI's jobs need what. */
export type Area = 'herokuJobs' | 'dockerHubJobs' | 'googleJobs'

/** CI's jobs that need what an area brings: of those that it runs at all. */
export function jobsOf(
  answers: { readonly circleJobs: Str } & { readonly [K in Area]?: Str },
  area: Area,
): readonly string[] {
  const { circleJobs, [area]: jobs } = answers
  if (typeof jobs !== 'string') return []
  const run = typeof circleJobs === 'string' ? circleJobs.split(',') : jobs.split(',')
  return jobs.split(',').filter(job => run.includes(job))
}

type OfGoogle = { readonly circleJobs: Str; readonly googleJobs?: Str }

/** Does CI push to Google at all? Without, nothing of that lane is needed. */
export const pushesToGoogle = (answers: OfGoogle): boolean => jobsOf(answers, 'googleJobs').length > 0

/** Does CI push to Docker Hub at all? */
export const pushesToHub = (answers: { readonly circleJobs: Str; readonly dockerHubJobs?: Str }): boolean =>
  jobsOf(answers, 'dockerHubJobs').length > 0

/** The answers by which that is known. */
export const HUB_JOBS = ['circleJobs', 'dockerHubJobs'] as const

/** The fact that tells when CI's account lost its roles on the project. */
export const STRIPPED = 'google.strip:changed'

/** Does CI come to Google by its own identity, without a key? */
export const isKeyless = ({ googleRoute }: { readonly googleRoute: Str }): boolean => googleRoute === 'keyless'
