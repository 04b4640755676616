import { type Repository, readRepository } from '../../src/clouds/google-registry.ts'
import { type Rights, rightsIn } from '../../src/clouds/google-rights.ts'
import { readRequest } from '../../src/clouds/policy.ts'
import type { Look } from '../../src/engine/step.ts'
import { shown } from '../../src/engine/text.ts'
import { justEnabled } from './enabled.ts'
import { countedTo, memberOf, repositoryPath } from './names.ts'

/** The repository that the images go to; throws SetupError with a refusal that tells nothing of it. */
export async function lookAtRepository(
  look: Look<'googleProject' | 'registryHost'>,
): Promise<Repository | 'absent' | 'unserved'> {
  const headers = countedTo(look.answers)
  return readRepository(await look.read('google-registry', repositoryPath(look.answers), { headers }))
}

/** What a look sees where the registry was switched on a moment ago, and does not answer yet. */
export async function notServedYet(look: Look<'googleProject' | 'registryHost'>) {
  const headers = countedTo(look.answers)
  return justEnabled(await look.read('google-registry', repositoryPath(look.answers), { headers }), look)
}

/** What CI's account may do in it, by its own policy. Throws SetupError with a refusal. */
export async function rightsOnRepository(
  look: Look<'googleProject' | 'googleServiceAccountId' | 'registryHost'>,
): Promise<Rights> {
  const headers = countedTo(look.answers)
  const { path } = readRequest({ path: shown(repositoryPath(look.answers)), reads: 'repository' })
  return rightsIn(await look.read('google-registry', path, { headers }), shown(memberOf(look.answers)))
}
