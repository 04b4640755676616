import { chmodSync } from 'node:fs'
import { join } from 'node:path'
import { installed } from './installed.ts'

/** The binary of a version of Node for this machine, as an npm package has it. */
export async function nodeOf(version: string): Promise<string> {
  const name = `node-${process.platform}-${process.arch}`
  const node = join(await installed(name, version), name, 'bin/node')
  chmodSync(node, 0o755)
  return node
}
