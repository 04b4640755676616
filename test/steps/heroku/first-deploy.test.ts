import { chmodSync, existsSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import type { PersonAction } from '../../../src/engine/step.ts'
import { shown } from '../../../src/engine/text.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { firstDeploy } from '../../../steps/heroku/first-deploy.ts'
import { admit, herokuClient, rehearse } from '../../rehearsal/client.ts'
import { makeCheckout } from '../../support/checkout.ts'
import { PLAYED_TOOLS } from '../../support/cli.ts'
import { ANSWERS, carryOut, causeOf, lookAt, makeEngine, walk } from '../../support/engine.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { standingApp } from '../../support/heroku-app.ts'
import { effects } from '../../support/stage.ts'

const APP = 'pt-dummy-app'
const IMAGE = `registry.heroku.com/${APP}/web`
const ARGUMENTS = '--platform=linux/amd64 --provenance=false --sbom=false --output=type=image,oci-mediatypes=false'
const BUILD = [
  './build/build.with-docker.sh',
  'env-BUILD_TAGS=heroku',
  `env-DOCKER_PROJECT=${IMAGE}`,
  'env-DOCKER_TAG=latest',
]
const DEPLOYED = [`PUT /v2/${APP}/web/manifests/latest`, `PATCH /apps/${APP}/formation`]

/** The app on the simulated Heroku, and a machine whose PATH has the tools named (docker and Go played). */
async function setUp(
  options: {
    tools?: Readonly<Record<string, string>>
    change?: (world: World) => void
    env?: Readonly<Record<string, string>>
  } = {},
) {
  const { tools, change, env: more } = options
  const rehearsal = await rehearse(change)
  await herokuClient(rehearsal)('POST', '/apps', { name: APP, stack: 'container' })
  const repo = makeCheckout()
  const bin = tools && folderWith(tools)
  const runtime = temporaryFolder()
  const env = { XDG_RUNTIME_DIR: runtime, ...(bin && { PATH: bin }), ...more }
  const engine = makeEngine({ rehearsal, repo, env })
  const app = () => rehearsal.world.heroku.apps[0]
  return { rehearsal, repo, engine, runtime, app, done: () => effects(rehearsal).slice(1) }
}

/** What dummyapp's build script runs beside docker and Go, and what the tests of it do. */
const OF_THE_SCRIPT = [
  ...['bash', 'sh', 'env', 'git', 'node', 'basename', 'dirname', 'cat', 'chmod', 'date', 'grep', 'id', 'ls'],
  ...['mkdir', 'rm', 'sed', 'sleep', 'sort', 'tr', 'uname'],
]

/** A folder for PATH with what git and sh need, and scripts under the names given; an empty script stands for the played tool. */
function folderWith(tools: Readonly<Record<string, string>>): string {
  const folder = temporaryFolder()
  for (const name of OF_THE_SCRIPT) {
    const found = (process.env.PATH ?? '').split(delimiter).map(one => join(one, name))
    symlinkSync(found.find(existsSync) ?? name, join(folder, name))
  }
  for (const [name, script] of Object.entries(tools)) {
    const file = join(folder, name)
    writeFileSync(file, `#!/bin/sh\n${script || `exec ${join(PLAYED_TOOLS, name)} "$@"`}\n`)
    chmodSync(file, 0o755)
  }
  return folder
}

describe('The wizard deploys', () => {
  test('where nothing runs: builds, pushes, reads which image that is, releases that', async () => {
    const { rehearsal, engine, app, done, runtime } = await setUp()
    expect(await lookAt(firstDeploy, engine)).toMatchObject({ is: 'missing' })
    const { plan, outcomes } = await walk([firstDeploy], engine)
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'done' })
    // By hand the first line asks docker what it takes; here it was asked.
    const [first, ...others] = firstDeploy.actions(ANSWERS)
    expect(plan[0]?.actions).toEqual([{ ...first, byHand: undefined }, ...others])
    expect(done()).toEqual(DEPLOYED)
    const [pushed] = app()?.images ?? []
    expect(pushed?.manifest).toMatchObject({ config: { digest: app()?.formation[0]?.image } })
    expect(engine.progress.saved.facts['heroku.first-deploy:image']).toBe(app()?.formation[0]?.image)
    expect(rehearsal.log.at(-3)?.body).toEqual({ updates: [{ type: 'web', docker_image: app()?.formation[0]?.image }] })
    expect((await lookAt(firstDeploy, engine)).is).toBe('present')
    expect(readdirSync(runtime)).toEqual([])
  })

  test('and what runs already is left alone', async () => {
    const { engine, done } = await setUp()
    await walk([firstDeploy], engine)
    const { events } = await walk([firstDeploy], engine)
    expect(events.map(({ event }) => event)).toEqual(['present'])
    expect(done()).toEqual(DEPLOYED)
  })

  test('also an app that is not there yet, when its turn comes', async () => {
    const { engine, rehearsal } = await setUp()
    rehearsal.world.heroku.apps = []
    expect(await lookAt(firstDeploy, engine)).toMatchObject({ is: 'missing' })
    const { outcomes } = await walk([firstDeploy], engine, {
      meanwhile: () => {
        rehearsal.world.heroku.apps.push({ ...blankApp, createdAt: new Date().toISOString() })
      },
    })
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'done' })
  })

  test('and its script sees no token, neither in its environment nor in a file of docker', async () => {
    const { repo, engine, runtime, rehearsal } = await setUp()
    const seen = join(temporaryFolder(), 'seen')
    const script = join(repo, 'build/build.with-docker.sh')
    const original = readFileSync(script, 'utf8')
    writeFileSync(
      script,
      original.replace(/^check_tag .*$/m, `$&\n{ env; cat "${runtime}"/*/* || true; } > '${seen}' 2>&1`),
    )
    await walk([firstDeploy], engine)
    const token = rehearsal.world.heroku.authorizations[0]?.token ?? ''
    const said = readFileSync(seen, 'utf8')
    expect(said).toContain(`EXTRA_DOCKER_BUILD_ARGS=${ARGUMENTS}`)
    for (const form of [token, Buffer.from(`_:${token}`).toString('base64')]) expect(said).not.toContain(form)
    expect(said).not.toContain('DOCKER_CONFIG')
  })

  test('to the engine that the person’s own docker uses, which a private configuration does not know', async () => {
    const file = join(temporaryFolder(), 'host')
    const docker = `[ "$1" = context ] && { echo unix:///home/dana/docker.sock; exit; }
[ "$1" = push ] && echo "$DOCKER_HOST" > '${file}'
exec ${join(PLAYED_TOOLS, 'docker')} "$@"`
    const { engine } = await setUp({ tools: { docker, go: '' } })
    await walk([firstDeploy], engine)
    expect(readFileSync(file, 'utf8')).toBe('unix:///home/dana/docker.sock\n')
  })
})

