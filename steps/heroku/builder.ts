/** What `docker build` must be told here, so that it writes Docker's schema 2 for one platform. */
export interface Builder {
  /** For `ARGUMENTS` of the checkout's script, which splits it at blanks. */
  readonly args: string
  readonly env: Readonly<Record<string, string>>
}

/** The words of this variable, the script hands to docker build. */
export const ARGUMENTS = 'EXTRA_DOCKER_BUILD_ARGS'

const PLATFORM = 'linux/amd64'

/** BuildKit, by the buildx plugin: without these it writes attestations and OCI media types (facts/heroku.md 4). */
export const BUILDKIT: Builder = {
  args: `--platform=${PLATFORM} --provenance=false --sbom=false --output=type=image,oci-mediatypes=false`,
  env: {},
}

/**
 * docker's own builder, which knows none of BuildKit's options ("unknown flag") and writes schema 2 anyway; older clients
 * hide --platform, and all of them take the variable. BuildKit is off because podman's service has none behind its API.
 */
const LEGACY: Builder = { args: '', env: { DOCKER_BUILDKIT: '0', DOCKER_DEFAULT_PLATFORM: PLATFORM } }

/** podman under docker's name: it writes OCI media types unless told. */
const PODMAN: Builder = { args: `--platform=${PLATFORM} --format=docker`, env: {} }

/**
 * Which builder `docker build` is. Its help tells: it is the plugin's where the plugin is what builds, and a plugin that
 * is installed for a client that does not use it is not mistaken for one that builds.
 * @param help what `docker build --help` says
 * @param version what `docker version` says of the engine
 * @returns the builder; docker's own where the help does not say
 */
export function builderOf(help: string, version: string): Builder {
  if (help.includes('--provenance')) return version.includes('Podman Engine') ? LEGACY : BUILDKIT
  return /--format .*manifest/.test(help) ? PODMAN : LEGACY
}

/**
 * By hand the same questions are asked where it runs, whatever builder is there: arguments of `sh -c`, behind which the
 * command stands that builds.
 */
export const BY_HAND: readonly string[] = [
  'sh',
  '-c',
  `case $(docker build --help 2>/dev/null; docker version 2>/dev/null) in ${[
    `*--provenance*"Podman Engine"*) ${exported(LEGACY)}`,
    `*--provenance*) ${exported(BUILDKIT)}`,
    `*--format\\ *manifest*) ${exported(PODMAN)}`,
    `*) ${exported(LEGACY)}`,
  ].join(';; ')};; esac; exec "$0" "$@"`,
]

/** What the checkout's script gets of it. */
export function environmentOf({ args, env }: Builder): Readonly<Record<string, string>> {
  return { [ARGUMENTS]: args, ...env }
}

function exported(builder: Builder): string {
  const variables = Object.entries(environmentOf(builder))
  return `export ${variables.map(([name, value]) => `${name}="${value}"`).join(' ')}`
}
