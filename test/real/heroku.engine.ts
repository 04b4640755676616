import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { at, type Json } from '../../src/clouds/json.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { firstDeploy } from '../../steps/heroku/first-deploy.ts'
import { herokuClient, rehearse } from '../rehearsal/client.ts'
import { makeEngine, walk } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { buildableCheckout } from './engine/checkout.ts'
import { herokuAt } from './engine/heroku.ts'
import { needed } from './engine/needed.ts'
import { type Docker, ground, notesOf, personWith, registryFor } from './engine/stage.ts'

const APP = 'pt-dummy-app'
const SCHEMA_2 = 'application/vnd.docker.distribution.manifest.v2+json'

const here = ground()

/** The app on the simulated Heroku, a real registry behind its own, and a person with a checkout and a docker. */
async function setUp(docker: Docker, { change, token }: { change?: (world: World) => void; token?: string } = {}) {
  const { engine: container, edge } = here
  const rehearsal = await rehearse(change)
  await herokuClient(rehearsal)('POST', '/apps', { name: APP, stack: 'container' })
  const registry = await registryFor()
  const heroku = herokuAt(rehearsal, registry.origin)
  edge.hosts.set('registry.heroku.com', heroku).set(new URL(edge.origin).host, heroku)
  const env = personWith(docker, container)
  const repo = buildableCheckout(join(temporaryFolder(), 'checkout'))
  const origins = { ...rehearsal.origins, heroku: edge.origin }
  const engine = makeEngine({ rehearsal: { ...rehearsal, origins }, repo, env, ...(token && { token }) })
  return { rehearsal, registry, env, repo, engine, app: () => rehearsal.world.heroku.apps[0] }
}

/** What the registry has under the tag, by what it is asked for. */
async function manifestIn(registry: { readonly origin: string }, accept = SCHEMA_2): Promise<Json> {
  const reply = await fetch(`${registry.origin}/v2/${APP}/web/manifests/latest`, { headers: { accept } })
  return (await reply.json()) as Json
}

/** Independent eyes on the image. */
const inspected = ({ origin }: { readonly origin: string }): Json =>
  JSON.parse(
    execFileSync(
      needed('skopeo'),
      ['inspect', '--config', '--tls-verify=false', `docker://${new URL(origin).host}/${APP}/web:latest`],
      { encoding: 'utf8' },
    ),
  ) as Json

describe('The first deploy builds, pushes and releases, with', () => {
  test.each<[Docker]>([
    ['docker without the buildx plugin'],
    ['docker with the buildx plugin'],
    ['docker with the buildx plugin and an engine with BuildKit'],
    ['podman under docker’s name'],
  ])('%s', async docker => {
    const { engine, app, registry, env } = await setUp(docker)
    const { outcomes } = await walk([firstDeploy], engine)
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'done' })
    // What Heroku takes, as the real registry keeps it; and that is what was released.
    const manifest = await manifestIn(registry)
    expect(manifest).toMatchObject({ mediaType: SCHEMA_2 })
    expect(app()?.formation).toMatchObject([{ type: 'web', image: at(manifest, 'config', 'digest') }])
    expect(inspected(registry)).toMatchObject({
      architecture: 'amd64',
      os: 'linux',
      config: { Cmd: ['/dummyapp', '-log.json'], Labels: { 'tech.pennock.gobuildtags': 'heroku' } },
    })
    // BuildKit is what builds where it can, and by these options.
    const calls = existsSync(notesOf(env)) ? readFileSync(notesOf(env), 'utf8') : ''
    expect(calls === '').toBe(docker !== 'docker with the buildx plugin and an engine with BuildKit')
    if (calls) expect(calls).toContain('--platform=linux/amd64 --provenance=false --sbom=false --output=type=image,oci')
    // No sign-in stays behind, neither the private one nor one in the person's own folder.
    expect(readdirSync(env.HOME ?? '').filter(name => name.startsWith('dummyapp-setup'))).toEqual([])
    expect(existsSync(join(env.HOME ?? '', '.docker/config.json'))).toBe(false)
  })
})
