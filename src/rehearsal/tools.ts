import { createHash } from 'node:crypto'
import type { Command, Ran, Tools } from '../clouds/exec.ts'
import type { Json } from '../clouds/json.ts'
import { basic } from '../clouds/secret.ts'

const BUILD = './build/build.with-docker.sh'
const SCHEMA_2 = 'application/vnd.docker.distribution.manifest.v2+json'
const OCI = 'application/vnd.oci.image.manifest.v1+json'

/** What such a tool says of itself. */
const PLAYED: Readonly<Record<string, string>> = {
  'docker version': 'Server: Docker Engine - Community\n Engine:\n  Version: 28.5.1',
  // Its help; the script that builds is played as a whole.
  'docker build': 'Usage:  docker buildx build [OPTIONS] PATH | URL | -\n      --provenance string',
  'docker context': 'unix:///var/run/docker.sock',
  'go version': 'go version go1.25.4 linux/amd64',
}

/**
 * The tools of a checkout, with docker, Go and the checkout's build script played: no engine is needed, and nothing of
 * the checkout runs. What is built is what its arguments ask for, and a push goes to the simulated registry, which
 * takes or refuses it.
 */
export function playTools(tools: Tools, originOf: (registry: string) => string | undefined): Tools {
  /** By name and tag, what was built. */
  const images = new Map<string, { readonly [key: string]: Json }>()

  async function play(command: Command): Promise<Ran | undefined> {
    const { argv } = command
    const [name = '', verb = ''] = argv
    if (command.ofCheckout && name === BUILD) return build(command)
    const said = PLAYED[`${name} ${verb}`]
    if (said !== undefined) return ended(0, said)
    if (name !== 'docker') return undefined
    return verb === 'push' ? push(command) : ended(1, '', `the rehearsal does not play docker ${verb}`)
  }

  function build({ argv, env = {} }: Command): Ran {
    const given = Object.fromEntries(argv.flatMap(word => [/^env-(\w+)=(.*)$/s.exec(word)?.slice(1) ?? []]))
    const { DOCKER_PROJECT: project = '', DOCKER_TAG: tag = '' } = given
    const isSchema2 = NEEDED.every(word => env.EXTRA_DOCKER_BUILD_ARGS?.includes(word))
    const kind = isSchema2 ? 'application/vnd.docker' : 'application/vnd.oci'
    images.set(`${project}:${tag}`, {
      schemaVersion: 2,
      mediaType: isSchema2 ? SCHEMA_2 : OCI,
      config: { mediaType: `${kind}.image.config`, size: 1_000, digest: digestOf(argv.join(' ')) },
      layers: [],
    })
    return ended(0, `(played) built ${project}:${tag}`)
  }

  async function push({ argv, registry }: Command): Promise<Ran> {
    const image = argv.at(-1) ?? ''
    const manifest = images.get(image)
    if (manifest === undefined) return ended(1, '', `An image does not exist locally with the tag: ${image}`)
    const [, host = '', path = '', tag = ''] = /^([^/]+)\/(.+):([^:]+)$/.exec(image) ?? []
    const response = await fetch(`${originOf(host)}/v2/${path}/manifests/${tag}`, {
      method: 'PUT',
      headers: {
        'content-type': String(manifest.mediaType),
        ...(registry?.host === host && { authorization: basic(registry.user, registry.secret) }),
      },
      body: JSON.stringify(manifest),
    })
    const said = await response.text()
    return response.ok ? ended(0, `(played) pushed ${image}`) : ended(1, '', `${response.status} ${said}`)
  }

  return {
    ...tools,
    find: name => (name === 'docker' || name === 'go' ? name : tools.find(name)),
    run: async command => (await play(command)) ?? tools.run(onThisMachine(command)),
  }
}

/** Origin is a folder here, and git goes nowhere else. */
const onThisMachine = (command: Command): Command =>
  command.argv[0] === 'git' ? { ...command, env: { ...command.env, GIT_ALLOW_PROTOCOL: 'file' } } : command

/** Without these, docker writes what Heroku does not take (facts/heroku.md 4). */
const NEEDED = ['--provenance=false', '--sbom=false', 'oci-mediatypes=false']

const digestOf = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`

const ended = (code: number, stdout: string, stderr = ''): Ran => ({ code, stdout, stderr })
