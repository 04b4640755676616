import { describe, expect, test } from 'vitest'
import { fillBody, shown } from '../../../src/engine/text.ts'
import { signUp } from '../../../src/rehearsal/docker-hub/people.ts'
import type { Organization } from '../../../src/rehearsal/docker-hub/world.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { bot } from '../../../steps/docker-hub/bot.ts'
import { provePush } from '../../../steps/docker-hub/prove-push.ts'
import { repository } from '../../../steps/docker-hub/repository.ts'
import { team } from '../../../steps/docker-hub/team.ts'
import { token } from '../../../steps/docker-hub/token.ts'
import { furnish, PASSWORD } from '../../rehearsal/docker-hub-client.ts'
import { lookAt, walk } from '../../support/engine.ts'
import { effects } from '../../support/stage.ts'
import {
  ciMayPush,
  contextIn,
  giveBotPassword,
  haveContext,
  organizationIn,
  repositoryIn,
  saidIn,
  setStage,
  signInAs,
  walkWithPeople,
} from './stage.ts'

const ALL = [repository, team, bot, token, provePush]
const OLD = '2026-01-01T00:00:00.000Z'

/** Changes the organization. */
const acme =
  (more: Partial<Organization>) =>
  ({ dockerHub }: World) => {
    for (const one of dockerHub.organizations) Object.assign(one, more)
  }
const pushers = (members: string[] = [], name = 'app-pushers') => ({
  id: 1001,
  uuid: '8f0e5e2a-0f63-4c8e-9a53-0c5b1b3f0001',
  name,
  description: '',
  members,
})
/** The repository, with the team's right on it. */
const withRight =
  (permission?: 'read' | 'write' | 'admin') =>
  ({ dockerHub }: World) =>
    furnish(dockerHub, {
      repositories: [{ namespace: 'acme', name: 'app', teams: permission ? [{ id: 1001, permission }] : [] }],
    })
const people = (world: World) => furnish(world.dockerHub, { users: [{ username: 'acmecibot' }, { username: 'fred' }] })
const all =
  (...changes: readonly ((world: World) => void)[]) =>
  (world: World) => {
    for (const change of changes) change(world)
  }
const invite = (createdAt: string) => ({
  id: '8f0e5e2a-0f63-4c8e-9a53-0c5b1b3f0002',
  inviter: 'yourname',
  invitee: 'acmecibot',
  role: 'member' as const,
  team: 'app-pushers',
  createdAt,
  sentAt: createdAt,
})

describe('The whole way', () => {
  test('from nothing to a proven token, with people where only they can', async () => {
    const stage = await setStage()
    await haveContext(stage)
    const { engine, rehearsal } = stage
    const { outcomes, played, events } = await walkWithPeople(ALL, stage)
    expect([...outcomes.values()].map(({ is }) => is)).toEqual(ALL.map(() => 'done'))
    expect(played).toEqual(['sign-up', 'accept', 'password'])
    const { password = '', tokens = [] } =
      rehearsal.world.dockerHub.users.find(one => one.username === 'acmecibot') ?? {}
    expect(tokens).toMatchObject([
      { scope: 'repo:write', label: 'dummyapp-setup acme/app: CircleCI heroku-and-dockerhub' },
    ])
    expect(contextIn(rehearsal)).toMatchObject({ user: 'acmecibot', pass: tokens[0]?.token })
    expect(contextIn(rehearsal).pass).not.toBe(password)
    expect(await ciMayPush(rehearsal)).toBe(true)
    expect(organizationIn(rehearsal).teams).toMatchObject([{ name: 'app-pushers', members: ['acmecibot'] }])
    const said = saidIn(engine, events, [...outcomes])
    for (const secret of [password, tokens[0]?.token ?? '']) expect(said).not.toContain(secret)
  })

  test('goes on where Docker Hub does not list the teams of a repository', async () => {
    const stage = await setStage(({ dockerHub }) => {
      dockerHub.rules.listsTeamPermissions = false
    })
    await haveContext(stage)
    const { outcomes } = await walkWithPeople(ALL, stage)
    expect([...outcomes.values()].map(({ is }) => is)).toEqual(ALL.map(() => 'done'))
    expect(await lookAt(team, stage.engine)).toMatchObject({ is: 'present' })
  })

  test('done once, it asks for no password and changes nothing', async () => {
    const stage = await setStage()
    await haveContext(stage)
    await walkWithPeople(ALL, stage)
    stage.engine.clouds.credentials.delete('docker-hub.bot')
    const before = effects(stage.rehearsal)
    const { outcomes } = await walk(ALL, stage.engine)
    expect([...outcomes.values()].map(({ is }) => is)).toEqual(ALL.map(() => 'done'))
    expect(outcomes.get('docker-hub.token')).toMatchObject({ notes: [expect.stringContaining('own password')] })
    expect(effects(stage.rehearsal)).toEqual(before)
    // With the password it is looked at.
    giveBotPassword(
      stage.engine,
      stage.rehearsal.world.dockerHub.users.find(one => one.username === 'acmecibot')?.password,
    )
    for (const user of stage.rehearsal.world.dockerHub.users) for (const one of user.tokens) one.active = false
    expect(await lookAt(token, stage.engine)).toMatchObject({ is: 'missing', state: { mint: true } })
  })
})

