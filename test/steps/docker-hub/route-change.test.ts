import { describe, expect, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { token } from '../../../steps/docker-hub/token.ts'
import { furnish } from '../../rehearsal/docker-hub-client.ts'
import { gone, walk } from '../../support/engine.ts'
import { effects } from '../../support/stage.ts'
import { ciMayPush, giveBotPassword, type HubStage, haveContext, organizationIn, setStage } from './stage.ts'

const ID = 'docker-hub.token'
const STEPS = [token]

/** Two bots that may write to the repository, as the steps before would have it. */
const furnished = ({ dockerHub }: World) => {
  const bots = ['acmecibot', 'acmeotherbot']
  furnish(dockerHub, { users: bots.map(username => ({ username, emailVerified: true })) })
  const team = { uuid: '8f0e5e2a-0f63-4c8e-9a53-0c5b1b3f0001', name: 'app-pushers', description: '' }
  for (const { members, teams } of dockerHub.organizations) {
    members.push(...bots.map(username => ({ username, role: 'member' as const })))
    teams.push({ ...team, id: 1001, members: bots })
  }
  furnish(dockerHub, {
    repositories: [{ namespace: 'acme', name: 'app', teams: [{ id: 1001, permission: 'write' }] }],
  })
}

/** A set-up that is done by these answers, with the bot's password at hand. */
async function done(answers: Partial<Known>) {
  const stage = await setStage(furnished, answers)
  await haveContext(stage)
  giveBotPassword(stage.engine)
  const { outcomes } = await walk(STEPS, stage.engine)
  expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
  return stage
}

const by = (engine: Engine, answers: Partial<Known>): Engine => ({
  ...engine,
  answers: { ...engine.answers, ...answers },
})
const forgetBot = ({ clouds }: Engine) => clouds.credentials.delete('docker-hub.bot')
const tokensOf = ({ rehearsal }: HubStage, bot = 'acmecibot') =>
  rehearsal.world.dockerHub.users.find(({ username }) => username === bot)?.tokens ?? []
const organizationTokens = ({ rehearsal }: HubStage) => organizationIn(rehearsal).tokens

const BOT = { dockerHubRoute: 'bot-team' } as const
const ORGANIZATION = { dockerHubRoute: 'org-token' } as const

describe('From a bot to a token of the organization,', () => {
  test('the bot’s token is revoked last, once the new one is delivered', async () => {
    const stage = await done(BOT)
    const before = effects(stage.rehearsal).length
    const { outcomes } = await walk(STEPS, by(stage.engine, ORGANIZATION))
    expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
    const kinds = effects(stage.rehearsal)
      .slice(before)
      .map(one => one.replace(/[\da-f-]{36}/g, 'ID'))
    expect(kinds).toEqual([
      'POST /v2/orgs/acme/access-tokens',
      'PUT /api/v2/context/ID/environment-variable/DOCKERHUB_USER',
      'PUT /api/v2/context/ID/environment-variable/DOCKERHUB_PASS',
      'DELETE /v2/access-tokens/ID',
    ])
    expect(tokensOf(stage)).toEqual([])
    expect(organizationTokens(stage)).toHaveLength(1)
    expect(await ciMayPush(stage.rehearsal)).toBe(true)
    const again = await walk(STEPS, by(stage.engine, ORGANIZATION))
    expect(again.outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
    expect(effects(stage.rehearsal)).toHaveLength(before + 4)
  })

  test('without the bot’s password it is said where it is revoked, each time, and done as soon as it is at hand', async () => {
    const stage = await done(BOT)
    const [left] = tokensOf(stage)
    forgetBot(stage.engine)
    const engine = by(stage.engine, ORGANIZATION)
    const note = expect.stringMatching(
      /only acmecibot’s own password.*DOCKERHUB_BOT_USER=acmecibot.*app\.docker\.com\/settings\/personal-access-tokens$/,
    )
    for (const _ of ['once', 'and again']) {
      const { outcomes } = await walk(STEPS, engine)
      expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [note] })
    }
    expect(tokensOf(stage)).toEqual([left])
    expect(await ciMayPush(stage.rehearsal)).toBe(true)
    giveBotPassword(engine)
    const { outcomes } = await walk(STEPS, engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
    expect(tokensOf(stage)).toEqual([])
    expect((await walk(STEPS, engine)).outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
  })

  test('and back: of all of them one is left', async () => {
    const stage = await done(BOT)
    forgetBot(stage.engine)
    await walk(STEPS, by(stage.engine, ORGANIZATION))
    giveBotPassword(stage.engine)
    const { outcomes } = await walk(STEPS, by(stage.engine, BOT))
    expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
    expect(organizationTokens(stage)).toEqual([])
    expect(tokensOf(stage)).toHaveLength(1)
    expect(await ciMayPush(stage.rehearsal)).toBe(true)
  })

  test('a run that is killed after any of its effects is completed by the next', async () => {
    for (let effect = 1; effect <= 4; effect += 1) {
      const stage = await done(BOT)
      const killed = new AbortController()
      let count = 0
      stage.rehearsal.hook = (phase, { effect: isEffect }) => {
        if (phase === 'after' && isEffect) count += 1
        if (count === effect) killed.abort(new Error('killed'))
      }
      const engine = by(stage.engine, ORGANIZATION)
      await walk(STEPS, engine, { stop: killed.signal, giveUp: killed.signal })
      expect(killed.signal.aborted).toBe(true)
      stage.rehearsal.hook = undefined
      expect((await walk(STEPS, engine)).outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
      expect(tokensOf(stage)).toEqual([])
      expect(organizationTokens(stage)).toHaveLength(1)
    }
  })
})

describe('From a token of the organization to a bot,', () => {
  test('the organization’s is revoked by its owner', async () => {
    const stage = await done(ORGANIZATION)
    const { outcomes } = await walk(STEPS, by(stage.engine, BOT))
    expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
    expect(organizationTokens(stage)).toEqual([])
    expect(await ciMayPush(stage.rehearsal)).toBe(true)
  })

  test('what is delivered does not count as done without the bot’s password: that is asked for', async () => {
    const stage = await done(ORGANIZATION)
    forgetBot(stage.engine)
    expect((await walk(STEPS, by(stage.engine, BOT))).outcomes.get(ID)).toMatchObject({
      is: 'open',
      why: 'secret',
      needs: { identity: 'docker-hub.bot' },
    })
    expect(organizationTokens(stage)).toHaveLength(1)
  })

  test('where whoever signed in is no owner any more, that is said', async () => {
    const stage = await done(ORGANIZATION)
    stage.rehearsal.faults.push({
      path: '^/v2/orgs/acme/access-tokens/',
      do: { status: 403, body: { message: 'no', errinfo: {} } },
    })
    const { outcomes } = await walk(STEPS, by(stage.engine, BOT))
    expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [expect.stringContaining('only an owner of acme')] })
    stage.rehearsal.faults = []
    await walk(STEPS, by(stage.engine, BOT))
    expect(organizationTokens(stage)).toEqual([])
  })
})

test('From one bot to another, the first one’s token is not taken for gone: whose password it needs is said', async () => {
  const stage = await done(BOT)
  const other = by(stage.engine, { dockerHubBot: 'acmeotherbot' })
  giveBotPassword(other, undefined, 'acmeotherbot')
  const { outcomes } = await walk(STEPS, other)
  expect(outcomes.get(ID)).toMatchObject({
    is: 'done',
    notes: [expect.stringMatching(/only acmecibot’s own password can revoke it\. Sign in as acmecibot and delete it/)],
  })
  expect(tokensOf(stage)).toHaveLength(1)
  expect(tokensOf(stage, 'acmeotherbot')).toHaveLength(1)
  expect(await ciMayPush(stage.rehearsal)).toBe(true)
})

test('What was saved before the owner was told is taken for the owner’s of now', async () => {
  const stage = await done(BOT)
  await stage.engine.progress.save({ facts: gone([`${ID}:of`]) })
  expect((await walk(STEPS, stage.engine)).outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
  expect(tokensOf(stage)).toHaveLength(1)
})