const blankApp = standingApp({ name: APP })

test('An app that another stack still runs is deployed anew', async () => {
  const { engine, app } = await setUp()
  const process = { id: blankApp.id, type: 'web', image: `sha256:${'a'.repeat(64)}`, updatedAt: blankApp.updatedAt }
  Object.assign(app() ?? {}, { stack: 'heroku-24', formation: [process] })
  expect((await lookAt(firstDeploy, engine)).is).toBe('missing')
  await carryOut(firstDeploy, engine)
  expect(app()).toMatchObject({ stack: 'container' })
  expect((await lookAt(firstDeploy, engine)).is).toBe('present')
})

describe('It goes by what docker build takes here, and Heroku gets its one format:', () => {
  const docker = (lines: string) => `${lines}\nexec ${join(PLAYED_TOOLS, 'docker')} "$@"`
  const PODMAN_ENGINE = '[ "$1" = version ] && { echo "Server:"; echo " Podman Engine:"; exit; }'

  test.each<[string, string, string, string?]>([
    ['BuildKit, by the buildx plugin', '', ARGUMENTS],
    ['docker without the plugin', 'export PLAYED_BUILDER=legacy', '', '0'],
    ['docker with the plugin and podman’s service behind it', PODMAN_ENGINE, '', '0'],
    ['podman under docker’s name', 'export PLAYED_BUILDER=podman', '--platform=linux/amd64 --format=docker'],
  ])('%s', async (_, lines, args, buildkit) => {
    const { engine, app } = await setUp({ tools: { docker: docker(lines), go: '' } })
    const { plan, outcomes } = await walk([firstDeploy], engine)
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'done' })
    const platform = buildkit && { DOCKER_BUILDKIT: buildkit, DOCKER_DEFAULT_PLATFORM: 'linux/amd64' }
    expect(plan[0]?.actions[0]).toMatchObject({ env: { EXTRA_DOCKER_BUILD_ARGS: args, ...platform } })
    expect(app()?.images).toMatchObject([{ manifest: { mediaType: expect.stringContaining('.v2+json') } }])
    // By hand, where nobody has looked yet, the line asks for itself, and builds the same.
    const [first] = firstDeploy.actions(ANSWERS)
    const argv = first?.kind === 'run' ? (first.byHand?.[0]?.argv ?? []).map(shown) : []
    expect(argv.slice(-BUILD.length)).toEqual(BUILD)
    const env = { HOME: temporaryFolder(), PATH: folderWith({ docker: docker(lines), go: '' }) }
    const byHand = await execa('sh', [...argv.slice(1, -BUILD.length), 'env'], { env, extendEnv: false })
    const set = byHand.stdout.split('\n').filter(line => /^(EXTRA_DOCKER_BUILD_ARGS|DOCKER_\w+)=/.test(line))
    expect(set.sort()).toEqual(
      Object.entries({ EXTRA_DOCKER_BUILD_ARGS: args, ...platform })
        .map(([name, value]) => `${name}=${value}`)
        .sort(),
    )
  })
})

