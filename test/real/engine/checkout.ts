import { execFileSync } from 'node:child_process'
import { chmodSync, cpSync, mkdirSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { git, library, makeCheckout, UPSTREAM } from '../../support/checkout.ts'

/**
 * dummyapp's build as it is shaped, in our own words: settings as arguments, what `go` brings beforehand, a build argument
 * for every ARG that has a variable, and whatever EXTRA_DOCKER_BUILD_ARGS holds.
 */
const FILES = {
  'build/common.lib.sh': `${library(UPSTREAM)}
set -eu
for param; do
  case $param in
  env-*)
    name="\${param#env-}"
    export "\${name%%=*}"="\${param#*=}"
    ;;
  esac
done
: "\${BUILD_TAGS=heroku zerolog}"
: "\${REPO_VERSION:=$(git rev-parse --short HEAD)}"
: "\${DOCKER_TAG:=$REPO_VERSION}"
available_args() { sed -En 's/^ARG  *([^=]*).*/\\1/p' <build/Dockerfile | sort -u; }
cd "$(git rev-parse --show-toplevel)"
`,
  'build/build.with-docker.sh': `#!/usr/bin/env bash
. "$(dirname "$0")/common.lib.sh" "$@"
printf '%s' "$DOCKER_TAG" | grep -qE '^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$'
go mod vendor -v
chmod -R go+rX .git
printf '%s\\n' "$BUILD_TAGS" >build/.docker-go-tags
declare -a extra_args
for arg in $(available_args); do
  envvar="DOCKER_$arg"
  if [ -n "\${!envvar:-}" ]; then
    extra_args+=( --build-arg "\${arg}=\${!envvar}" )
  fi
done
docker build \\
  --tag "$DOCKER_PROJECT:$DOCKER_TAG" \\
  --file build/Dockerfile \\
  --build-arg "APP_VERSION=$REPO_VERSION" \\
  --build-arg "GO_BUILD_TAGS=$BUILD_TAGS" \\
  "\${extra_args[@]}" \\
  \${EXTRA_DOCKER_BUILD_ARGS:-} \\
  .
rm -f -- build/.docker-go-tags
`,
  'build/build.inside.sh': `#!/bin/sh
for param; do export "\${param#env-}"; done
printf 'built with %s\\n' "$BUILD_TAGS" >/tmp/dummyapp
`,
  'build/Dockerfile': `ARG BUILDER_IMAGE="local/builder"
ARG RUNTIME_BASE_IMAGE="scratch"
ARG GO_BUILD_TAGS=""

FROM \${BUILDER_IMAGE} AS builder
ARG GO_BUILD_TAGS
ADD . dummyapp
WORKDIR dummyapp
RUN build/build.inside.sh env-BUILD_TAGS="\${GO_BUILD_TAGS}"

FROM \${RUNTIME_BASE_IMAGE}
ARG PORT="8080"
COPY build/common.lib.sh /etc/common.lib.sh
CMD ["/dummyapp", "-log.json"]
COPY --from=builder /tmp/dummyapp /
VOLUME /poetry
EXPOSE \${PORT}
ENV PORT=\${PORT}
ARG GO_BUILD_TAGS
ARG APP_VERSION="<unknown>"
LABEL tech.pennock.version="\${APP_VERSION}"
LABEL tech.pennock.gobuildtags="\${GO_BUILD_TAGS}"
`,
}

/** A checkout whose build needs no image from elsewhere, committed. */
export function buildableCheckout(folder: string): string {
  mkdirSync(folder)
  makeCheckout({ folder, files: FILES })
  chmodSync(join(folder, 'build/build.with-docker.sh'), 0o755)
  git(folder, '-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '--quiet', '--all', '--message=x')
  return folder
}

/** In the place of golang: this machine's shell and what it is linked to, which is all that the build above runs. */
export function builderImage(folder: string, docker: (...argv: readonly string[]) => void): void {
  const root = join(folder, 'root')
  const linked = execFileSync('ldd', ['/bin/sh'], { encoding: 'utf8' }).match(/\/\S+/g) ?? []
  for (const file of ['/bin/sh', ...linked]) {
    mkdirSync(join(root, dirname(file)), { recursive: true })
    cpSync(file, join(root, file), { dereference: true })
  }
  mkdirSync(join(root, 'tmp'))
  writeFileSync(join(folder, 'Dockerfile'), `FROM scratch\nCOPY ${basename(root)} /\n`)
  docker('build', '--quiet', '--tag', 'local/builder', folder)
}
