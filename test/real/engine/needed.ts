import { accessSync, constants } from 'node:fs'
import { delimiter, join } from 'node:path'

/** What these tests run, and the Debian package that has it. */
const NEEDED = {
  docker: 'docker.io',
  podman: 'podman',
  runc: 'runc',
  'docker-registry': 'docker-registry',
  skopeo: 'skopeo',
  openssl: 'openssl',
} as const

const FOLDERS = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin']

/** The path of a tool. @throws Error with what installs all that is missing */
export function needed(name: keyof typeof NEEDED): string {
  const found = pathOf(name)
  if (found !== undefined) return found
  const missing = Object.entries(NEEDED).flatMap(([tool, from]) => (pathOf(tool) === undefined ? [from] : []))
  throw new Error(`${name} is not here: apt-get install -y --no-install-recommends ${missing.join(' ')}`)
}

const pathOf = (name: string): string | undefined => FOLDERS.map(folder => join(folder, name)).find(isExecutable)

function isExecutable(file: string): boolean {
  try {
    accessSync(file, constants.X_OK)
    return true
  } catch {
    return false
  }
}
