import { expect, test } from 'vitest'
import type { Json } from '../../src/clouds/json.ts'
import { type Engine, newLook, see } from '../../src/engine/engine.ts'
import type { Step } from '../../src/engine/step.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import { project } from '../../steps/circleci/project.ts'
import { bot } from '../../steps/docker-hub/bot.ts'
import { team } from '../../steps/docker-hub/team.ts'
import { circlePlace, followed } from '../support/circleci.ts'
import { haveContext, setStage } from './docker-hub/stage.ts'

interface Place {
  readonly engine: Engine
  readonly rehearsal: Rehearsal
}

const atCircle = (): Promise<Place> => circlePlace({ change: followed })
async function atHub(): Promise<Place> {
  const stage = await setStage()
  await haveContext(stage)
  return stage
}

const page = (...results: readonly Json[]): Json => ({ count: results.length, next: null, previous: null, results })

/** What a look meets: an answer of whole items but for the field that is named. */
test.each<[string, Step, () => Promise<Place>, string, Json]>([
  [
    'advanced.forks_receive_secret_env_vars',
    project,
    atCircle,
    '/settings$',
    { advanced: { forks_get_secrets: true } },
  ],
  ['id', team, atHub, '/groups\\?page_size=100&page=1&search', page({ name: 'app-pushers', uuid: 'x' })],
  ['username', bot, atHub, '/members\\?type=all', page({ name: 'acmecibot', role: 'Member' })],
  ['role', bot, atHub, '/members\\?type=all', page({ username: 'acmecibot' })],
  ['data', bot, atHub, '/invites$', { invites: [] }],
])('Where %s has another name, nothing is known, and the field is told', async (field, step, place, path, body) => {
  const { engine, rehearsal } = await place()
  rehearsal.faults.push({ method: 'GET', path, do: { status: 200, body } })
  expect(await see(step, newLook(engine))).toMatchObject({
    is: 'unknown',
    cause: {
      code: 'missing-field',
      asked: expect.stringMatching(/^GET /),
      means: expect.stringContaining(` ${field},`),
    },
  })
})
