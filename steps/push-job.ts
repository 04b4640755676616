import { CI_CONFIG } from '../src/answers/forms/ci-config.ts'
import { ciJobs } from '../src/answers/forms/ci-jobs.ts'
import type { Cause } from '../src/clouds/cause.ts'
import type { Look } from '../src/engine/step.ts'
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

/** The answers of every area. */
export const AREA_JOBS = ['herokuJobs', 'dockerHubJobs', 'googleJobs'] as const satisfies readonly Area[]

type OfGoogle = { readonly circleJobs: Str; readonly googleJobs?: Str }

/** Does CI push to Google at all? Without, nothing of that lane is needed. */
export const pushesToGoogle = (answers: OfGoogle): boolean => jobsOf(answers, 'googleJobs').length > 0

/** Does CI push to Docker Hub at all? */
export const pushesToHub = (answers: { readonly circleJobs: Str; readonly dockerHubJobs?: Str }): boolean =>
  jobsOf(answers, 'dockerHubJobs').length > 0

/** The answers by which that is known. */
export const HUB_JOBS = ['circleJobs', 'dockerHubJobs'] as const

/** Why CI will not push to Google, where the checkout's config has the jobs for it and no workflow runs one of them. */
export function neverPushes(look: Look<'circleJobs' | 'googleJobs'>): Cause | undefined {
  const pushing = jobsOf(look.answers, 'googleJobs')
  const defined = ciJobs(look.file(CI_CONFIG) ?? '').filter(({ job }) => pushing.includes(job))
  if (defined.length === 0 || defined.some(({ workflow }) => workflow !== undefined)) return undefined
  const names = [...new Set(defined.map(({ job }) => job))].join(', ')
  return {
    code: 'no-workflow',
    asked: CI_CONFIG,
    said: `no workflow runs ${names}`,
    means: `CI never pushes to Google: ${names} is defined in ${CI_CONFIG}, and no workflow runs it.`,
    next: `Add it to a workflow in ${CI_CONFIG}, commit and push, and run again. To do without Google: --skip google`,
  }
}

/** The fact that tells when CI's account lost its roles on the project. */
export const STRIPPED = 'google.strip:changed'

/** Does CI come to Google by its own identity, without a key? */
export const isKeyless = ({ googleRoute }: { readonly googleRoute: Str }): boolean => googleRoute === 'keyless'

/** Does CI have a key of Google's, which a context holds? */
export const hasGoogleKey = (answers: OfGoogle & { readonly googleRoute: Str }): boolean =>
  pushesToGoogle(answers) && !isKeyless(answers)

/** Does CI have a credential of Heroku's or Docker Hub's, which share a context? */
export const hasHerokuOrHub = (answers: Parameters<typeof jobsOf>[0]): boolean =>
  jobsOf(answers, 'herokuJobs').length > 0 || pushesToHub(answers)
