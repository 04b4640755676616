import { describe, expect, test } from 'vitest'
import type { World } from '../../src/rehearsal/world.ts'
import { addContext } from '../support/circleci.ts'
import { filesIn, setStage } from '../support/stage.ts'
import { openTerminal, type Terminal } from '../support/terminal.ts'
import { signedIn } from '../support/vendors.ts'

const LANES = ['--only', 'heroku']
const CONTEXT = 'heroku-and-dockerhub'
const YESTERDAY = '2026-11-21T10:00:00.000Z'

const stands = (world: World) => void addContext(world, CONTEXT, { createdAt: YESTERDAY })
/** The first user is no admin of the organization. */
const noAdmin = ({ circleci }: World) => {
  for (const { members } of circleci.organizations) for (const one of members) one.role = 'contributor'
}

async function open(change: (world: World) => void) {
  const stage = await setStage({ change, lanes: LANES })
  const { rehearsal, checkout, home } = stage
  const terminal = openTerminal([...LANES, '--allow-host', '127.0.0.1'], {
    cwd: checkout,
    home,
    env: { DUMMYAPP_SETUP_TIME_SCALE: '0.01', ...signedIn(rehearsal) },
    rows: 60,
  })
  return { ...stage, terminal }
}

async function upToTheLook(terminal: Terminal): Promise<void> {
  await terminal.answer('Are these right', 'enter')
  await terminal.answer('Use what was found', 'enter')
}

const savedIn = (home: string): string => [...filesIn(home).values()].join('\n')

describe('A context of somebody else’s', () => {
  test('is left alone by Enter to everything: a new name is taken right there', async () => {
    const { terminal, rehearsal, home } = await open(stands)
    await upToTheLook(terminal)
    await terminal.answer('What shall become of it', 'enter')
    await terminal.answer('herokuContext', 'enter')
    await terminal.choose('Carry it out', 'no')
    expect(await terminal.exit).toBe(3)
    expect(terminal.screen()).toMatch(/does not\s+tell\s+which\s+use\s+it/)
    expect(savedIn(home)).toContain(`${CONTEXT}-dummyapp`)
    expect(rehearsal.world.circleci.contexts.map(({ restrictions }) => restrictions.length)).toEqual([1])
  })

  test('without a terminal is said with both ways on', async () => {
    const { run } = await setStage({ change: stands, lanes: LANES })
    const { code, stdout } = await run(['--yes'])
    const said = stdout.replace(/\s+/g, ' ')
    expect(code).toBe(3)
    expect(said).toContain('--adopt circleci.context-heroku')
    expect(said).toContain(`--set herokuContext=${CONTEXT}-dummyapp`)
  })
})

describe('Whoever is no admin of the organization', () => {
  test('chooses what becomes of the credentials where it waits', async () => {
    const { terminal, rehearsal, home } = await open(noAdmin)
    await upToTheLook(terminal)
    await terminal.answer('Carry it out', 'enter')
    await terminal.choose('Waiting for it', 'go on without: write-anyway')
    await terminal.answer('Carry it out', 'enter')
    expect(await terminal.exit).toBe(0)
    expect(terminal.screen()).toMatch(/Every project of gh\/PennockTech can read what is\s+put into/)
    expect(savedIn(home)).toContain('write-anyway')
    expect(rehearsal.world.circleci.contexts.flatMap(({ variables }) => variables.map(({ name }) => name))).toEqual([
      'HEROKU_API_KEY',
    ])
  })

  test('without a terminal is told the answers, and one of them goes on', async () => {
    const { run, rehearsal } = await setStage({ change: noAdmin, lanes: LANES })
    const waits = await run(['--yes'])
    expect(waits.code).toBe(3)
    for (const choice of ['project-variables', 'write-anyway']) {
      expect(waits.stdout).toContain(`--set secretsUntilRestricted=${choice}`)
    }
    await run(['--yes', '--set', 'secretsUntilRestricted=project-variables'])
    expect(rehearsal.world.circleci.projects.flatMap(({ envvars }) => envvars.map(({ name }) => name))).toEqual([
      'HEROKU_API_KEY',
    ])
  })
})
