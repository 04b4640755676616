import { describe, expect, test } from 'vitest'
import { createTools } from '../../src/clouds/exec.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { playTools } from '../../src/rehearsal/tools.ts'
import { bareEnvironment } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { herokuClient, rehearse } from './client.ts'

const HOST = 'registry.heroku.com'
const IMAGE = `${HOST}/pt-dummy-app/web`
const BUILD = ['./build/build.with-docker.sh', `env-DOCKER_PROJECT=${IMAGE}`, 'env-DOCKER_TAG=latest']
const PUSH = ['docker', 'push', `${IMAGE}:latest`]
const SCHEMA_2_ONLY = {
  EXTRA_DOCKER_BUILD_ARGS: '--provenance=false --sbom=false --output=type=image,oci-mediatypes=false',
}

/** The tools of a rehearsal, in an empty folder: nothing could really be built there. */
async function played() {
  const rehearsal = await rehearse()
  await herokuClient(rehearsal)('POST', '/apps', { name: 'pt-dummy-app', stack: 'container' })
  const repo = temporaryFolder()
  const real = createTools({ env: { ...bareEnvironment(repo), PATH: process.env.PATH ?? '' }, repo })
  const token = rehearsal.world.heroku.authorizations[0]?.token ?? ''
  const registry = { host: HOST, user: '_', secret: new Secret(token) }
  const images = () => rehearsal.world.heroku.apps[0]?.images ?? []
  return {
    tools: playTools(real, host => (host === HOST ? rehearsal.origins.heroku : undefined)),
    registry,
    images,
    repo,
  }
}

describe('A rehearsal plays', () => {
  test('an engine that answers, and Go, wherever it runs', async () => {
    const { tools } = await played()
    expect(tools.find('docker')).toBeDefined()
    expect(tools.find('go')).toBeDefined()
    expect((await tools.run({ argv: ['docker', 'version'] })).stdout).toMatch(/^ *Version: \d+\.\d+/m)
    expect((await tools.run({ argv: ['go', 'version'] })).stdout).toContain('go version go')
  })

  test('a build and a push, which the simulated registry takes', async () => {
    const { tools, registry, images } = await played()
    expect(await tools.run({ argv: BUILD, ofCheckout: true, env: SCHEMA_2_ONLY })).toMatchObject({ code: 0 })
    expect(images()).toEqual([])
    expect(await tools.run({ argv: PUSH, registry })).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('played'),
    })
    expect(images()).toMatchObject([
      { type: 'web', tag: 'latest', manifest: { config: { digest: expect.any(String) } } },
    ])
  })

  test('a push that is refused as the real one would be', async () => {
    const { tools, registry, images } = await played()
    expect(await tools.run({ argv: PUSH, registry })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('exist'),
    })
    await tools.run({ argv: BUILD, ofCheckout: true })
    expect(await tools.run({ argv: PUSH, registry })).toMatchObject({ code: 1, stderr: expect.stringContaining('405') })
    await tools.run({ argv: BUILD, ofCheckout: true, env: SCHEMA_2_ONLY })
    expect(await tools.run({ argv: PUSH })).toMatchObject({ code: 1, stderr: expect.stringContaining('401') })
    const other = { ...registry, secret: new Secret('HRKU-AA-of-last-year') }
    expect(await tools.run({ argv: PUSH, registry: other })).toMatchObject({ code: 1 })
    expect(images()).toEqual([])
  })

  test('nothing else of docker, and leaves git to git', async () => {
    const { tools, repo } = await played()
    expect(await tools.run({ argv: ['docker', 'run', 'x'] })).toMatchObject({ code: 1 })
    expect((await tools.run({ argv: ['git', 'init', '--quiet', repo] })).code).toBe(0)
    expect(tools.find('git')).toMatch(/^\//)
  })
})