describe('The team', () => {
  test('is missing, and made by two requests, the right by its number', async () => {
    const { engine, rehearsal } = await setStage(withRight())
    expect(await lookAt(team, engine)).toEqual({ is: 'missing' })
    const { plan } = await walk([team], engine)
    expect(plan[0]?.actions).toEqual(team.actions(engine.answers))
    const [made] = organizationIn(rehearsal).teams
    expect(rehearsal.log.filter(({ effect }) => effect)).toMatchObject([
      { method: 'POST', path: '/v2/orgs/acme/groups', body: { name: 'app-pushers' } },
      { method: 'POST', path: '/v2/repositories/acme/app/groups', body: { group_id: made?.id, permission: 'write' } },
    ])
    expect(engine.progress.saved.records['docker-hub.team']).toMatchObject({ how: 'made', id: made?.uuid })
    expect((await lookAt(team, engine)).is).toBe('present')
  })

  test.each(['reset-after', 'reset-before'] as const)('survives a lost answer (%s)', async kind => {
    const { engine, rehearsal } = await setStage(withRight())
    rehearsal.faults.push({ method: 'POST', path: '/orgs/acme/groups$', times: 1, do: kind })
    expect((await walk([team], engine)).outcomes.get('docker-hub.team')).toMatchObject({ is: 'done' })
    expect(organizationIn(rehearsal).teams).toHaveLength(1)
    expect(engine.progress.saved.records['docker-hub.team']?.how).toBe('made')
  })

  test('goes on where an earlier run ended between the two', async () => {
    const { engine, rehearsal } = await setStage(withRight())
    rehearsal.faults = [{ method: 'POST', path: '/app/groups$', do: { status: 403, body: { detail: 'no' } } }]
    expect((await walk([team], engine)).outcomes.get('docker-hub.team')).toMatchObject({ is: 'failed' })
    rehearsal.faults = []
    const { plan, outcomes } = await walk([team], engine)
    expect(plan[0]).toMatchObject({ consents: [], actions: [{ key: 'grant' }] })
    expect(outcomes.get('docker-hub.team')).toMatchObject({ is: 'done' })
  })

  test('of a stranger is offered with who else is in it, and untouched without consent', async () => {
    const { engine, rehearsal } = await setStage(
      all(people, withRight(), acme({ teams: [pushers(['fred', 'acmecibot'])] })),
    )
    expect(await lookAt(team, engine)).toMatchObject({
      is: 'missing',
      owned: { what: 'team app-pushers', owner: 'organization acme', alsoAccess: ['fred'] },
    })
    const { plan } = await walk([team], engine)
    expect(plan[0]?.consents).toEqual(['adopt'])
    expect(effects(rehearsal)).toEqual([])
    await walk([team], engine, { agreed: ['docker-hub.team'] })
    expect(engine.progress.saved.records['docker-hub.team']?.how).toBe('adopted')
    expect((await lookAt(team, engine)).is).toBe('present')
  })

  test.each(['admin', 'read'] as const)('with the right to %s differs', async found => {
    const { engine, rehearsal } = await setStage(all(withRight(found), acme({ teams: [pushers()] })))
    expect(await lookAt(team, engine)).toMatchObject({ is: 'differs', how: [{ expected: 'write', found }] })
    await walk([team], engine, { agreed: ['docker-hub.team'] })
    expect(repositoryIn(rehearsal)?.teams).toEqual([{ id: 1001, permission: 'write' }])
    expect((await lookAt(team, engine)).is).toBe('present')
  })

  test('is found by its whole name, among more than a page', async () => {
    const many = Array.from({ length: 120 }, (_, index) => ({
      ...pushers([], `app-pushers-${index}`),
      id: 2000 + index,
    }))
    const { engine } = await setStage(all(withRight('write'), acme({ teams: [...many, pushers()] })))
    expect((await lookAt(team, engine)).is).toBe('present')
    const without = await setStage(all(withRight(), acme({ teams: many })))
    expect(await lookAt(team, without.engine)).toEqual({ is: 'missing' })
  })

  test('needs a plan, which is told with the other ways', async () => {
    const { engine, rehearsal } = await setStage(all(withRight(), acme({ plan: 'free' })))
    const { outcomes } = await walk([team, bot], engine)
    expect(outcomes.get('docker-hub.team')).toMatchObject({
      is: 'failed',
      cause: { code: 'plan', next: expect.stringContaining('dockerHubRoute=personal') },
    })
    expect(effects(rehearsal)).toEqual([])
  })

  test('is not shown to a personal access token, whatever the plan: the password is asked for', async () => {
    const { engine, rehearsal } = await setStage(withRight())
    const [me] = rehearsal.world.dockerHub.users
    const pat = { id: crypto.randomUUID(), label: 'mine', scope: 'repo:admin' as const, token: 'dckr_pat_mine' }
    me?.tokens.push({ ...pat, active: true, expiresAt: null, createdAt: '2026-01-01T00:00:00.000Z' })
    signInAs(engine, 'dckr_pat_mine')
    expect((await walk([team], engine)).outcomes.get('docker-hub.team')).toMatchObject({
      is: 'failed',
      cause: { next: expect.stringContaining('DOCKERHUB_ADMIN_PASSWORD') },
    })
    expect(effects(rehearsal)).toEqual([])
  })

  test('cannot be given its right by an organization token: that is said', async () => {
    const { engine, rehearsal } = await setStage(withRight())
    const refused = { status: 403, body: { detail: 'token issued from organization access token is not allowed' } }
    rehearsal.faults.push({ method: 'POST', path: '/app/groups$', do: refused })
    expect((await walk([team], engine)).outcomes.get('docker-hub.team')).toMatchObject({
      cause: { code: 'organization-token', next: expect.stringContaining('DOCKERHUB_ADMIN_PASSWORD') },
    })
  })

  test('is no part of the other ways', () => {
    expect(team.when?.({ dockerHubRoute: 'org-token' } as never)).toBe(false)
    expect(team.when?.({ dockerHubRoute: 'personal' } as never)).toBe(false)
    expect(bot.when?.({ dockerHubRoute: 'org-token' } as never)).toBe(false)
  })
})

