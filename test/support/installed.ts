import { existsSync, renameSync, rmSync } from 'node:fs'
import { homedir } from 'node:os'
import { join } from 'node:path'
import { execa } from 'execa'

/** Outside of the checkout, and kept from one run to the next. */
const CACHE = join(homedir(), '.cache', 'dummyapp-setup-test')

/**
 * The node_modules folder of a package with all that it needs, installed into a cache of its own at the first use; none of
 * its scripts runs. Throws what npm throws.
 */
export async function installed(name: string, version: string): Promise<string> {
  const folder = join(CACHE, `${name.replaceAll('/', '-')}-${version}`)
  if (existsSync(folder)) return join(folder, 'node_modules')
  const draft = `${folder}.${process.pid}`
  await execa('npm', ['install', '--prefix', draft, `${name}@${version}`, ...QUIETLY])
  // Whole or not at all; another test file may have been quicker.
  if (existsSync(folder)) rmSync(draft, { recursive: true })
  else renameSync(draft, folder)
  return join(folder, 'node_modules')
}

const QUIETLY = ['--no-save', '--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier']
