import { execFileSync } from 'node:child_process'
import { cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { TODAY } from '../../../src/rehearsal/stand-in/checkouts.ts'
import { makeCheckout } from '../../support/checkout.ts'

/** What the Dockerfile takes of the checkout beside the scripts that the stand-in has. */
const BESIDE = {
  'build/ca-certificates.crt': 'none\n',
  // In the place of Go's build.
  'build/build.from-within-dockerfile.sh': `#!/bin/sh
for param; do export "\${param#env-}"; done
printf 'built with %s\\n' "$BUILD_TAGS" >/tmp/dummyapp
`,
}

/** A checkout in dummyapp's form that really builds, from the images below. */
export function buildableCheckout(folder: string): string {
  mkdirSync(folder)
  return makeCheckout({ folder, files: { ...TODAY.files, ...BESIDE } })
}

/** The programs that the build above runs, in the place of golang: this machine's, with what they are linked to. */
const PROGRAMS = ['/bin/sh', '/bin/mkdir']
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
  writeFileSync(join(folder, 'poem'), 'Roses are red\n')
  writeFileSync(join(folder, 'builder.Dockerfile'), 'FROM scratch\nCOPY root /\n')
  writeFileSync(join(folder, 'data.Dockerfile'), 'FROM scratch\nCOPY poem /\n')
  for (const [name, image] of Object.entries(IMAGES)) {
    docker('build', '--quiet', '--tag', image, '--file', join(folder, `${name}.Dockerfile`), folder)
  }
}
