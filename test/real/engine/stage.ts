import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { afterAll, beforeAll, onTestFinished } from 'vitest'
import { PLAYED_TOOLS } from '../../support/cli.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { startingImages } from './checkout.ts'
import { type ContainerEngine, containerEngine } from './container-engine.ts'
import { type Edge, startEdge } from './edge.ts'
import { needed } from './needed.ts'
import { type Registry, startRegistry, type TokenAuth } from './registry.ts'

/** The registries that images are named after here. */
const REGISTRIES = ['registry.heroku.com']

export interface Ground {
  readonly engine: ContainerEngine
  readonly edge: Edge
}

/** One engine for all tests of a file, with the images that builds start from, and the way from it to the registries. */
export function ground(): Ground {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'dummyapp-setup-engine-')))
  const made: Partial<Record<'engine', ContainerEngine> & Record<'edge', Edge>> = {}
  beforeAll(async () => {
    made.edge = await startEdge()
    made.engine = containerEngine(join(folder, 'engine'), {
      proxy: made.edge.origin,
      plain: [...REGISTRIES, new URL(made.edge.origin).host],
    })
    await made.engine.start()
    addImages(made.engine)
  })
  afterAll(async () => {
    await made.engine?.stop()
    await made.edge?.close()
    rmSync(folder, { recursive: true, force: true })
  })
  const engineOf = () => made.engine ?? missing()
  return {
    get engine() {
      return engineOf()
    },
    get edge() {
      return made.edge ?? missing()
    },
  }
}

/** The images that builds start from. */
export function addImages(engine: ContainerEngine): void {
  const folder = mkdtempSync(join(tmpdir(), 'dummyapp-setup-engine-'))
  try {
    startingImages(folder, (...argv) => {
      execFileSync(needed('docker'), argv, { env: { DOCKER_HOST: hostOf(engine), HOME: folder }, stdio: 'pipe' })
    })
  } finally {
    rmSync(folder, { recursive: true })
  }
}

function missing(): never {
  throw new Error('nothing has started yet')
}

const hostOf = ({ socket }: ContainerEngine): string => `unix://${socket}`

/** A registry of its own for one test. */
export async function registryFor(
  options: { readonly storage?: string; readonly token?: TokenAuth } = {},
): Promise<Registry> {
  const registry = await startRegistry(temporaryFolder(), options)
  onTestFinished(() => registry.stop())
  return registry
}

/** Which docker a person has. */
export type Docker = keyof typeof DOCKERS

/**
 * The environment of a person with that docker, whose home is empty but for it; go is played, as it only brings what is
 * there already.
 */
export function personWith(docker: Docker, engine: ContainerEngine): Record<string, string> {
  const home = temporaryFolder()
  const bin = join(home, 'bin')
  mkdirSync(bin)
  symlinkSync(join(PLAYED_TOOLS, 'go'), join(bin, 'go'))
  DOCKERS[docker](home, join(bin, 'docker'), engine)
  return {
    PATH: [bin, ...(process.env.PATH ?? '').split(delimiter)].join(delimiter),
    HOME: home,
    XDG_RUNTIME_DIR: home,
    DOCKER_HOST: hostOf(engine),
  }
}

/** The words of each call of the plugin, as it noted them. */
export const notesOf = ({ HOME = '' }: Readonly<Record<string, string>>): string => join(HOME, 'buildx-calls')

const DOCKERS = {
  'docker without the buildx plugin': (_: string, docker: string) => symlinkSync(needed('docker'), docker),
  'docker with the buildx plugin': (home: string, docker: string, engine: ContainerEngine) => {
    symlinkSync(needed('docker'), docker)
    addPlugin(home, engine)
  },
  'docker with the buildx plugin and an engine with BuildKit': (
    home: string,
    docker: string,
    engine: ContainerEngine,
  ) => {
    // That is all that podman's service lacks for it here: the plugin below builds without.
    script(
      docker,
      `[ "$1" = version ] && { ${needed('docker')} version | sed 's/Podman Engine/Docker Engine/'; exit; }\nexec ${needed('docker')} "$@"`,
    )
    addPlugin(home, engine)
  },
  'podman under docker’s name': (_: string, docker: string, { env }: ContainerEngine) => {
    const set = Object.entries(env).filter(([name]) => name !== 'PATH' && name !== 'HOME')
    script(
      docker,
      `export PATH="$PATH:/usr/sbin" ${set.map(([name, value]) => `${name}='${value}'`).join(' ')}\nexec ${needed('podman')} "$@"`,
    )
  },
} as const

/**
 * Debian has no buildx: this one notes what it is called with, and builds as BuildKit does since 0.31: OCI media types
 * unless told (facts/heroku.md 4).
 */
function addPlugin(home: string, { env }: ContainerEngine): void {
  const folder = join(home, '.docker', 'cli-plugins')
  mkdirSync(folder, { recursive: true })
  const set = Object.entries(env)
    .map(([name, value]) => `${name}='${value}'`)
    .join(' ')
  script(
    join(folder, 'docker-buildx'),
    `case "$*" in
docker-cli-plugin-metadata) echo '{"SchemaVersion":"0.1.0","Vendor":"a test","Version":"v0.31.0"}'; exit ;;
*--help*) printf '      --%s string\\n' output platform provenance sbom; exit ;;
esac
echo "$*" >>'${join(home, 'buildx-calls')}'
shift 2
format=oci
for word; do
  shift
  case $word in
  --provenance=false | --sbom=false) ;;
  --output=type=image,oci-mediatypes=false) format=docker ;;
  *) set -- "$@" "$word" ;;
  esac
done
export ${set}
exec ${needed('podman')} build --format=$format "$@"`,
  )
}

function script(file: string, text: string): void {
  writeFileSync(file, `#!/bin/sh\n${text}\n`)
  chmodSync(file, 0o755)
}
