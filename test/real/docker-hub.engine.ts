import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { grantedIn } from '../../src/clouds/docker-hub.ts'
import type { Step } from '../../src/engine/step.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import { bot } from '../../steps/docker-hub/bot.ts'
import { provePush } from '../../steps/docker-hub/prove-push.ts'
import { repository } from '../../steps/docker-hub/repository.ts'
import { team } from '../../steps/docker-hub/team.ts'
import { token } from '../../steps/docker-hub/token.ts'
import { furnish, PASSWORD, registryToken } from '../rehearsal/docker-hub-client.ts'
import {
  contextIn,
  haveContext,
  organizationIn,
  repositoryIn,
  setStage,
  walkWithPeople,
} from '../steps/docker-hub/stage.ts'
import { IMAGES } from './engine/checkout.ts'
import { tokensOf } from './engine/docker-hub.ts'
import { passOn } from './engine/edge.ts'
import { ground, personWith, registryFor } from './engine/stage.ts'

const ROUTES: Readonly<Record<string, readonly Step[]>> = {
  'bot-team': [repository, team, bot, token, provePush],
  'org-token': [repository, token, provePush],
}

const here = ground()

/** What CI has when the wizard has walked that route, and a real registry that takes Docker Hub's tokens. */
async function walked(dockerHubRoute: 'bot-team' | 'org-token') {
  const stage = await setStage(undefined, { dockerHubRoute })
  await haveContext(stage)
  const { outcomes } = await walkWithPeople(ROUTES[dockerHubRoute] ?? [], stage, ['docker-hub.bot'])
  expect([...outcomes.values()].map(({ is }) => is)).not.toContain('failed')
  expect(outcomes.get('docker-hub.prove-push')).toMatchObject({ is: 'done' })
  return { rehearsal: stage.rehearsal, ...(await hub(stage.rehearsal)) }
}

/** A real registry in the place of Docker Hub's, by its address, and a docker that pushes to it. */
async function hub(rehearsal: Rehearsal) {
  const registry = await registryFor({ token: tokensOf(rehearsal) })
  const { host } = new URL(here.edge.origin)
  here.edge.hosts.set(host, (asked, response, path) => passOn(registry.origin, asked, response, { path }))
  /** As the documented CI job does it: sign in with what the context has, then push; what came of it. */
  const push = async (image: string, user: string, secret: string) => {
    const env = personWith('docker without the buildx plugin', here.engine)
    const docker = (argv: readonly string[], more: { readonly input?: string; readonly DOCKER_HOST?: string } = {}) => {
      const { input = '', ...set } = more
      return execa('docker', argv, { env: { ...env, ...set }, extendEnv: false, input, reject: false, all: true })
    }
    // podman's service signs in over https alone; without an engine docker signs in by itself, and as strictly.
    const noEngine = { DOCKER_HOST: 'unix:///nowhere' }
    const login = await docker(['login', '--username', user, '--password-stdin', host], { input: secret, ...noEngine })
    if (login.exitCode !== 0) return { done: 'login refused', said: login.all }
    await docker(['tag', IMAGES.builder, `${host}/${image}`])
    const { exitCode, all } = await docker(['push', `${host}/${image}`])
    return { done: exitCode === 0 ? 'pushed' : 'push refused', said: all }
  }
  /** The tags that the registry really has. */
  const tags = async (name: string) => {
    const { body } = await registryToken(
      rehearsal,
      name,
      ['yourname', rehearsal.world.dockerHub.users[0]?.password ?? ''],
      'pull',
    )
    const authorization = `Bearer ${(body as { readonly token?: string }).token}`
    const reply = await fetch(`${registry.origin}/v2/${name}/tags/list`, { headers: { authorization } })
    return reply.ok ? ((await reply.json()) as { readonly tags: readonly string[] }).tags : []
  }
  return { push, tags }
}

describe('What the wizard gave CI really pushes to its repository, and nowhere else:', () => {
  test.each(['bot-team', 'org-token'] as const)('%s', async route => {
    const { rehearsal, push, tags } = await walked(route)
    furnish(rehearsal.world.dockerHub, { repositories: [{ namespace: 'acme', name: 'other' }] })
    const { user = '', pass } = contextIn(rehearsal)
    expect(await push('acme/app:v1', user, pass)).toMatchObject({ done: 'pushed' })
    expect(await tags('acme/app')).toEqual(['v1'])
    const elsewhere = await push('acme/other:v1', user, pass)
    expect(elsewhere).toMatchObject({ done: 'push refused', said: expect.stringMatching(/denied|unauthorized/) })
    expect(await tags('acme/other')).toEqual([])
    expect(elsewhere.said).not.toContain(pass)
  })
})

describe('What the proof says is what a push does, where', () => {
  test.each<[string, (rehearsal: Rehearsal) => void, string]>([
    ['nothing has changed', () => {}, 'pushed'],
    [
      'the team may only read',
      rehearsal => {
        for (const one of repositoryIn(rehearsal)?.teams ?? []) one.permission = 'read'
      },
      'push refused',
    ],
    [
      'the bot has left the team',
      rehearsal => {
        for (const one of organizationIn(rehearsal).teams) one.members = []
      },
      'push refused',
    ],
    [
      'the mail of the bot is not verified',
      ({ world }) => {
        for (const one of world.dockerHub.users) one.emailVerified &&= one.username !== 'acmecibot'
      },
      'push refused',
    ],
    [
      'the token was made for reading',
      ({ world }) => {
        for (const { tokens } of world.dockerHub.users) for (const one of tokens) one.scope = 'repo:read'
      },
      'push refused',
    ],
    [
      'the token was revoked',
      ({ world }) => {
        for (const one of world.dockerHub.users) one.tokens = []
      },
      'login refused',
    ],
  ])('%s', async (_, change, done) => {
    const { rehearsal, push, tags } = await walked('bot-team')
    change(rehearsal)
    const { user = '', pass } = contextIn(rehearsal)
    const reply = await registryToken(rehearsal, 'acme/app', [user, pass])
    const granted = reply.status === 200 ? grantedIn({ ...reply, headers: {}, asked: '' }, 'acme/app') : []
    const isProven = granted !== 'opaque' && ['pull', 'push'].every(action => granted.includes(action))
    const pushed = await push('acme/app:v1', user, pass)
    expect(pushed).toMatchObject({ done })
    expect(isProven).toBe(done === 'pushed')
    expect(await tags('acme/app')).toEqual(done === 'pushed' ? ['v1'] : [])
    expect(pushed.said).not.toContain(pass)
  })
})

test('A wrong password is refused at the sign-in', async () => {
  const { push } = await walked('bot-team')
  expect(await push('acme/app:v1', 'acmecibot', `${PASSWORD} not`)).toMatchObject({
    done: 'login refused',
    said: expect.stringContaining('incorrect username or password'),
  })
})
