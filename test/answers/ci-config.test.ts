import { describe, expect, test } from 'vitest'
import { keyVariableOf } from '../../src/answers/forms/ci-sign-ins.ts'

const JOB = 'push_gce_registry'
const config = (command: string, more = '') =>
  `jobs:\n  sign: { steps: [{ run: echo "$SIGNING_KEY" | base64 -d }] }\n  ${JOB}:\n    steps:\n      - run: |\n          ${command}\n${more}`

describe('The variable with Google’s key', () => {
  test.each([
    ['is the document’s', `echo "\${GCLOUD_AUTH_ENCODED}" | base64 -d > key.json`, 'GCLOUD_AUTH_ENCODED'],
    [
      'is the document’s where another is decoded too',
      'echo $A | base64 -d; use $GCLOUD_AUTH_ENCODED',
      'GCLOUD_AUTH_ENCODED',
    ],
    ['is the one that the job decodes', `printf '%s' "$GCR_KEY" | base64 --decode > key.json`, 'GCR_KEY'],
    ['is the one that the job decodes from a here-string', `base64 -d <<< "\${GCR_KEY}" > key.json`, 'GCR_KEY'],
    ['is the document’s where none is decoded', 'echo $OTHER | sha256sum', 'GCLOUD_AUTH_ENCODED'],
  ])('%s', (_, command, variable) => {
    expect(keyVariableOf(config(command), JOB)).toBe(variable)
  })

  test('is looked for in the commands that the job names, too', () => {
    const text = `commands:\n  login: { steps: [{ run: echo $LOGIN | base64 -d }] }\njobs:\n  ${JOB}: { steps: [login] }\n`
    expect(keyVariableOf(text, JOB)).toBe('LOGIN')
  })

  test.each(['', 'no: [yaml', 'jobs: 7'])('is the document’s where there is no config that can be read: %s', text => {
    expect(keyVariableOf(text, JOB)).toBe('GCLOUD_AUTH_ENCODED')
  })
})
