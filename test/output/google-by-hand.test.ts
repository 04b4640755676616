import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Action } from '../../src/engine/step.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { ANSWERS, fakeStep } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'

const request = (key: string): Action => ({
  key,
  does: key,
  kind: 'request',
  host: 'google-iam',
  method: 'POST',
  path: `/v1/${key}`,
  again: 'safe',
})
const person: Action = { key: 'wait', does: 'wait', kind: 'person', who: 'you', instructions: ['Wait for an hour.'] }

/** Runs the script of two requests, a person between them, with a gcloud and a curl that write down what they get. */
function runByHand(env: Readonly<Record<string, string>> = {}, gcloud = 'echo "made-$(grep -c . asks)"') {
  const folder = temporaryFolder()
  const tool = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\ncd '${folder}'\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '')
  tool('gcloud', `echo "$*" >>asks; env >environment\n${gcloud}`)
  tool('curl', 'echo "$*" >>arguments; cat <&3 >>headers')
  const actions = [request('first'), request('second'), person, request('third')]
  const script = asScript([{ step: fakeStep('google.thing'), actions }], ANSWERS, {
    title: 'by hand',
    place: { bases: new Map(), checkout: folder },
  })
  const options = { env: { PATH: `${folder}:/usr/bin:/bin`, ...env }, input: '\n', encoding: 'utf8' } as const
  const { status } = spawnSync('/bin/sh', ['-c', script], options)
  return {
    status,
    script,
    asks: read('asks'),
    headers: read('headers'),
    words: read('arguments'),
    env: read('environment'),
  }
}

const header = (token: string) => `header = "Authorization: Bearer ${token}"\n`

describe('By hand, a request to Google', () => {
  test('has the token that gcloud prints, and a new one after a person', () => {
    const { status, asks, headers, words } = runByHand()
    expect(status).toBe(0)
    expect(asks).toBe('auth print-access-token\n'.repeat(2))
    expect(headers).toBe(header('made-1') + header('made-1') + header('made-2'))
    expect(words).toContain('https://iam.googleapis.com/v1/third')
    expect(words).not.toContain('made-')
  })

  test('has the token of the environment, and gcloud is not asked', () => {
    const { status, asks, headers } = runByHand({ CLOUDSDK_AUTH_ACCESS_TOKEN: 'ya29.mine' })
    expect(status).toBe(0)
    expect(asks).toBe('')
    expect(headers).toBe(header('ya29.mine').repeat(3))
  })

  test('is not sent where gcloud gives no token', () => {
    const { status, words } = runByHand({}, 'exit 1')
    expect(status).not.toBe(0)
    expect(words).toBe('')
  })

  test('is made by a gcloud that is neither silenced nor logs a secret, for the account that the person chose', () => {
    const { env, script } = runByHand({
      CLOUDSDK_CORE_LOG_HTTP: 'true',
      CLOUDSDK_CORE_USER_OUTPUT_ENABLED: 'false',
      CLOUDSDK_CORE_PROJECT: 'another-project',
      CLOUDSDK_CORE_ACCOUNT: 'dana@acme.example',
    })
    const lines = env.split('\n')
    expect(lines).toContain('CLOUDSDK_CORE_LOG_HTTP=false')
    expect(lines).toContain('CLOUDSDK_CORE_DISABLE_FILE_LOGGING=1')
    expect(lines).toContain('CLOUDSDK_CORE_USER_OUTPUT_ENABLED=true')
    expect(lines).toContain('CLOUDSDK_CORE_ACCOUNT=dana@acme.example')
    expect(env).not.toContain('another-project')
    expect(script).toContain('sign in first: gcloud auth login')
  })
})
