import {
  chmodSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { Secret } from '../../src/clouds/secret.ts'
import type { Action, RunAction } from '../../src/engine/step.ts'
import { hole, t } from '../../src/engine/text.ts'
import { carryOut, causeOf, fakeStep, makeEngine } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'

function script(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, `#!/bin/sh\n${text}\n`)
  chmodSync(file, 0o755)
}

const run = (argv: RunAction['argv'], more: Partial<RunAction> = {}): RunAction => ({
  kind: 'run',
  key: 'run',
  does: 'run it',
  argv,
  ...more,
})

/** An engine whose PATH begins with a folder of ours, and what carries actions out with it. */
function stand(env: Readonly<Record<string, string>> = {}) {
  const bin = temporaryFolder()
  const home = temporaryFolder()
  const runtime = temporaryFolder()
  const engine = makeEngine({
    env: { PATH: `${bin}:${process.env.PATH}`, HOME: home, XDG_RUNTIME_DIR: runtime, ...env },
  })
  const act = (...actions: readonly Action[]) => carryOut(fakeStep('a.thing', { actions: () => actions }), engine)
  return { bin, home, runtime, engine, act }
}

describe('A command', () => {
  test('gets the environment that it says, with its holes bound', async () => {
    const { act, engine } = stand()
    await engine.progress.save({ facts: { 'a.b:id': '1 2' } })
    const env = { TARGET: t`to ${hole('a.b:id')}`, LC_ALL: 'POSIX' }
    await act(run(['sh', '-c', 'printf "%s|%s" "$TARGET" "$LC_ALL" > said'], { env }))
    expect(readFileSync(join(engine.repo, 'said'), 'utf8')).toBe('to 1 2|POSIX')
  })

  test('of the checkout is run only where it says so', async () => {
    const { act, engine } = stand()
    script(join(engine.repo, 'build/it.sh'), 'pwd > ran')
    expect((await causeOf(act(run(['build/it.sh'])))).code).toBe('no-tool')
    await act(run(['build/it.sh'], { ofCheckout: true }))
    expect(readFileSync(join(engine.repo, 'ran'), 'utf8').trim()).toBe(engine.repo)
  })

  test('may take as long as it says, and no longer', async () => {
    const { act } = stand()
    const { code, said } = await causeOf(act(run(['sleep', '600'], { timeoutMs: 50 })))
    expect({ code, said }).toEqual({ code: 'command-failed', said: expect.stringContaining('timed out') })
  })

  test('that fails after many lines is told with the last of them', async () => {
    const { act } = stand()
    const { said } = await causeOf(act(run(['sh', '-c', 'seq 1 40 >&2; exit 3'])))
    expect(said).toMatch(/^exit 3: 29\n/)
    expect(said).toMatch(/\n40$/)
  })
})