test('The person’s own choice of an engine counts', async () => {
  const docker = `[ "$1" = context ] && { echo "$DOCKER_HOST"; exit; }\nexec ${join(PLAYED_TOOLS, 'docker')} "$@"`
  const { engine } = await setUp({ tools: { docker, go: '' }, env: { DOCKER_HOST: 'unix:///home/dana/docker.sock' } })
  const seen = await lookAt(firstDeploy, engine)
  expect(seen).toMatchObject({ is: 'missing', state: { engine: 'unix:///home/dana/docker.sock' } })
})

describe('It is a person’s, with the exact commands, where', () => {
  test.each<[string, Readonly<Record<string, string>>, string]>([
    ['there is no docker', { go: '' }, 'docker is not installed'],
    ['docker has no engine', { docker: 'echo "Cannot connect" >&2; exit 1', go: '' }, 'engine does not answer'],
    ['there is no Go', { docker: '' }, 'Go is not installed'],
  ])('%s', async (_, tools, words) => {
    const { engine, done } = await setUp({ tools })
    const detail = expect.stringContaining(words)
    expect(await lookAt(firstDeploy, engine)).toMatchObject({ is: 'pending', on: 'person', detail })
    const { outcomes } = await walk([firstDeploy], engine)
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'open', why: 'person' })
    const [action] = firstDeploy.actions(ANSWERS, await lookAt(firstDeploy, engine)) as readonly PersonAction[]
    expect(action?.byHand?.map(({ argv }) => argv.map(shown))).toEqual([
      ['sh', '-c', expect.stringContaining(ARGUMENTS), ...BUILD],
      ['heroku', 'container:login'],
      ['docker', 'push', `${IMAGE}:latest`],
      ['heroku', 'container:release', 'web', '--app', APP],
    ])
    expect(done()).toEqual([])
  })

  test('the checkout has no build script', async () => {
    const { repo, engine } = await setUp()
    rmSync(join(repo, 'build/build.with-docker.sh'))
    const detail = expect.stringContaining('build.with-docker.sh')
    const seen = await lookAt(firstDeploy, engine)
    expect(seen).toMatchObject({ is: 'pending', on: 'person', detail })
    const [action] = firstDeploy.actions(ANSWERS, seen) as readonly PersonAction[]
    expect(action?.byHand?.[0]?.argv.map(shown).slice(-5)).toEqual([
      ...['--tag', `${IMAGE}:latest`, '--file', 'build/Dockerfile', '.'],
    ])
  })
})

