import { textAt } from '../../src/clouds/json.ts'
import { readRequest } from '../../src/clouds/policy.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import type { Look } from '../../src/engine/step.ts'
import { path, type Str, shown, t } from '../../src/engine/text.ts'
import { countedTo } from './names.ts'

type Names = { readonly [Name in 'googleProject' | 'registryHost']: Str }

/** Where the old registry kept a host's images: us.gcr.io in us.artifacts.P.appspot.com (facts/google.md 0.2). */
export const bucketOf = ({ googleProject, registryHost }: Names): Str =>
  t`${shown(registryHost).replace(/gcr\.io$/, '')}artifacts.${googleProject}.appspot.com`

export const bucketPath = (names: Names): Str => path`/storage/v1/b/${bucketOf(names)}`

/** What Google answers of the bucket that the images go to. */
export const readOfBucket = (look: Look<'googleProject' | 'registryHost'>): Promise<VendorReply> =>
  look.read('google-storage', bucketPath(look.answers))

/** What it answers of the bucket's policy. */
export const readOfPolicy = (look: Look<'googleProject' | 'registryHost'>): Promise<VendorReply> =>
  look.read('google-storage', readRequest({ path: shown(bucketPath(look.answers)), reads: 'bucket' }).path)

/** How Artifact Registry has taken the host over, as Google calls it; undefined where it has not, or that is not told (facts/google.md 2). */
export async function redirectionOf(look: Look<'googleProject'>): Promise<string | undefined> {
  const settings = path`/v1/projects/${look.answers.googleProject}/projectSettings`
  const reply = await look.read('google-registry', settings, { headers: countedTo(look.answers) })
  const state = textAt(reply.body, 'legacyRedirectionState')
  return state === undefined || /(?:UNSPECIFIED|DISABLED)$/.test(state) ? undefined : state
}