describe('A command for a registry', () => {
  const SECRET = 'dckr_pat_secret'
  const registry = { host: 'registry.example', user: 'bot', as: 'docker-hub.bot' } as const
  /** Notes what docker would find, and writes into its configuration as `docker login` does. */
  const DOCKER = `
    printf '%s' "$DOCKER_CONFIG" > where
    stat -c '%a' "$DOCKER_CONFIG" "$DOCKER_CONFIG/config.json" > modes
    cat "$DOCKER_CONFIG/config.json" > config
    ls "$DOCKER_CONFIG/contexts/" > contexts 2>&1
    echo changed > "$DOCKER_CONFIG/config.json"
    printf '%s ' "$@" > argv
    exit "\${1:-0}"`

  function signedIn(env?: Readonly<Record<string, string>>) {
    const stage = stand(env)
    script(join(stage.bin, 'docker'), DOCKER)
    stage.engine.clouds.credentials.set('docker-hub.bot', { user: 'bot', secret: new Secret(SECRET) })
    const said = (name: string) => readFileSync(join(stage.engine.repo, name), 'utf8')
    return { ...stage, said }
  }

  test('finds its sign-in in a configuration of its own, which nobody else can read', async () => {
    const { act, said, runtime } = signedIn()
    await act(run(['docker', '0'], { registry }))
    expect(dirname(said('where'))).toBe(runtime)
    expect(said('modes')).toBe('700\n600\n')
    const auth = Buffer.from(`bot:${SECRET}`).toString('base64')
    expect(JSON.parse(said('config'))).toEqual({ auths: { 'registry.example': { auth } } })
    expect(said('argv')).toBe('0 ')
  })

  test.each([0, 1])('which is gone when it ends with %i', async code => {
    const { act, said, runtime } = signedIn()
    await act(run(['docker', String(code)], { registry })).catch(() => {})
    expect(existsSync(said('where'))).toBe(false)
    expect(readdirSync(runtime)).toEqual([])
  })

  test('which is gone, too, where it was cut off or could not begin', async () => {
    const { act, bin, runtime } = signedIn()
    script(join(bin, 'docker'), 'exec sleep 600')
    await causeOf(act(run(['docker'], { registry, timeoutMs: 50 })))
    await causeOf(act(run(['no-such-tool'], { registry })))
    expect(readdirSync(runtime)).toEqual([])
  })

  test('leaves the person’s own alone, and speaks to the same daemon', async () => {
    const { act, home, said } = signedIn()
    const own = join(home, '.docker/config.json')
    const text = '{"auths":{"registry.example":{"auth":"b3duOm93bg=="}},"currentContext":"elsewhere"}'
    mkdirSync(join(home, '.docker/contexts/meta'), { recursive: true })
    writeFileSync(own, text)
    const before = statSync(own).mtimeMs
    await act(run(['docker', '0'], { registry }))
    expect(readFileSync(own, 'utf8')).toBe(text)
    expect(statSync(own).mtimeMs).toBe(before)
    expect(existsSync(join(home, '.docker/contexts/meta'))).toBe(true)
    expect(JSON.parse(said('config'))).toMatchObject({ currentContext: 'elsewhere' })
    expect(said('config')).not.toContain('b3duOm93bg==')
    expect(said('contexts')).toBe('meta\n')
  })

  test('does without the session’s folder where that is not there, and puts nothing into the shared temporary one', async () => {
    const [shared, XDG_STATE_HOME] = [temporaryFolder(), temporaryFolder()]
    const { act, said } = signedIn({ XDG_RUNTIME_DIR: '/run/user/no-such', XDG_STATE_HOME })
    onTestFinished(() => void vi.unstubAllEnvs())
    vi.stubEnv('TMPDIR', shared)
    await act(run(['docker', '0'], { registry }))
    expect(dirname(said('where'))).toBe(join(XDG_STATE_HOME, 'dummyapp-setup/run'))
    expect(existsSync(said('where'))).toBe(false)
    expect(readdirSync(shared)).toEqual([])
  })

  test('is not run as somebody else where nobody has signed in: the password is asked for', async () => {
    const { act, bin, engine } = stand()
    script(join(bin, 'docker'), 'touch ran')
    const error = await act(run(['docker'], { registry })).catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'NeedsSecret', identity: 'docker-hub.bot', what: 'password' })
    expect(existsSync(join(engine.repo, 'ran'))).toBe(false)
  })
})

describe('An edit from nothing', () => {
  const edit = (file: string): Action => ({ kind: 'edit', key: 'edit', does: 'write', file, from: '', to: 'text\n' })

  test('makes the file and its folder', async () => {
    const { act, engine } = stand()
    await act(edit('.circleci/config.yml'))
    expect(readFileSync(join(engine.repo, '.circleci/config.yml'), 'utf8')).toBe('text\n')
    expect(readdirSync(join(engine.repo, '.circleci'))).toEqual(['config.yml'])
    expect(statSync(join(engine.repo, '.circleci/config.yml')).mode & 0o777).toBe(0o666 & ~process.umask())
  })

  test('leaves alone what came there meanwhile', async () => {
    const { act, engine } = stand()
    writeFileSync(join(engine.repo, 'made'), 'by somebody')
    expect((await causeOf(act(edit('made')))).code).toBe('changed-file')
    expect(readFileSync(join(engine.repo, 'made'), 'utf8')).toBe('by somebody')
  })

  test('fills a file that is there and empty', async () => {
    const { act, engine } = stand()
    writeFileSync(join(engine.repo, 'empty'), '')
    await act(edit('empty'))
    expect(readFileSync(join(engine.repo, 'empty'), 'utf8')).toBe('text\n')
  })

  test('that cannot be made, since a file stands where its folder would, is told', async () => {
    const { act, engine } = stand()
    writeFileSync(join(engine.repo, '.circleci'), 'a file')
    expect((await causeOf(act(edit('.circleci/config.yml')))).code).toBe('unwritable-file')
  })

  test('writes nothing outside of the checkout, wherever a link leads', async () => {
    const { act, engine } = stand()
    const outside = temporaryFolder()
    symlinkSync(outside, join(engine.repo, '.circleci'))
    expect((await causeOf(act(edit('.circleci/config.yml')))).code).toBe('outside')
    expect((await causeOf(act(edit('.circleci/more/config.yml')))).code).toBe('outside')
    expect(readdirSync(outside)).toEqual([])
  })
})
