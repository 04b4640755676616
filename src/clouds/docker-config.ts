import { symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { homeFolder } from './home.ts'
import { type Json, textAt } from './json.ts'
import { readOrdinary } from './ordinary-file.ts'
import { makePrivateFolder, noPlace, type PrivateFolder } from './private-folder.ts'
import { basic, type Secret } from './secret.ts'

/** What docker looks up beside its configuration: without them it would speak to another daemon, or lack a command. */
const SHARED = ['contexts', 'cli-plugins']
/** Far more than docker’s own settings take, in bytes. */
const LONGEST = 2 ** 20

/**
 * A configuration folder for docker that knows one registry, apart from the person's own, which docker would write the
 * sign-in into.
 * @returns the folder; the variables by which docker finds it, and podman under docker's name; and what removes it
 * @throws SetupError where it cannot be written
 */
export function makeDockerConfig(
  env: NodeJS.ProcessEnv,
  { host, user, secret }: { readonly host: string; readonly user: string; readonly secret: Secret },
): PrivateFolder & { readonly env: Readonly<Record<string, string>> } {
  const { folder, remove } = makePrivateFolder(env, 'docker')
  try {
    const own = join(homeFolder(env) ?? folder, '.docker')
    const currentContext = contextIn(own)
    const auth = basic(user, secret).replace(/^Basic /, '')
    const file = join(folder, 'config.json')
    const config = { auths: { [host]: { auth } }, ...(currentContext && { currentContext }) }
    writeFileSync(file, JSON.stringify(config), { mode: 0o600, flag: 'wx' })
    for (const name of SHARED) symlinkSync(join(own, name), join(folder, name))
    return { folder, env: { DOCKER_CONFIG: folder, REGISTRY_AUTH_FILE: file }, remove }
  } catch (error) {
    remove()
    throw noPlace(folder, error)
  }
}

/** The daemon that the person has chosen, by docker context use. */
function contextIn(folder: string): string | undefined {
  try {
    const settings = readOrdinary(join(folder, 'config.json'), LONGEST, { throughLinks: true })
    return textAt(JSON.parse(settings.toString('utf8')) as Json, 'currentContext')
  } catch {
    return undefined
  }
}
