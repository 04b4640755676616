import { writeFileSync } from 'node:fs'
import { join } from 'node:path'

export const BUILD_SCRIPT = 'build/build.with-docker.sh'

const ONLY_DOCKER = `#!/bin/sh
for param; do
  case $param in env-*) export "\${param#env-}" ;; esac
done
exec docker build --tag "$DOCKER_PROJECT:$DOCKER_TAG" \${EXTRA_DOCKER_BUILD_ARGS:-} .
`

/** Gives a checkout a build script that starts docker and nothing else, and reads no other file of the checkout. */
export const buildByDockerAlone = (checkout: string): void => writeFileSync(join(checkout, BUILD_SCRIPT), ONLY_DOCKER)
