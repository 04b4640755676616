import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { basic, type Secret } from './secret.ts'

const PREFIX = 'dummyapp-setup-docker-'

/** What a killed run may have left is older than any push takes. */
const LEFT_BEHIND_MS = 3_600_000

/**
 * A configuration folder for docker that knows one registry, apart from the person's own, which docker would write the
 * sign-in into. It lies in the session's memory-backed folder where there is one, mode 700.
 * @returns the folder for DOCKER_CONFIG, and what removes it
 */
export function makeDockerConfig(
  env: NodeJS.ProcessEnv,
  { host, user, secret }: { readonly host: string; readonly user: string; readonly secret: Secret },
): { readonly folder: string; remove(): void } {
  const root = env.XDG_RUNTIME_DIR || tmpdir()
  removeOld(root)
  const folder = mkdtempSync(join(root, PREFIX))
  const auth = basic(user, secret).replace(/^Basic /, '')
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ auths: { [host]: { auth } } }), { mode: 0o600 })
  return { folder, remove: () => rmSync(folder, { recursive: true, force: true }) }
}

function removeOld(root: string): void {
  for (const name of readdirSync(root).filter(one => one.startsWith(PREFIX))) {
    const folder = join(root, name)
    const since = Date.now() - (statSync(folder, { throwIfNoEntry: false })?.mtimeMs ?? 0)
    if (since > LEFT_BEHIND_MS) rmSync(folder, { recursive: true, force: true })
  }
}
