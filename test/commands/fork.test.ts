import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { LIBRARY as UPSTREAM } from '../../src/rehearsal/stand-in/library.ts'
import { git } from '../support/checkout.ts'
import { temporaryFolder } from '../support/folder.ts'
import { effects, filesIn, type Stage, setStage } from '../support/stage.ts'

/** In the order of the library’s lines; none of them is what would be proposed. */
const OWN = {
  GITHUB_PROJECT: 'acme/dummyapp',
  DOCKER_PROJECT: 'acmehub/it',
  HEROKU_APP: 'acme-own',
  GCR_HOST: 'eu.gcr.io',
  GCR_PROJECT: 'acme-own-7',
  GCR_IMAGE_NAME: 'own-it',
}
const SET = [
  ...['--set', `dockerHubRepository=${OWN.DOCKER_PROJECT}`, '--set', `herokuApp=${OWN.HEROKU_APP}`],
  ...['--set', `registryHost=${OWN.GCR_HOST}`, '--set', `googleProject=${OWN.GCR_PROJECT}`],
  ...['--set', `imageName=${OWN.GCR_IMAGE_NAME}`],
]
/** Upstream’s library with the fork’s names, and every other byte as it was. */
const OWN_LIBRARY = Object.entries(OWN).reduce(
  (text, [name, value]) => text.replace(new RegExp(`(?<=^: "\\$\\{${name}:=)[^}]*`, 'm'), value),
  UPSTREAM,
)
const LIBRARY = 'build/common.lib.sh'
const DOCKERFILE = 'build/Dockerfile'
const UPSTREAMS = /pt-dummy-app|pennocktech\/|dummyapp-214121/i

const dockerfile = (image: string) => `FROM ${image} AS data\nFROM scratch\nCOPY --from=data / /data/\nCMD ["/it"]\n`

/** All that a fork's own names go into before CI is there; to publish them is a person's, and ends a run. */
const LANES = ['--only', 'repository,heroku,git', '--skip', 'circleci']

/** A fork of acme's whose files are upstream's. */
async function fork(lanes = LANES): Promise<Stage> {
  const stage = await setStage({ origin: 'git@github.com:acme/dummyapp.git', lanes })
  mkdirSync(dirname(join(stage.checkout, DOCKERFILE)), { recursive: true })
  writeFileSync(join(stage.checkout, DOCKERFILE), dockerfile('philpennock/poetry'))
  git(stage.checkout, 'add', '--all')
  git(stage.checkout, '-c', 'user.name=T', '-c', 'user.email=t@example.com', 'commit', '--quiet', '--message=data')
  return stage
}

const textOf = ({ checkout }: Stage, file: string) => readFileSync(join(checkout, file), 'utf8')

/** All that a run asked for and left behind, but what git has of earlier. */
function written(stage: Stage): string {
  const { rehearsal, checkout, home } = stage
  const diff = git(checkout, 'diff').split('\n')
  return [
    ...rehearsal.log.map(({ method, path, body }) => `${method} ${path} ${JSON.stringify(body)}`),
    JSON.stringify(rehearsal.world),
    ...diff.filter(line => !line.startsWith('-') && !line.startsWith(' ')),
    git(checkout, 'config', '--local', '--list'),
    ...filesIn(home).values(),
  ].join('\n')
}

describe('A fork with names of its own', () => {
  test('is set up without one name of upstream’s, and its files have its own afterwards', async () => {
    const stage = await fork()
    const { code, all } = await stage.run(['--yes', ...SET])
    expect(code, all).toBe(3)
    expect(all).not.toMatch(UPSTREAMS)
    expect(effects(stage.rehearsal)[0]).toBe('POST /apps')
    expect(stage.rehearsal.world.heroku.apps.map(({ name }) => name)).toEqual([OWN.HEROKU_APP])
    expect(textOf(stage, LIBRARY)).toBe(OWN_LIBRARY)
    expect(textOf(stage, DOCKERFILE)).toBe(dockerfile('philpennock/poetry'))
    expect(written(stage)).not.toMatch(UPSTREAMS)
    expect(git(stage.checkout, 'status', '--porcelain')).toBe(` M ${LIBRARY}\n`)
  })

  test('has them in its files for whoever comes next: nothing is to be set, and nothing is changed', async () => {
    const stage = await fork()
    await stage.run(['--yes', ...SET])
    const before = [effects(stage.rehearsal), textOf(stage, LIBRARY)]
    const another = { XDG_STATE_HOME: join(temporaryFolder(), 'state') }
    const { code, all } = await stage.run(['--yes', '--adopt', 'heroku.create-app'], { env: another })
    expect(code, all).toBe(3)
    expect([effects(stage.rehearsal), textOf(stage, LIBRARY)]).toEqual(before)
  })

  test('may be without the data image, and that stays decided', async () => {
    const stage = await fork()
    const { code, all } = await stage.run(['--yes', ...SET, '--set', 'dataImage='])
    expect(code, all).toBe(3)
    expect(textOf(stage, DOCKERFILE)).toBe('FROM scratch\nCMD ["/it"]\n')
    git(stage.checkout, 'checkout', '--', DOCKERFILE)
    expect((await stage.run(['--yes'])).code).toBe(3)
    expect(textOf(stage, DOCKERFILE)).toBe('FROM scratch\nCMD ["/it"]\n')
  })

  test('sees in the dry run what would be written, and nothing is', async () => {
    const stage = await fork()
    const argv = ['checklist', '--format', 'json', ...SET, '--set', 'dataImage=acmehub/data']
    const { code, stdout } = await stage.run(argv, { allowed: false })
    expect(code).toBe(0)
    const steps: readonly { id: string; actions: readonly { kind: string; diff: string }[] }[] =
      JSON.parse(stdout).steps
    const diffs = steps
      .filter(({ id }) => ['repository.names', 'repository.data-image'].includes(id))
      .flatMap(({ actions }) => actions)
    expect(diffs.map(({ kind }) => kind)).toEqual(['edit', 'edit'])
    expect(diffs[0]?.diff).toContain(`+: "\${HEROKU_APP:=${OWN.HEROKU_APP}}"`)
    expect(diffs[1]?.diff).toContain('-FROM philpennock/poetry AS data\n+FROM acmehub/data AS data\n')
    expect(git(stage.checkout, 'status', '--porcelain')).toBe('')
  })

  test('whose app alone is to be made needs no other name', async () => {
    const stage = await fork(['--skip', 'circleci'])
    const { code, all } = await stage.run(['--yes', '--only', 'heroku', '--set', 'herokuApp=acme-own'])
    expect(code, all).toBe(0)
    expect(git(stage.checkout, 'status', '--porcelain')).toBe('')
  })
})
