import { describe, expect, test } from 'vitest'
import { shown } from '../../../src/engine/text.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { bot } from '../../../steps/docker-hub/bot.ts'
import { provePush } from '../../../steps/docker-hub/prove-push.ts'
import { repository } from '../../../steps/docker-hub/repository.ts'
import { team } from '../../../steps/docker-hub/team.ts'
import { token } from '../../../steps/docker-hub/token.ts'
import { furnish } from '../../rehearsal/docker-hub-client.ts'
import { lookAt, walk } from '../../support/engine.ts'
import { effects } from '../../support/stage.ts'
import {
  ciMayPush,
  contextIn,
  giveBotPassword,
  haveContext,
  repositoryIn,
  saidIn,
  setStage,
  walkWithPeople,
} from './stage.ts'

const PERSONAL = { dockerHubRoute: 'personal', dockerHubRepository: 'yourname/app' } as const
const ALL = [repository, team, bot, token, provePush]

const furnished =
  (more: { collaborators?: string[]; emailVerified?: boolean; private?: boolean } = {}) =>
  ({ dockerHub }: World) => {
    const { collaborators = [], emailVerified = true } = more
    furnish(dockerHub, {
      users: [{ username: 'acmecibot', emailVerified }],
      repositories: [{ namespace: 'yourname', name: 'app', collaborators, private: more.private ?? false }],
    })
  }

describe('The whole way', () => {
  test('from nothing to a proven token: the password is chosen first, then used at the sign-up', async () => {
    const stage = await setStage(undefined, PERSONAL)
    await haveContext(stage)
    const { engine, rehearsal } = stage
    const { outcomes, played, events } = await walkWithPeople(ALL, stage)
    expect([...outcomes].map(([id, { is }]) => [id, is])).toEqual(
      ALL.filter(one => one !== team).map(({ id }) => [id, 'done']),
    )
    expect(played).toEqual(['password', 'sign-up', 'collaborate'])
    const { password = '', tokens = [] } =
      rehearsal.world.dockerHub.users.find(one => one.username === 'acmecibot') ?? {}
    expect(tokens).toMatchObject([{ scope: 'repo:write' }])
    expect(contextIn(rehearsal)).toMatchObject({ user: 'acmecibot', pass: tokens[0]?.token })
    expect(await ciMayPush(rehearsal, 'yourname/app')).toBe(true)
    expect(repositoryIn(rehearsal, 'yourname/app')?.collaborators).toEqual(['acmecibot'])
    const said = saidIn(engine, events, [...outcomes])
    for (const secret of [password, tokens[0]?.token ?? '']) expect(said).not.toContain(secret)
  })
})

test('The registry grants a push also to what is not there in the own namespace: no token is made for that', async () => {
  const stage = await setStage(furnished({ collaborators: ['acmecibot'] }), PERSONAL)
  await haveContext(stage)
  giveBotPassword(stage.engine)
  stage.rehearsal.world.dockerHub.repositories = []
  const { outcomes } = await walk([token], stage.engine)
  expect(outcomes.get('docker-hub.token')).toMatchObject({ is: 'failed', cause: { code: 'no-right' } })
  expect(effects(stage.rehearsal)).toEqual([])
})

describe('The bot', () => {
  const setOut = async (change?: (world: World) => void, answers = {}) => {
    const stage = await setStage(change, { ...PERSONAL, ...answers })
    giveBotPassword(stage.engine)
    return stage
  }

  test('can be seen by itself alone: its password is asked for', async () => {
    const { engine } = await setStage(furnished(), PERSONAL)
    const { plan } = await walk([bot], engine)
    expect(plan[0]?.seen).toMatchObject({
      is: 'unknown',
      needs: { identity: 'docker-hub.bot', what: 'password' },
      cause: { next: expect.stringContaining('DOCKERHUB_BOT_USER') },
    })
  })

  test('that nobody is let in as waits for its sign-up, or has another password: both are said', async () => {
    const { engine } = await setOut()
    expect(await lookAt(bot, engine)).toMatchObject({
      is: 'pending',
      on: 'person',
      detail: expect.stringMatching(/not signed up yet, or the password/),
      state: { at: 'nowhere' },
    })
    const other = await setOut(furnished())
    giveBotPassword(other.engine, 'not the password')
    expect(await lookAt(bot, other.engine)).toMatchObject({ is: 'pending', state: { at: 'nowhere' } })
    const outcome = (await walk([bot], other.engine)).outcomes.get('docker-hub.bot')
    expect(JSON.stringify(outcome)).toContain('signed up already')
  })

  test.each([
    ['is no collaborator', {}, 'grants acmecibot pull'],
    ['has not verified its mail', { collaborators: ['acmecibot'], emailVerified: false }, 'grants acmecibot pull'],
    ['cannot even see the private repository', { private: true }, 'grants acmecibot nothing'],
  ])('that %s waits for a person, who is told both causes', async (_, more, words) => {
    const { engine, rehearsal } = await setOut(furnished(more))
    expect(await lookAt(bot, engine)).toMatchObject({
      is: 'pending',
      on: 'person',
      detail: expect.stringContaining(words),
    })
    const outcome = (await walk([bot], engine)).outcomes.get('docker-hub.bot')
    if (outcome?.is !== 'open' || outcome.why !== 'person') throw new Error('nobody is asked')
    expect(outcome.action.key).toBe('collaborate')
    expect(shown(outcome.action.url ?? '')).toBe('https://hub.docker.com/repository/docker/yourname/app/collaborators')
    expect(outcome.action.instructions.map(shown).join(' ')).toMatch(/Collaborators.*not verified/)
    expect(effects(rehearsal)).toEqual([])
  })

  test.each([true, false])(
    'that may push is there, also where the registry’s answer cannot be read (%s)',
    async opaque => {
      const { engine } = await setOut(world => {
        furnished({ collaborators: ['acmecibot'] })(world)
        world.dockerHub.rules.opaqueRegistryTokens = opaque
      })
      expect(await lookAt(bot, engine)).toMatchObject({ is: 'present', notes: [] })
    },
  )

  test('that may not, and the answer cannot be read, is not taken for one that may', async () => {
    const { engine } = await setOut(world => {
      furnished()(world)
      world.dockerHub.rules.opaqueRegistryTokens = true
    })
    expect(await lookAt(bot, engine)).toMatchObject({ is: 'pending', state: { at: 'reader' } })
  })

  test('that is the owner can push to everything: that is said', async () => {
    const { engine, rehearsal } = await setOut(furnished(), { dockerHubBot: 'yourname' })
    giveBotPassword(engine, rehearsal.world.dockerHub.users[0]?.password, 'yourname')
    expect(await lookAt(bot, engine)).toMatchObject({
      is: 'present',
      notes: [expect.stringContaining('every repository')],
    })
  })

  test('a private repository over the plan’s number takes no push: the token is not delivered', async () => {
    const { engine, rehearsal } = await setOut(
      world => {
        furnished({ collaborators: ['acmecibot'], private: true })(world)
        furnish(world.dockerHub, { repositories: [{ namespace: 'yourname', name: 'other', private: true }] })
      },
      { dockerHubVisibility: 'private' },
    )
    await haveContext({ engine, rehearsal })
    const { outcomes } = await walk([token], engine)
    expect(outcomes.get('docker-hub.token')).toMatchObject({
      is: 'failed',
      cause: { code: 'not-granted', means: expect.stringContaining('private') },
    })
    expect(contextIn(rehearsal).context.variables).toEqual([])
  })
})
