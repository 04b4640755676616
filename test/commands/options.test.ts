import { describe, expect, test } from 'vitest'
import { AREAS } from '../../src/commands/known.ts'
import { laneOf } from '../../src/engine/step.ts'
import { VERSION } from '../../src/version.ts'
import { STEPS } from '../../steps/index.ts'
import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

const run = (...argv: readonly string[]) => runCli(argv, { cwd: makeCheckout(), home: temporaryFolder() })

test('The areas are those of the steps', () => {
  expect(AREAS.toSorted()).toEqual([...new Set(STEPS.map(({ id }) => laneOf(id)))].toSorted())
})

describe('An area that does not exist is refused with the nearest name (exit 2):', () => {
  test.each([
    [['--dry-run', '--only', 'heruko']],
    [['--dry-run', '--skip', 'heruko']],
    [['checklist', '--only=git,heruko']],
    [['plan', '--skip', 'heruko']],
    [['status', '--only', 'heruko']],
    [['rehearse', '--only', 'heruko']],
    [['--only', 'heruko']],
    [['--only', 'heruko', 'checklist']],
  ])('%j', async argv => {
    const { code, stdout, stderr } = await run(...argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('There is no area "heruko".')
    expect(stderr).toContain('Did you mean heroku?')
  })
})

describe('Where every area is left out, nothing is called done (exit 2):', () => {
  test.each([
    [['--only', 'heroku', '--skip', 'heroku', '--yes']],
    [['rehearse', '--skip', AREAS.join(',')]],
    [['--dry-run', '--only', 'git', '--skip', 'git,heroku']],
  ])('%j', async argv => {
    const { code, stdout, stderr } = await run(...argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('there is nothing to do')
  })
})

describe('JSON is all that is on standard output', () => {
  test.each([[['--json', '--dry-run']], [['--dry-run', '--format', 'json']], [['checklist', '--json']]])(
    '%j',
    async argv => {
      const { code, stdout } = await run(...argv)
      expect(code).toBe(0)
      expect(JSON.parse(stdout)).toMatchObject({ version: 1, steps: expect.any(Array) })
    },
  )

  test('and not of two formats (exit 2)', async () => {
    const { code, stdout, stderr } = await run('--json', '--dry-run', '--format', 'sh')
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain('--json and --format sh')
  })
})

describe('--format without --dry-run starts nothing; both commands that may be meant are named (exit 2):', () => {
  test.each([
    [
      ['--format', 'json'],
      ['dummyapp-setup --dry-run --format json', 'dummyapp-setup'],
    ],
    [
      ['--plain', '--format=sh', '--set', 'herokuApp=a b'],
      [
        "dummyapp-setup --dry-run --plain --format=sh --set 'herokuApp=a b'",
        "dummyapp-setup --plain --set 'herokuApp=a b'",
      ],
    ],
  ])('%j', async (argv, [checklist, walk]) => {
    const { code, stdout, stderr } = await run(...argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr.split('\n').map(line => line.trim())).toEqual(
      expect.arrayContaining([`next   Print the checklist: ${checklist}`, `Or start the setup: ${walk}`]),
    )
  })
})

describe('An option before a command that does not take it is refused, not passed over (exit 2):', () => {
  test.each([
    [['--dry-run', 'forget', '--yes'], 'forget does not take --dry-run'],
    [['--format', 'json', 'plan'], 'plan does not take --format'],
    [['--only', 'git', 'forget'], 'forget does not take --only'],
    [['--take-over', 'x', 'status'], 'status does not take --take-over'],
  ])('%j', async (argv, words) => {
    const { code, stdout, stderr } = await run(...argv)
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' })
    expect(stderr).toContain(words)
  })
})

test.each([['-V'], ['-v'], ['--version']])('%s prints the version', async flag => {
  expect(await run(flag)).toMatchObject({ code: 0, stdout: VERSION })
})

test('--no-color prints no colors, where they were forced', async () => {
  const colored = { cwd: makeCheckout(), home: temporaryFolder(), env: { FORCE_COLOR: '1' } }
  expect((await runCli(['status'], colored)).stdout).toContain('\u001b[1m')
  expect((await runCli(['status', '--no-color'], colored)).stdout).not.toContain('\u001b')
})
