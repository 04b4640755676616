import { execFileSync } from 'node:child_process'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { hole, type Str, shown } from '../../src/engine/text.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { PROVIDER, poolOf, providerName } from '../../steps/google-identity.ts'
import { ANSWERS, fakeStep } from '../support/engine.ts'

test.each([
  ['gh/PennockTech/dummyapp', 'circleci-dummyapp'],
  ['gh/a/My_Demo.App', 'circleci-my-demo-app'],
  ['gh/a/a-name-that-is-longer-than-what-fits', 'circleci-a-name-that-is-longer-t'],
  ['gh/a/a-name-that-is-just-as-l-ng', 'circleci-a-name-that-is-just-as'],
  ['gh/a/___', 'circleci'],
])('The pool of %s is %s', (circleProject, pool) => {
  expect(poolOf({ circleProject })).toBe(pool)
  expect(shown(providerName({ circleProject }))).toBe(
    `projects/<google.project:number>/locations/global/workloadIdentityPools/${pool}/providers/${PROVIDER}`,
  )
})

test('A pool has a name that Google takes, and the script makes the same of a project that is not known yet', () => {
  const entry = (pool: Str) => ({
    step: fakeStep('google.pool'),
    actions: [{ kind: 'run' as const, key: 'run', does: 'run', argv: ['printf', '%s', pool] }],
  })
  const circleProject = hole('circleProject')
  const script = asScript(
    [entry(poolOf({ circleProject }))],
    { ...ANSWERS, circleProject },
    {
      title: 'x',
      place: { bases: new Map(), checkout: '/' },
    },
  )
  const name = fc.string({ unit: fc.constantFrom(...'aZ09-._'), minLength: 1, maxLength: 40 })
  fc.assert(
    fc.property(name, name => {
      const pool = poolOf({ circleProject: `gh/a/${name}` })
      expect(pool).toMatch(/^[a-z][a-z0-9-]{2,30}[a-z0-9]$/)
      const env = { PATH: process.env.PATH ?? '', circleProject: `gh/a/${name}` }
      if (shown(pool) !== 'circleci')
        expect(execFileSync('/bin/sh', { input: script, env, encoding: 'utf8' })).toBe(pool)
    }),
    { numRuns: 30 },
  )
})