describe('The bot', () => {
  const ready = (...changes: readonly ((world: World) => void)[]) =>
    setStage(all(withRight('write'), acme({ teams: [pushers()] }), ...changes))
  const member = acme({
    teams: [pushers()],
    members: [
      { username: 'yourname', role: 'owner' },
      { username: 'acmecibot', role: 'member' },
    ],
  })

  test('that is not signed up waits for a person, with the text to forward', async () => {
    const { engine, rehearsal } = await ready()
    expect(await lookAt(bot, engine)).toMatchObject({ is: 'pending', on: 'person', state: { at: 'nowhere' } })
    const { outcomes } = await walk([bot], engine)
    const outcome = outcomes.get('docker-hub.bot')
    expect(outcome).toMatchObject({
      is: 'open',
      why: 'person',
      action: { key: 'sign-up', url: 'https://app.docker.com/signup/' },
    })
    if (outcome?.is !== 'open' || outcome.why !== 'person') throw new Error('not a person')
    const words = outcome.action.instructions.map(shown).join(' ')
    for (const word of ['acmecibot', 'To forward', 'mail', '9 characters']) expect(words).toContain(word)
    expect(effects(rehearsal)).toEqual([])
    // To look was a preview: nobody is invited by it.
    expect(organizationIn(rehearsal).invites).toEqual([])
  })

  test('that is signed up is invited into the team, and then waits for its acceptance, with the last day', async () => {
    const { engine, rehearsal } = await ready(people)
    expect(await lookAt(bot, engine)).toMatchObject({ is: 'missing', state: { at: 'signed-up' } })
    const { outcomes } = await walk([bot], engine)
    expect(outcomes.get('docker-hub.bot')).toMatchObject({ is: 'open', why: 'person', action: { key: 'accept' } })
    const sent = rehearsal.log.find(({ effect }) => effect)
    const [, action] = bot.actions(engine.answers)
    expect(sent?.body).toEqual(action?.kind === 'request' ? fillBody(action.body ?? null, () => '') : undefined)
    const until = new Date(Date.now() + 14 * 86_400_000).toISOString().slice(0, 10)
    expect(await lookAt(bot, engine)).toMatchObject({ is: 'pending', detail: `acmecibot is invited, until ${until}` })
    await walk([bot], engine)
    expect(effects(rehearsal)).toHaveLength(1)
  })

  test('whose invitation is too old is sent it again', async () => {
    const { engine, rehearsal } = await ready(people, acme({ invites: [invite(OLD)] }))
    expect(await lookAt(bot, engine)).toMatchObject({ is: 'missing', state: { at: 'expired' } })
    await walk([bot], engine)
    expect(effects(rehearsal)).toEqual([expect.stringMatching(/^PATCH .*resend$/)])
    expect(await lookAt(bot, engine)).toMatchObject({ is: 'pending', state: { at: 'invited' } })
  })

  test('that is a member and not in the team is added', async () => {
    const { engine, rehearsal } = await ready(people, member)
    expect(await lookAt(bot, engine)).toMatchObject({ is: 'missing', state: { at: 'member' } })
    await walk([bot], engine)
    expect(effects(rehearsal)).toEqual(['POST /v2/orgs/acme/groups/app-pushers/members'])
    expect((await lookAt(bot, engine)).is).toBe('present')
  })

  test('that is an owner can do far more: it differs', async () => {
    const { engine } = await ready(
      people,
      acme({
        members: [
          { username: 'yourname', role: 'owner' },
          { username: 'acmecibot', role: 'owner' },
        ],
      }),
    )
    expect(await lookAt(bot, engine)).toMatchObject({ is: 'differs', how: [{ expected: 'member', found: 'owner' }] })
    await walk([bot], engine, { agreed: ['docker-hub.bot'] })
    expect((await lookAt(bot, engine)).is).toBe('present')
  })

  test('in other teams too: that is said', async () => {
    const teams = [pushers(['acmecibot']), { ...pushers(['acmecibot'], 'ops'), id: 1002 }]
    const { engine } = await ready(people, member, acme({ teams }))
    expect(await lookAt(bot, engine)).toMatchObject({ is: 'present', notes: [expect.stringContaining('ops')] })
  })

  test('finds no seat: told before anybody is invited', async () => {
    const { engine } = await ready(people, acme({ seats: 1 }))
    expect(await lookAt(bot, engine)).toMatchObject({
      is: 'unknown',
      cause: { code: 'no-seat', next: expect.stringContaining('org-token') },
    })
  })

  test('is not taken for one whose name merely has its own in it', async () => {
    const { engine } = await ready(
      world => furnish(world.dockerHub, { users: [{ username: 'acmecibot2' }] }),
      acme({
        members: [
          { username: 'yourname', role: 'owner' },
          { username: 'acmecibot2', role: 'member' },
        ],
      }),
    )
    expect(await lookAt(bot, engine)).toMatchObject({ state: { at: 'nowhere' } })
  })
})

