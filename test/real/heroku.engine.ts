import { execFileSync } from 'node:child_process'
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa } from 'execa'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { at, type Json } from '../../src/clouds/json.ts'
import { entriesOf, type Place } from '../../src/output/checklist/model.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { firstDeploy } from '../../steps/heroku/first-deploy.ts'
import { herokuClient, rehearse } from '../rehearsal/client.ts'
import { ANSWERS, makeEngine, walk } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { buildableCheckout } from './engine/checkout.ts'
import { type ContainerEngine, containerEngine } from './engine/container-engine.ts'
import { mayMount, smallDisk } from './engine/disk.ts'
import { herokuAt } from './engine/heroku.ts'
import { needed } from './engine/needed.ts'
import { addImages, type Docker, ground, notesOf, personWith, registryFor } from './engine/stage.ts'

const APP = 'pt-dummy-app'
const SCHEMA_2 = 'application/vnd.docker.distribution.manifest.v2+json'

const canMount = mayMount()
const here = ground()

/** The app on the simulated Heroku, a real registry behind its own, and a person with a checkout and a docker. */
async function setUp(
  docker: Docker = 'docker without the buildx plugin',
  { container = here.engine, storage }: { container?: ContainerEngine; storage?: string } = {},
) {
  const { edge } = here
  const rehearsal = await rehearse()
  await herokuClient(rehearsal)('POST', '/apps', { name: APP, stack: 'container' })
  const registry = await registryFor({ ...(storage && { storage }) })
  const heroku = herokuAt(rehearsal, registry.origin)
  edge.hosts.set('registry.heroku.com', heroku).set(new URL(edge.origin).host, heroku)
  const env = personWith(docker, container)
  const repo = buildableCheckout(join(temporaryFolder(), 'checkout'))
  const origins = { ...rehearsal.origins, heroku: edge.origin }
  const engine = makeEngine({ rehearsal: { ...rehearsal, origins }, repo, env })
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
      config: { Cmd: ['/bin/dummyapp'], Labels: { 'com.example.dummyapp.tags': 'heroku' } },
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

/** What came of it is told in words, nothing was released, and no sign-in stayed behind. */
async function failed({ engine, env, app }: Awaited<ReturnType<typeof setUp>>, command: string): Promise<string> {
  const { outcomes } = await walk([firstDeploy], engine)
  const outcome = outcomes.get('heroku.first-deploy')
  expect(outcome).toMatchObject({ is: 'failed', cause: { asked: expect.stringContaining(command) } })
  expect(app()?.formation).toEqual([])
  expect(readdirSync(env.HOME ?? '').filter(name => name.startsWith('dummyapp-setup'))).toEqual([])
  return outcome?.is === 'failed' ? (outcome.cause.said ?? '') : ''
}

const done = async ({ engine }: Awaited<ReturnType<typeof setUp>>) =>
  expect((await walk([firstDeploy], engine)).outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'done' })

afterEach(() => {
  here.edge.watch = undefined
})

describe('It is told what failed, and the next run does the rest, where', () => {
  test('the token is no longer accepted', async () => {
    const stage = await setUp()
    const { heroku } = stage.rehearsal.world
    const { authorizations } = heroku
    const [{ token = '' } = {}] = authorizations
    here.edge.watch = (_, host) => {
      if (host === 'registry.heroku.com') heroku.authorizations = []
    }
    const said = await failed(stage, 'docker push')
    expect(said).toMatch(/unauthorized|authentication required/)
    for (const form of [token, Buffer.from(`_:${token}`).toString('base64')]) expect(said).not.toContain(form)
    expect(await manifestIn(stage.registry)).toMatchObject({ errors: [expect.anything()] })
    here.edge.watch = undefined
    heroku.authorizations = authorizations
    await done(stage)
  })

  test('the engine stops in the middle of a push', async () => {
    const { edge, engine } = here
    const stage = await setUp()
    edge.watch = async (method, host) => {
      if (host !== 'registry.heroku.com' || method !== 'PATCH') return
      edge.watch = undefined
      await engine.stop('SIGKILL')
    }
    const said = await failed(stage, 'docker push')
    expect(said).toMatch(/^exit [1-9]\d*: \S/)
    await engine.start()
    await done(stage)
  })

  test.skipIf(!canMount)('the disk of the engine is full', async () => {
    const disk = smallDisk(64)
    const proxy = here.edge.origin
    const images = join(disk.folder, 'images')
    const container = containerEngine(temporaryFolder(), { images, proxy, plain: ['registry.heroku.com'] })
    await container.start()
    onTestFinished(() => container.stop())
    addImages(container)
    const stage = await setUp('docker without the buildx plugin', { container })
    disk.fill()
    expect(await failed(stage, 'build.with-docker.sh')).toContain('no space left on device')
    disk.clear()
    await done(stage)
  })

  test.skipIf(!canMount)('the disk of the registry is full', async () => {
    const disk = smallDisk(4)
    const stage = await setUp('docker without the buildx plugin', { storage: join(disk.folder, 'storage') })
    disk.fill()
    expect(await failed(stage, 'docker push')).toMatch(/^exit [1-9]\d*: \S/)
    disk.clear()
    await done(stage)
  })
})

test.each<[Docker]>([
  ['docker without the buildx plugin'],
  ['docker with the buildx plugin'],
  ['docker with the buildx plugin and an engine with BuildKit'],
  ['podman under docker’s name'],
])('The script by hand builds and pushes the same, with %s', async docker => {
  const { rehearsal, registry, env, repo } = await setUp(docker)
  const { HOME = '', PATH = '' } = env
  // As heroku container:login leaves it, by docker login; podman's service signs in over https alone.
  const auth = Buffer.from(`_:${rehearsal.world.heroku.authorizations[0]?.token}`).toString('base64')
  const config = JSON.stringify({ auths: { 'registry.heroku.com': { auth } } })
  const heroku = `[ "$*" = container:login ] && { mkdir -p ~/.docker; echo '${config}' >~/.docker/config.json; }
echo "$*" >>~/heroku-calls`
  writeFileSync(join(HOME, 'bin/heroku'), `#!/bin/sh\n${heroku}\n`, { mode: 0o755 })
  const place: Place = { bases: new Map(), checkout: repo }
  const text = asScript(entriesOf([firstDeploy], ANSWERS, new Map()), ANSWERS, { title: 'by hand', place })
  const ran = await execa('sh', ['-c', text], { env: { ...env, PATH }, extendEnv: false, reject: false, all: true })
  expect(ran, ran.all).toMatchObject({ exitCode: 0 })
  expect(await manifestIn(registry)).toMatchObject({ mediaType: SCHEMA_2 })
  expect(inspected(registry)).toMatchObject({ architecture: 'amd64' })
  expect(readFileSync(join(HOME, 'heroku-calls'), 'utf8')).toBe(`container:login\ncontainer:release web --app ${APP}\n`)
})