test('A script that does not pass on the options of docker build is told before it runs, with both ways on', async () => {
  const { repo, engine, done } = await setUp()
  const script = join(repo, 'build/build.with-docker.sh')
  const text = readFileSync(script, 'utf8')
  writeFileSync(script, text.replaceAll('EXTRA_DOCKER_BUILD_ARGS', 'OTHER_ARGS'))
  const { outcomes } = await walk([firstDeploy], engine)
  expect(outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'open', why: 'person' })
  expect(done()).toEqual([])
  const [action] = firstDeploy.actions(ANSWERS, await lookAt(firstDeploy, engine)) as readonly PersonAction[]
  const told = action?.instructions.map(shown).join(' ')
  expect(told).toContain('does not pass EXTRA_DOCKER_BUILD_ARGS to docker build')
  expect(told).toContain('EXTRA_DOCKER_BUILD_ARGS:-} to the docker build line')
  expect(action?.byHand?.[0]?.argv.map(shown)).toContain('build/Dockerfile')
  writeFileSync(join(repo, 'build/common.lib.sh'), 'args=$EXTRA_DOCKER_BUILD_ARGS\n')
  expect(await lookAt(firstDeploy, engine)).toMatchObject({ is: 'missing' })
})

/** The script no longer passes on what keeps docker to schema 2: of its words, only the last one. */
function buildsAsDockerLikes(repo: string): void {
  const script = join(repo, 'build/build.with-docker.sh')
  writeFileSync(
    script,
    readFileSync(script, 'utf8').replace('{EXTRA_DOCKER_BUILD_ARGS:-}', '{EXTRA_DOCKER_BUILD_ARGS##* }'),
  )
}

