import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { execaSync } from 'execa'
import { describe, expect, test } from 'vitest'
import { realClock } from '../../src/clouds/clock.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { GOOGLE } from '../../src/clouds/google.ts'
import { findSignIn, takeSecrets } from '../../src/clouds/sign-in.ts'
import { temporaryFolder } from '../support/folder.ts'

const isThere = execaSync('gcloud', ['--version'], { reject: false }).exitCode === 0

/** Settings that silence gcloud, make it ask, and log all it says (facts/google.md 5, 8). */
const HOSTILE = `[core]
account = dana@acme.example
user_output_enabled = false
verbosity = none
log_http = true
format = json
disable_prompts = false
disable_file_logging = false
show_structured_logs = always
`

/** The real command with the settings of a user's; gce is not looked for, which is slow where there is no network. */
function gcloudWith(settings: string) {
  const home = temporaryFolder()
  const config = join(home, 'gcloud')
  mkdirSync(join(config, 'configurations'), { recursive: true })
  writeFileSync(join(config, 'configurations/config_default'), `${settings}check_gce_metadata = false\n`)
  writeFileSync(join(config, 'active_config'), 'default')
  const PATH = process.env.PATH ?? ''
  const tools = createTools({ repo: temporaryFolder(), env: { PATH, HOME: home, CLOUDSDK_CONFIG: config } })
  const written = () =>
    readdirSync(config, { recursive: true, withFileTypes: true })
      .filter(entry => entry.isFile())
      .map(entry => readFileSync(join(entry.parentPath, entry.name), 'latin1'))
      .join('\n')
  return { tools, config, written }
}

const { tool = ['gcloud'], who = ['gcloud'], env = {} } = GOOGLE.signIn

describe.skipIf(!isThere)('The real gcloud', () => {
  test('prints a token whatever its user’s settings are, and writes it into no file', async () => {
    const { tools, config, written } = gcloudWith(HOSTILE)
    const CLOUDSDK_AUTH_ACCESS_TOKEN = 'ya29.canary-of-a-token'
    const deaf = await tools.run({ argv: tool, env: { ...env, CLOUDSDK_AUTH_ACCESS_TOKEN } })
    expect(deaf).toEqual({ code: 0, stdout: `${CLOUDSDK_AUTH_ACCESS_TOKEN}\n`, stderr: '' })
    expect(written()).not.toContain('canary')
    // Else there would be nothing to be deaf to.
    rmSync(join(config, 'logs'), { recursive: true, force: true })
    const silenced = await tools.run({ argv: tool, env: { CLOUDSDK_AUTH_ACCESS_TOKEN } })
    expect(silenced).toMatchObject({ code: 0, stdout: '' })
    const loud = { CLOUDSDK_AUTH_ACCESS_TOKEN, CLOUDSDK_CORE_USER_OUTPUT_ENABLED: 'true' }
    expect((await tools.run({ argv: tool, env: loud })).stdout).toBe(`${CLOUDSDK_AUTH_ACCESS_TOKEN}\n`)
    expect(written()).toContain('canary')
  })

  test.each([
    ['whoever signed in', HOSTILE, 'dana@acme.example'],
    [
      'whom that one impersonates',
      `[auth]\nimpersonate_service_account = ci@acme.iam.gserviceaccount.com\n${HOSTILE}`,
      'ci@acme.iam.gserviceaccount.com',
    ],
    ['nobody', '[core]\n', ''],
  ])('names %s', async (_, settings, name) => {
    const { tools } = gcloudWith(settings)
    const { code, stdout } = await tools.run({ argv: who, env })
    expect({ code, first: stdout.trim().split(/\s/)[0] }).toEqual({ code: 0, first: name })
  })

  test.each([
    ['has no account', '[core]\n', 'You do not currently have an active account selected.'],
    ['has an account without a token', HOSTILE, 'does not have any valid credentials'],
  ])('says why there is no token where it %s', async (_, settings, words) => {
    const { tools } = gcloudWith(settings)
    const found = await findSignIn('google', takeSecrets({}), { tools, host: '', clock: realClock() })
    expect(found).toMatchObject({ vendor: 'google', said: expect.stringContaining(words) })
  })
})
