import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execa, execaSync } from 'execa'
import { describe, expect, test } from 'vitest'
import { entriesOf } from '../../src/output/checklist/model.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { keyFile } from '../../src/rehearsal/google/key-file.ts'
import { key } from '../../steps/google/key.ts'
import { accountIn, type KeyStage, keyStage, someKey, VARIABLE } from '../steps/google/key-stage.ts'
import { basesOf, carryOut } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { gcloudEnv } from './gcloud.ts'

const isThere = execaSync('gcloud', ['--version'], { reject: false }).exitCode === 0

/** Runs the step's script by hand, in a home whose gcloud is set to log all that it gets; tells every program that was begun. */
async function byHand(stage: KeyStage): Promise<{ readonly home: string; readonly begun: string }> {
  const { rehearsal, engine, world } = stage
  const home = temporaryFolder()
  const place = { bases: basesOf(rehearsal), checkout: engine.repo }
  const script = asScript(entriesOf([key], engine.answers, new Map()), engine.answers, { title: 'by hand', place })
  expect(script).toContain('# Needs gcloud, curl, jq;')
  mkdirSync(join(home, 'gcloud', 'configurations'), { recursive: true })
  // Without the first, gcloud makes both anew.
  writeFileSync(join(home, 'gcloud', 'active_config'), 'default')
  writeFileSync(join(home, 'gcloud', 'configurations', 'config_default'), '[core]\nlog_http = true\n')
  writeFileSync(join(home, 'set-up.sh'), script)
  const { CLOUDSDK_CORE_DISABLE_FILE_LOGGING: _, ...gcloud } = gcloudEnv(
    rehearsal.origins.google,
    home,
    world.google.users[0]?.tokens[0]?.token ?? '',
  )
  const begun = join(home, 'begun')
  const ran = await execa(
    'strace',
    ['-f', '-qq', '-e', 'trace=execve', '-s', '100000', '-o', begun, 'sh', 'set-up.sh'],
    {
      cwd: home,
      env: {
        ...gcloud,
        TMPDIR: home,
        CIRCLE_TOKEN: world.circleci.users[0]?.tokens[0]?.token ?? '',
        circleci_context_google_id: stage.context()?.id ?? '',
      },
      extendEnv: false,
      reject: false,
      all: true,
    },
  )
  expect(ran, ran.all).toMatchObject({ exitCode: 0 })
  // What it says is said to the person's terminal, where it would be kept as well.
  writeFileSync(join(home, 'said'), ran.all)
  return { home, begun: readFileSync(begun, 'utf8') }
}

/** Everything that lies in a folder, as one text. */
const allIn = (folder: string): string =>
  readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .map(name => join(folder, name))
    .filter(file => statSync(file).isFile())
    .map(file => readFileSync(file, 'latin1'))
    .join('\n')

describe.skipIf(!isThere)('The key by hand, with the real gcloud', () => {
  test('comes to the same as by the wizard, byte for byte', async () => {
    const [script, wizard] = [await keyStage(), await keyStage()]
    await byHand(script)
    await carryOut(key, wizard.engine)
    for (const stage of [script, wizard]) {
      const file = keyFile(accountIn(stage.world), stage.ids()[0] ?? '', stage.world.google.privateKey ?? '')
      expect(stage.ids()).toHaveLength(1)
      expect(stage.context()?.variables.map(({ name }) => name)).toEqual([VARIABLE])
      expect(stage.variable()?.value).toBe(Buffer.from(file).toString('base64'))
      expect(stage.works()).toBe(true)
    }
    // gcloud asks for JSON in the address.
    expect(script.writes().map(write => write.replace('?alt=json', ''))).toEqual(wizard.writes())
  })

  test('is in no argument of any program and in no file, even where gcloud is set to log what it gets', async () => {
    const stage = await keyStage()
    const { home, begun } = await byHand(stage)
    expect(begun).toMatch(/execve\("[^"]*\/curl"/)
    expect(begun).toMatch(/execve\("[^"]*\/jq"/)
    const { value = '' } = stage.variable() ?? {}
    const lines = (stage.world.google.privateKey ?? '').split('\n').slice(1, 4)
    const kept = allIn(home)
    for (const secret of [value.slice(0, 60), value.slice(400, 460), ...lines]) expect(kept).not.toContain(secret)
  })

  test('is undone by the commands that the wizard tells', async () => {
    const theirs = someKey()
    const stage = await keyStage({ change: world => void accountIn(world).keys.push(theirs) })
    await byHand(stage)
    const [, remove] = key.undo(stage.engine.answers)
    const argv = remove?.kind === 'request' ? remove.byHand?.[0]?.argv : undefined
    const id = stage.ids().find(one => one !== theirs.id) ?? ''
    const env = gcloudEnv(
      stage.rehearsal.origins.google,
      temporaryFolder(),
      stage.world.google.users[0]?.tokens[0]?.token ?? '',
    )
    const words = (argv ?? []).map(word => (typeof word === 'object' && 'hole' in word ? id : flat(word)))
    await execa(words[0] ?? '', words.slice(1), { env, extendEnv: false, stdin: 'ignore' })
    expect(stage.ids()).toEqual([theirs.id])
  })
})

const flat = (word: string | { readonly parts: readonly unknown[] }): string =>
  typeof word === 'string' ? word : word.parts.join('')