describe('The token of the bot', () => {
  async function withBot(change?: (world: World) => void) {
    const members = [
      { username: 'yourname', role: 'owner' as const },
      { username: 'acmecibot', role: 'member' as const },
    ]
    const stage = await setStage(
      all(people, withRight('write'), acme({ members, teams: [pushers(['acmecibot'])] }), change ?? (() => {})),
    )
    await haveContext(stage)
    return stage
  }
  const tokensIn = ({ dockerHub }: World) => dockerHub.users.find(one => one.username === 'acmecibot')?.tokens

  test('is not made without its password, which is asked for', async () => {
    const { engine, rehearsal } = await withBot()
    expect((await walk([token], engine)).outcomes.get('docker-hub.token')).toMatchObject({
      is: 'open',
      why: 'secret',
      needs: { identity: 'docker-hub.bot', what: 'password' },
      cause: { next: expect.stringContaining('DOCKERHUB_BOT_PASSWORD') },
    })
    expect(effects(rehearsal)).toEqual([])
    expect(engine.progress.saved.intents).toEqual({})
  })

  test('a wrong password is asked for again', async () => {
    const { engine } = await withBot()
    giveBotPassword(engine, 'not the password')
    expect((await walk([token], engine)).outcomes.get('docker-hub.token')).toMatchObject({ is: 'open', why: 'secret' })
  })

  test('no password is taken where the organization enforces single sign-on: the way without a bot is said', async () => {
    const { engine, rehearsal } = await withBot()
    for (const one of rehearsal.world.dockerHub.organizations) one.ssoEnforced = true
    giveBotPassword(engine)
    expect((await walk([token], engine)).outcomes.get('docker-hub.token')).toMatchObject({
      is: 'open',
      why: 'secret',
      cause: { next: expect.stringContaining('--set dockerHubRoute=org-token') },
    })
  })

  test('a second factor of the bot is asked for', async () => {
    const { engine } = await withBot(({ dockerHub }) => {
      for (const one of dockerHub.users) if (one.username === 'acmecibot') one.twoFactorCode = '123456'
    })
    giveBotPassword(engine, PASSWORD)
    expect((await walk([token], engine)).outcomes.get('docker-hub.token')).toMatchObject({ needs: { what: 'code' } })
  })

  test.each<[string, (world: World) => void]>([
    [
      'its mail is not verified',
      ({ dockerHub }) => {
        for (const one of dockerHub.users) if (one.username === 'acmecibot') one.emailVerified = false
      },
    ],
    [
      'the team may only read',
      ({ dockerHub }) =>
        dockerHub.repositories.forEach(one => {
          one.teams = [{ id: 1001, permission: 'read' }]
        }),
    ],
    [
      'it is in no team, and the repository is private',
      world =>
        all(acme({ teams: [pushers()] }), ({ dockerHub }) =>
          dockerHub.repositories.forEach(one => {
            one.private = true
          }),
        )(world),
    ],
  ])('is not made where %s: the cause is named', async (_, change) => {
    const { engine, rehearsal } = await withBot(change)
    giveBotPassword(engine)
    expect((await walk([token], engine)).outcomes.get('docker-hub.token')).toMatchObject({
      is: 'failed',
      cause: { code: 'no-right', means: expect.stringContaining('mail is not verified') },
    })
    expect(tokensIn(rehearsal.world)).toEqual([])
  })

  test('made by another account than the answers name, it is not delivered, and revoked', async () => {
    const { engine, rehearsal } = await withBot(({ dockerHub }) =>
      dockerHub.repositories.forEach(one => {
        if (one.namespace === 'acme') one.collaborators = ['fred']
      }),
    )
    giveBotPassword(engine, PASSWORD, 'fred')
    expect((await walk([token], engine)).outcomes.get('docker-hub.token')).toMatchObject({
      cause: { code: 'token-refused', next: expect.stringContaining('DOCKERHUB_BOT_USER') },
    })
    expect(contextIn(rehearsal).context.variables).toEqual([])
    const { plan } = await walk([token], engine)
    expect(plan[0]?.actions[0]).toMatchObject({ method: 'DELETE', takesBack: true })
  })

  test('an account with the name of the organization cannot sign up', async () => {
    const { rehearsal } = await withBot()
    expect(() =>
      signUp(rehearsal.world, { username: 'acme', email: 'a@example.com', password: PASSWORD }, new Date()),
    ).toThrow('taken')
  })
})
