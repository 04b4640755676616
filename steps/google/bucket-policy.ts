import { type Rights, rightsIn } from '../../src/clouds/google-rights.ts'
import { type Bucket, readBucket } from '../../src/clouds/google-storage.ts'
import { textAt } from '../../src/clouds/json.ts'
import { readRequest } from '../../src/clouds/policy.ts'
import type { Look } from '../../src/engine/step.ts'
import { path, type Str, shown, t } from '../../src/engine/text.ts'
import { countedTo, memberOf } from './names.ts'

type Names = { readonly [Name in 'googleProject' | 'registryHost']: Str }

/** Where the old registry kept a host's images: us.gcr.io in us.artifacts.P.appspot.com (facts/google.md 0.2). */
export const bucketOf = ({ googleProject, registryHost }: Names): Str =>
  t`${shown(registryHost).replace(/gcr\.io$/, '')}artifacts.${googleProject}.appspot.com`

export const bucketPath = (names: Names): Str => path`/storage/v1/b/${bucketOf(names)}`

/** The bucket that the images go to. Throws SetupError with a refusal that tells nothing of it. */
export const lookAtBucket = async (look: Look<'googleProject' | 'registryHost'>): Promise<Bucket | 'absent'> =>
  readBucket(await look.read('google-storage', bucketPath(look.answers)))

/** Whose it is by its own policy. Throws SetupError with a refusal. */
export async function rightsOnBucket(
  look: Look<'googleProject' | 'googleServiceAccountId' | 'registryHost'>,
): Promise<Rights> {
  const { path } = readRequest({ path: shown(bucketPath(look.answers)), reads: 'bucket' })
  return rightsIn(await look.read('google-storage', path), shown(memberOf(look.answers)))
}

/** How Artifact Registry has taken the host over, as Google calls it; undefined where it has not, or that is not told (facts/google.md 2). */
export async function redirectionOf(look: Look<'googleProject'>): Promise<string | undefined> {
  const settings = path`/v1/projects/${look.answers.googleProject}/projectSettings`
  const reply = await look.read('google-registry', settings, { headers: countedTo(look.answers) })
  const state = textAt(reply.body, 'legacyRedirectionState')
  return state === undefined || /(?:UNSPECIFIED|DISABLED)$/.test(state) ? undefined : state
}
