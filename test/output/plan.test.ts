import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import type { Action } from '../../src/engine/step.ts'
import { showPlan, showRequests } from '../../src/output/plan.ts'
import { createPrinter } from '../../src/output/printer.ts'
import { fakeStep } from '../support/engine.ts'

const ACTIONS: readonly Action[] = [
  {
    kind: 'request',
    key: 'one',
    does: 'make the context',
    host: 'heroku',
    method: 'POST',
    path: '/apps',
    again: 'safe',
    byHand: [{ argv: ['heroku', 'apps:create', 'a-rather-long-name-for-an-app-of-ours', '--stack', 'container'] }],
  },
  {
    kind: 'person',
    key: 'two',
    does: 'close the context',
    who: 'an admin of gh/acme',
    instructions: ['Open Contexts.', 'Keep All members.'],
    url: 'https://x.test/contexts',
  },
]
const PLAN = [{ step: fakeStep('heroku.thing'), seen: { is: 'missing' }, actions: ACTIONS, consents: [] }] as const
const PLACE = { bases: new Map(), checkout: '/home/me/it' }

function written(columns: number, write: (printer: ReturnType<typeof createPrinter>) => void): string {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), { columns }) as unknown as NodeJS.WriteStream
  write(createPrinter(stream, { NO_COLOR: '1' }))
  return String(stream.read() ?? '')
}

test('A plan tells what only a person can do from what is done', () => {
  const text = written(80, printer => showPlan(PLAN, new Map(), printer, { fold: true }))
  expect(text).toContain('    + make the context\n    ● an admin of gh/acme: close the context\n')
})

test('Every request is shown with what a person is told; a command stays on one line, to be copied', () => {
  const text = written(40, printer => showRequests(PLAN, printer, PLACE))
  expect(text).toContain('POST https://api.heroku.com/apps')
  expect(text).toMatch(/by hand: heroku apps:create a-rather-long-name-for-an-app-of-ours --stack container\n/)
  for (const told of ['for an admin of gh/acme:', 'Open Contexts.', 'Keep All members.', 'https://x.test/contexts']) {
    expect(text).toContain(`    ${told}\n`)
  }
})