describe('A failure is told in the tool’s own words, and nothing is released:', () => {
  test('a build that breaks', async () => {
    const { repo, engine, done } = await setUp()
    writeFileSync(join(repo, 'build/build.with-docker.sh'), '#!/bin/sh\necho "go: no such module" >&2\nexit 3\n')
    const { outcomes } = await walk([firstDeploy], engine)
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({
      is: 'failed',
      cause: { asked: BUILD.join(' '), said: 'exit 3: go: no such module' },
    })
    expect(done()).toEqual([])
  })

  test('a build that breaks, of which the script says nothing, as dummyapp’s own does: no older image is pushed', async () => {
    const docker = `[ "$1" = build ] && [ -e ~/broken ] && [ "$2" != --help ] && { echo 'no space left' >&2; exit 1; }
exec ${join(PLAYED_TOOLS, 'docker')} "$@"`
    const home = temporaryFolder()
    const { engine, done, app } = await setUp({ tools: { docker, go: '' }, env: { HOME: home } })
    await walk([firstDeploy], engine)
    Object.assign(app() ?? {}, { formation: [], images: [] })
    const before = done()
    writeFileSync(join(home, 'broken'), '')
    const { outcomes } = await walk([firstDeploy], engine)
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({
      is: 'failed',
      cause: { asked: BUILD.join(' '), said: expect.stringMatching(/no space left\n.*did not say which image/) },
    })
    expect(done()).toEqual(before)
  })

  test('a push that the registry does not let in', async () => {
    const { rehearsal, engine, done } = await setUp({
      change: world => void admit(world, 'stranger@example.com', { token: 'HRKU-AA-strangers' }),
    })
    const stranger = makeEngine({ rehearsal, token: 'HRKU-AA-strangers', repo: engine.repo })
    const cause = await causeOf(carryOut(firstDeploy, stranger))
    expect(cause).toMatchObject({ asked: `docker push ${IMAGE}:latest`, said: expect.stringContaining('403') })
    expect(JSON.stringify(cause)).not.toContain('HRKU')
    expect(done()).toEqual([])
  })

  test('an image in a format that the registry does not take', async () => {
    const { repo, engine, done } = await setUp()
    buildsAsDockerLikes(repo)
    const { outcomes } = await walk([firstDeploy], engine)
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({
      is: 'failed',
      cause: { said: expect.stringContaining('405') },
    })
    expect(done()).toEqual([])
  })

  test('an image in a format that the registry took and Heroku does not run', async () => {
    const { repo, engine, app } = await setUp({
      change: ({ heroku }) => {
        heroku.rules.ociManifests = true
      },
    })
    buildsAsDockerLikes(repo)
    const { outcomes } = await walk([firstDeploy], engine)
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({
      is: 'failed',
      cause: {
        code: 'manifest-format',
        asked: expect.stringContaining(`/v2/${APP}/web/manifests/latest`),
        said: 'application/vnd.oci.image.index.v1+json',
        next: expect.stringContaining('containerd image store'),
      },
    })
    expect(app()?.formation).toEqual([])
  })

  test('an image that the registry does not have after all', async () => {
    const { rehearsal, engine } = await setUp()
    rehearsal.faults.push({ method: 'GET', path: '^/v2/', do: { status: 404, body: { errors: [] } } })
    const { outcomes } = await walk([firstDeploy], engine)
    expect(outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'failed', cause: { code: 'not-pushed' } })
  })
})

test('An app of somebody else’s is not looked into', async () => {
  const { rehearsal, engine } = await setUp({
    change: world => void admit(world, 'stranger@example.com', { token: 'HRKU-AA-strangers' }),
  })
  const stranger = makeEngine({ rehearsal, token: 'HRKU-AA-strangers', repo: engine.repo })
  expect(await lookAt(firstDeploy, stranger)).toMatchObject({
    is: 'unknown',
    cause: { said: expect.stringContaining('You do not have access to the app') },
  })
})

test('A release whose answer was lost is found, and not made twice', async () => {
  const { rehearsal, engine, done, app } = await setUp()
  rehearsal.faults.push({ method: 'PATCH', path: '/formation$', times: 1, do: 'reset-after' })
  const { outcomes } = await walk([firstDeploy], engine)
  expect(outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'done' })
  expect(done()).toEqual(DEPLOYED)
  expect(app()?.releases).toHaveLength(2)
})

test('Ctrl-C for good ends a build in the middle, with all that it started', async () => {
  const { repo, engine, done } = await setUp()
  const pid = join(temporaryFolder(), 'pid')
  const giveUp = new AbortController()
  writeFileSync(
    join(repo, 'build/build.with-docker.sh'),
    `#!/bin/sh\nsleep 600 &\necho $! > '${pid}.part'\nmv '${pid}.part' '${pid}'\nwait\n`,
  )
  const walking = walk([firstDeploy], engine, { giveUp: giveUp.signal })
  while (!existsSync(pid)) await new Promise(setImmediate)
  giveUp.abort()
  expect((await walking).outcomes.get('heroku.first-deploy')).toMatchObject({ is: 'open', why: 'stopped' })
  const isAlive = () => {
    try {
      return /^State:\s+[^Z]/m.test(readFileSync(`/proc/${readFileSync(pid, 'utf8').trim()}/status`, 'utf8'))
    } catch {
      return false
    }
  }
  expect(isAlive()).toBe(false)
  expect(done()).toEqual([])
})
