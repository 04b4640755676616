import type { Str } from '../src/engine/text.ts'

/** The job that pushes to Google, as the document calls it: without it nothing of that lane is needed. */
export const PUSH_JOB = 'push_gce_registry'

/** Does CI push to Google at all? */
export const pushesToGoogle = ({ circleJobs }: { readonly circleJobs: Str }): boolean =>
  typeof circleJobs !== 'string' || circleJobs.split(',').includes(PUSH_JOB)

/** The fact that tells when CI's account lost its roles on the project. */
export const STRIPPED = 'google.strip:changed'

/** Does CI come to Google by its own identity, without a key? */
export const isKeyless = ({ googleRoute }: { readonly googleRoute: Str }): boolean => googleRoute === 'keyless'
