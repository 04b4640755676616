import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TODAY } from '../../../src/rehearsal/stand-in/checkouts.ts'
import { makeCheckout } from '../../support/checkout.ts'

/** A checkout in dummyapp's form that really builds, from the images below. */
export function buildableCheckout(folder: string): string {
  mkdirSync(folder)
  return makeCheckout({ folder, files: TODAY.files })
}

/** The programs that the build above runs, in the place of golang: this machine's, with what they are linked to. */
const PROGRAMS = ['/bin/sh', '/bin/mkdir']
/** In the place of Go: its output has the tags in it. */
const GO = `#!/bin/sh
while [ $# -gt 0 ]; do
  case $1 in
  -o) out=$2 ;;
  -tags) tags=$2 ;;
  esac
  shift
done
mkdir -p "\${out%/*}"
echo "built with $tags" >"$out"
`

/** The images that the Dockerfile names, here without a network. */
export const IMAGES = { builder: 'golang:1.14.6', data: 'philpennock/poetry:latest' } as const

/** Builds the images that the checkout's build starts from. */
export function startingImages(folder: string, docker: (...argv: readonly string[]) => void): void {
  const root = join(folder, 'root')
  for (const program of PROGRAMS) {
    const linked = execFileSync('ldd', [program], { encoding: 'utf8' }).match(/\/\S+/g) ?? []
    for (const file of [program, ...linked]) {
      mkdirSync(join(root, dirname(file)), { recursive: true })
      cpSync(file, join(root, file), { dereference: true })
    }
  }
  mkdirSync(join(root, 'tmp'))
  writeFileSync(join(root, 'bin/go'), GO, { mode: 0o755 })
  mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true })
  writeFileSync(join(root, 'etc/ssl/certs/ca-certificates.crt'), 'none\n')
  writeFileSync(join(folder, 'poem'), 'Roses are red\n')
  writeFileSync(join(folder, 'builder.Dockerfile'), 'FROM scratch\nCOPY root /\n')
  writeFileSync(join(folder, 'data.Dockerfile'), 'FROM scratch\nCOPY poem /\n')
  for (const [name, image] of Object.entries(IMAGES)) {
    docker('build', '--quiet', '--tag', image, '--file', join(folder, `${name}.Dockerfile`), folder)
  }
}
