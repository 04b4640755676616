import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Fault } from '../../src/rehearsal/faults.ts'
import { formsOf } from '../support/canary.ts'
import { git } from '../support/checkout.ts'
import { addContext, admit, followed } from '../support/circleci.ts'
import { LIE, lieIn } from '../support/lies.ts'
import { filesIn, setStage } from '../support/stage.ts'

/** What every file that a run leaves is searched for. */
const holds = (text: string, secret: string) => formsOf(secret).some(form => text.includes(form))

/** What a vendor says instead of its own answers, and by which requests. */
const LIARS: readonly (readonly [what: string, faults: (words: string, secret: string) => readonly Fault[]])[] = [
  [
    'why this account may not close a context',
    words => [{ method: 'POST', path: '/restrictions$', do: { status: 403, body: { message: words, id: words } } }],
  ],
  [
    'the name of the account that is signed in',
    (words, secret) => [
      { method: 'GET', path: '/api/v2/me$', do: { status: 200, body: { id: secret, login: words, name: words } } },
    ],
  ],
  [
    'the id of a project and of its organization',
    (words, secret) => [
      {
        method: 'GET',
        path: '/api/v2/project/gh/[^/]+/[^/]+$',
        do: { status: 200, body: { id: secret, organization_id: words, slug: 'gh/PennockTech/dummyapp' } },
      },
    ],
  ],
  [
    'the id of what was made',
    (words, secret) => [
      { method: 'POST', path: '/api/v2/context$', do: { status: 200, body: { id: secret, name: words } } },
      { method: 'POST', path: '/apps$', do: { status: 201, body: { id: words, name: words } } },
    ],
  ],
  [
    'when a value was written',
    (words, secret) => [
      {
        method: 'PUT',
        path: '/environment-variable/',
        do: { status: 200, body: { variable: words, updated_at: `${words} ${secret}` } },
      },
    ],
  ],
  [
    'what is in a context',
    (words, secret) => [
      {
        method: 'GET',
        path: '/environment-variable(\\?|$)',
        do: {
          status: 200,
          body: { items: [{ variable: 'HEROKU_API_KEY', updated_at: words, truncated_value: secret }] },
        },
      },
    ],
  ],
]

describe('What a vendor says is in no file, in no form:', () => {
  test.each(LIARS)('%s', async (_, faults) => {
    const stage = await setStage({
      lanes: [],
      change: world => {
        followed(world)
        addContext(world, 'heroku-and-dockerhub')
        addContext(world, 'google-dummyapp')
        admit(world, 'contributor', 'contributor')
      },
    })
    const { rehearsal, checkout, home } = stage
    const { circleci, heroku } = rehearsal.world
    const secrets = [
      ...circleci.users.flatMap(({ tokens }) => tokens.map(({ token }) => token)),
      ...heroku.authorizations.map(({ token }) => token),
    ]
    expect(secrets.length).toBeGreaterThan(1)
    const words = `${LIE} ${secrets.join(' ')}`
    rehearsal.faults.push(...faults(words, secrets[0] ?? ''))
    const lanes = [
      '--only',
      'heroku,circleci',
      '--adopt',
      'circleci.context-heroku',
      '--adopt',
      'circleci.context-google',
    ]
    const choice = ['--set', 'secretsUntilRestricted=write-anyway']
    await stage.run(['--yes', '--verbose', ...lanes, ...choice])
    await stage.run(['plan', '--yes', '--out', 'plan.json', ...lanes, ...choice])
    await stage.run(['hand-over', 'hand-over.json'], { allowed: false })
    const { stdout } = await stage.run(['hand-over', '-'], { allowed: false })

    const written = new Map([...filesIn(home), ...filesIn(checkout), ['standard output', stdout]])
    const names = [...written.keys()]
    for (const file of ['progress.json', 'plan.json', 'hand-over.json'])
      expect(names.filter(name => name.endsWith(file))).toHaveLength(1)
    const texts = [...written].filter(([name]) => !name.includes('/.git/'))
    const faultsIn = texts.flatMap(([name, text]) => {
      const utf8 = Buffer.from(text, 'latin1').toString('utf8')
      return secrets.some(secret => holds(utf8, secret)) || lieIn(utf8) !== undefined ? [name] : []
    })
    expect(faultsIn).toEqual([])
    expect(secrets.some(secret => holds(git(checkout, 'log', '--all', '--patch'), secret))).toBe(false)
    // Of the vendor’s words, nothing is kept: only the plan says what it said.
    expect(
      texts.filter(([name, text]) => !name.endsWith('plan.json') && text.includes('FAKE')).map(([name]) => name),
    ).toEqual([])
    expect(JSON.parse(readFileSync(join(checkout, 'plan.json'), 'utf8'))).toHaveProperty('steps')
  })
})
