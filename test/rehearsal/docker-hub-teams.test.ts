import { describe, expect, test } from 'vitest'
import { at, textAt } from '../../src/clouds/json.ts'
import { acceptInvite, addCollaborator, signUp, verifyMail } from '../../src/rehearsal/docker-hub/people.ts'
import type { Organization } from '../../src/rehearsal/docker-hub/world.ts'
import { NOTHING } from '../support/nothing.ts'
import { rehearse } from './client.ts'
import { accessOf, furnish, furnishAcme, PASSWORD, registryToken, signIn } from './docker-hub-client.ts'

const GROUPS = '/v2/orgs/acme/groups'
const PERMISSIONS = '/v2/repositories/acme/app/groups'
const pushers = { name: 'dummyapppushers', description: 'push from CI' }
const bot = { username: 'acmecibot', email: 'bot@example.com', password: PASSWORD }

const acme = (more: Partial<Organization> = {}, now?: () => Date) =>
  rehearse(({ dockerHub }) => furnishAcme(dockerHub, more), now ? { now } : {})

describe('a team', () => {
  test('has a number and a uuid, and is found by search and exact name', async () => {
    const hub = await signIn(await acme())
    const made = await hub('POST', GROUPS, pushers)
    expect(made).toMatchObject({
      status: 201,
      body: { ...pushers, id: expect.any(Number), uuid: expect.any(String), member_count: 0 },
    })
    await hub('POST', GROUPS, { name: 'dummyapppushers2' })
    expect((await hub('GET', `${GROUPS}?search=dummyapppushers`)).body).toMatchObject({ count: 2 })
    expect((await hub('GET', `${GROUPS}/dummyapppushers`)).body).toEqual(made.body)
    expect((await hub('GET', `${GROUPS}?username=member`)).body).toMatchObject({ count: 0 })
  })

  test.each([400, 409] as const)('that exists is refused with %s', async status => {
    const rehearsal = await acme()
    rehearsal.world.dockerHub.rules.teamClash = status
    const hub = await signIn(rehearsal)
    await hub('POST', GROUPS, pushers)
    expect((await hub('POST', GROUPS, pushers)).status).toBe(status)
  })

  test.each(['ab', 'x'.repeat(31), 'with space', 'with.dot'])('is not named %j', async name => {
    expect((await (await signIn(await acme()))('POST', GROUPS, { name })).status).toBe(400)
  })

  test('is renamed, and takes its permissions with it when it goes', async () => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal)
    const { body } = await hub('POST', GROUPS, pushers)
    await hub('POST', PERMISSIONS, { group_id: at(body, 'id') ?? null, permission: 'write' })
    expect((await hub('PATCH', `${GROUPS}/dummyapppushers`, { name: 'others' })).body).toMatchObject({ name: 'others' })
    expect((await hub('GET', PERMISSIONS)).body).toMatchObject({ count: 1, results: [{ group_name: 'others' }] })
    expect((await hub('DELETE', `${GROUPS}/others`)).status).toBe(204)
    expect((await hub('GET', PERMISSIONS)).body).toMatchObject({ count: 0 })
    expect((await hub('GET', `${GROUPS}/others`)).status).toBe(404)
  })

  test.each(['editor', 'member', 'stranger'])('is not made by %s', async name => {
    const refused = await (await signIn(await acme(), name))('POST', GROUPS, pushers)
    expect(refused).toMatchObject({ status: 403, body: { errinfo: NOTHING, message: 'forbidden' } })
  })

  test('is not had without a paid plan, which the list tells too', async () => {
    const hub = await signIn(await acme({ plan: 'free' }))
    expect((await hub('POST', GROUPS, pushers)).status).toBe(403)
    expect((await hub('GET', GROUPS)).status).toBe(403)
    expect((await hub('GET', PERMISSIONS)).status).toBe(403)
    expect((await hub('POST', '/v2/invites/bulk', { org: 'acme', invitees: ['stranger'] })).status).toBe(403)
    expect((await hub('GET', '/v2/orgs/acme/members')).body).toMatchObject({ count: 3 })
  })
})

describe('the permission of a team', () => {
  test('is given to its number, not to its uuid', async () => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal, 'editor')
    const { body } = await (await signIn(rehearsal))('POST', GROUPS, pushers)
    const uuid = textAt(body, 'uuid') ?? ''
    expect((await hub('POST', PERMISSIONS, { group_id: uuid, permission: 'write' })).status).toBe(400)
    expect((await hub('POST', PERMISSIONS, { group_id: 1, permission: 'write' })).status).toBe(404)
    const id = Number(at(body, 'id'))
    const given = { group_id: id, permission: 'write' }
    expect(await hub('POST', PERMISSIONS, given)).toMatchObject({
      status: 200,
      body: { ...given, group_name: 'dummyapppushers' },
    })
    expect((await hub('GET', `${PERMISSIONS}/${id}/`)).body).toMatchObject(given)
    expect((await hub('PATCH', `${PERMISSIONS}/${id}/`, { permission: 'read' })).body).toMatchObject({
      permission: 'read',
    })
    expect((await hub('DELETE', `${PERMISSIONS}/${id}/`)).status).toBe(204)
    expect((await hub('GET', `${PERMISSIONS}/${id}/`)).status).toBe(404)
  })

  test.each([
    ['read', ['pull']],
    ['write', ['pull', 'push']],
    ['admin', ['pull', 'push']],
  ])('%s grants %s to its members, and to nobody else', async (permission, actions) => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal)
    const { body } = await hub('POST', GROUPS, pushers)
    await hub('POST', PERMISSIONS, { group_id: at(body, 'id') ?? null, permission })
    expect((await hub('POST', `${GROUPS}/dummyapppushers/members`, { member: 'member' })).status).toBe(200)
    expect(accessOf(await registryToken(rehearsal, 'acme/app', ['member', PASSWORD]))).toMatchObject([{ actions }])
    expect(accessOf(await registryToken(rehearsal, 'acme/app', ['stranger', PASSWORD]))).toEqual([])
    expect((await hub('DELETE', `${GROUPS}/dummyapppushers/members/member`)).status).toBe(204)
    expect(accessOf(await registryToken(rehearsal, 'acme/app', ['member', PASSWORD]))).toEqual([])
  })

  test('is of organizations alone', async () => {
    const rehearsal = await acme()
    furnish(rehearsal.world.dockerHub, { repositories: [{ namespace: 'yourname', name: 'mine' }] })
    expect((await (await signIn(rehearsal))('GET', '/v2/repositories/yourname/mine/groups')).status).toBe(400)
  })
})

describe('an invitation', () => {
  const invite = { org: 'acme', team: 'dummyapppushers', role: 'member' }

  test('has a status for each; a dry run does nothing', async () => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal)
    await hub('POST', GROUPS, pushers)
    const given = { ...invite, invitees: ['stranger', 'new@example.com', 'member', 'nosuchuser'] }
    const statuses = ['invited', 'invited', 'existing_org_member', 'invalid_email_or_docker_id']
    const invitees = given.invitees.map((invitee, i) => ({ invitee, status: statuses[i] }))
    const dry = await hub('POST', '/v2/invites/bulk', { ...given, dry_run: true })
    expect(dry).toMatchObject({ status: 202, body: { invitees } })
    expect((await hub('GET', '/v2/orgs/acme/invites')).body).toEqual({ data: [] })
    const made = await hub('POST', '/v2/invites/bulk', given)
    expect(made).toMatchObject({ status: 202, body: { invitees } })
    expect(made.body).toMatchObject({
      invitees: [{ invite: { id: expect.any(String), team: 'dummyapppushers' } }, ...invitees.slice(1)],
    })
    expect((await hub('GET', '/v2/orgs/acme/invites')).body).toMatchObject({
      data: [{ invitee: 'stranger', inviter_username: 'yourname' }, { invitee: 'new@example.com' }],
    })
    expect(rehearsal.log.filter(({ path, effect }) => path === '/v2/invites/bulk' && effect)).toHaveLength(1)
  })

  test('is seen among the members, with a role in capitals', async () => {
    const hub = await signIn(await acme())
    await hub('POST', '/v2/invites/bulk', { org: 'acme', invitees: ['stranger'] })
    const listed = async (query: string) => (await hub('GET', `/v2/orgs/acme/members${query}`)).body
    expect(await listed('?type=invitee')).toMatchObject({
      count: 1,
      results: [{ username: 'stranger', role: 'Invitee' }],
    })
    expect(await listed('?type=all')).toMatchObject({ count: 4 })
    expect(await listed('?role=owner')).toMatchObject({ count: 1, results: [{ username: 'yourname', role: 'Owner' }] })
    expect(await listed('?search=stranger&type=member')).toMatchObject({ count: 0 })
  })

  test('holds a seat while it is pending', async () => {
    const hub = await signIn(await acme({ seats: 4 }))
    const made = await hub('POST', '/v2/invites/bulk', { org: 'acme', invitees: ['stranger'] })
    const more = { org: 'acme', invitees: ['more@example.com'] }
    expect((await hub('POST', '/v2/invites/bulk', more)).status).toBe(409)
    const { invitees } = made.body as { invitees: { invite: { id: string } }[] }
    expect((await hub('DELETE', `/v2/invites/${invitees[0]?.invite.id}`)).status).toBe(204)
    expect((await hub('POST', '/v2/invites/bulk', more)).status).toBe(202)
  })

  test('into a team that is not there is refused', async () => {
    const hub = await signIn(await acme())
    expect((await hub('POST', '/v2/invites/bulk', { ...invite, invitees: ['stranger'] })).status).toBe(400)
  })

  test('must be accepted before the team takes its member', async () => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal)
    await hub('POST', GROUPS, pushers)
    await hub('POST', '/v2/invites/bulk', { org: 'acme', invitees: ['stranger'] })
    const members = `${GROUPS}/dummyapppushers/members`
    expect((await hub('POST', members, { member: 'stranger' })).status).toBe(404)
    acceptInvite(rehearsal.world, 'stranger', 'acme', new Date())
    expect((await hub('POST', members, { member: 'stranger' })).status).toBe(200)
    expect((await hub('GET', members)).body).toMatchObject({ count: 1, results: [{ username: 'stranger' }] })
  })

  test('puts its guest straight in the team, within fourteen days or after it is sent again', async () => {
    let now = new Date('2026-11-01T10:00:00Z')
    const rehearsal = await acme({}, () => now)
    const hub = await signIn(rehearsal)
    await hub('POST', GROUPS, pushers)
    const made = await hub('POST', '/v2/invites/bulk', { ...invite, invitees: ['stranger@example.com'] })
    const { invitees } = made.body as { invitees: { invite: { id: string } }[] }
    now = new Date('2026-11-15T10:00:00Z')
    expect(() => acceptInvite(rehearsal.world, 'stranger', 'acme', now)).toThrow('nobody invited')
    const again = await signIn(rehearsal)
    expect((await again('PATCH', `/v2/invites/${invitees[0]?.invite.id}/resend`)).status).toBe(204)
    acceptInvite(rehearsal.world, 'stranger', 'acme', now)
    expect((await again('GET', `${GROUPS}?username=stranger`)).body).toMatchObject({ count: 1 })
    expect((await again('GET', '/v2/orgs/acme/invites')).body).toEqual({ data: [] })
  })
})

describe('a member', () => {
  test('changes the role with a small letter, and leaves the teams with the organization', async () => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal)
    await hub('POST', GROUPS, pushers)
    await hub('POST', `${GROUPS}/dummyapppushers/members`, { member: 'member' })
    const path = '/v2/orgs/acme/members/member'
    expect((await hub('PUT', path, { role: 'Editor' })).status).toBe(400)
    expect((await hub('PUT', path, { role: 'editor' })).body).toMatchObject({ role: 'Editor' })
    expect((await hub('DELETE', path)).status).toBe(204)
    expect((await hub('GET', `${GROUPS}/dummyapppushers`)).body).toMatchObject({ member_count: 0 })
    expect((await hub('DELETE', path)).status).toBe(404)
  })
})

describe('a fresh bot', () => {
  test('reads only until its mail is verified, whatever its team says; nothing else tells why', async () => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal)
    const { body } = await hub('POST', GROUPS, pushers)
    await hub('POST', PERMISSIONS, { group_id: at(body, 'id') ?? null, permission: 'write' })
    signUp(rehearsal.world, bot, new Date())
    await hub('POST', '/v2/invites/bulk', { org: 'acme', team: pushers.name, invitees: ['acmecibot'] })
    acceptInvite(rehearsal.world, 'acmecibot', 'acme', new Date())
    const before = await hub('GET', '/v2/orgs/acme/members?search=acmecibot')
    const granted = async () => accessOf(await registryToken(rehearsal, 'acme/app', ['acmecibot', PASSWORD]))
    expect(await granted()).toMatchObject([{ actions: ['pull'] }])
    verifyMail(rehearsal.world, 'acmecibot')
    expect(await granted()).toMatchObject([{ actions: ['pull', 'push'] }])
    expect((await hub('GET', '/v2/orgs/acme/members?search=acmecibot')).body).toEqual(before.body)
  })

  test('is limited in its own namespace too', async () => {
    const rehearsal = await rehearse()
    signUp(rehearsal.world, bot, new Date())
    const hub = await signIn(rehearsal, 'acmecibot')
    const given = { namespace: 'acmecibot', name: 'mine' }
    expect((await hub('POST', '/v2/namespaces/acmecibot/repositories', given)).status).toBe(403)
    expect(accessOf(await registryToken(rehearsal, 'acmecibot/mine', ['acmecibot', PASSWORD]))).toEqual([])
  })

  test('pushes to a personal repository as its collaborator, and no more', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => {
      furnish(dockerHub, {
        repositories: ['app', 'other'].map(name => ({ namespace: 'yourname', name, private: true })),
      })
      dockerHub.users[0] && Object.assign(dockerHub.users[0], { plan: 'pro' })
    })
    signUp(rehearsal.world, bot, new Date())
    verifyMail(rehearsal.world, 'acmecibot')
    addCollaborator(rehearsal.world, 'yourname', 'app', 'acmecibot')
    const granted = async (name: string) => accessOf(await registryToken(rehearsal, name, ['acmecibot', PASSWORD]))
    expect(await granted('yourname/app')).toMatchObject([{ actions: ['pull', 'push'] }])
    expect(await granted('yourname/other')).toEqual([])
    expect((await (await signIn(rehearsal, 'acmecibot'))('DELETE', '/v2/repositories/yourname/app/')).status).toBe(403)
  })

  test.each([
    ['a name that is taken', { username: 'yourname' }],
    ["an organization's name", { username: 'acme' }],
    ['a name that is too short', { username: 'bot' }],
    ['capital letters', { username: 'AcmeBot' }],
    ['a password that is too short', { password: '12345678' }],
  ])('does not sign up with %s', async (_, wrong) => {
    const { world } = await acme()
    expect(() => signUp(world, { ...bot, ...wrong }, new Date())).toThrow()
  })
})

test.each([
  ['verify a mail', 'nosuchuser'],
  ['add a collaborator', 'acme'],
])('nobody can %s of %s', async (what, name) => {
  const { world } = await acme()
  const act = () => (what === 'verify a mail' ? verifyMail(world, name) : addCollaborator(world, name, 'app', 'member'))
  expect(act).toThrow(name)
})

describe('the plan', () => {
  test('is looked up by the id of the organization', async () => {
    const rehearsal = await acme()
    const hub = await signIn(rehearsal)
    const orgs = await hub('GET', '/v2/user/orgs/')
    expect(orgs.body).toMatchObject({ count: 1, results: [{ orgname: 'acme' }] })
    const { results } = orgs.body as { results: { id: string }[] }
    const plan = await hub('GET', `/api/billing/v4/accounts/${results[0]?.id}/hub-plan`)
    expect(plan.body).toMatchObject({ name: 'team', seats: 5 })
    const me = textAt((await hub('GET', '/v2/user/')).body, 'id')
    expect((await hub('GET', `/api/billing/v4/accounts/${me}/hub-plan`)).body).toMatchObject({
      name: 'free',
      teams: 0,
      private_repos: 1,
    })
    expect((await hub('GET', '/v2/orgs/acme/')).body).toMatchObject({ orgname: 'acme' })
    expect((await (await signIn(rehearsal, 'stranger'))('GET', '/v2/orgs/acme/')).status).toBe(403)
    rehearsal.world.dockerHub.rules.planLookup = false
    expect((await hub('GET', `/api/billing/v4/accounts/${results[0]?.id}/hub-plan`)).status).toBe(404)
  })

  test('of an organization that is not there is not there', async () => {
    expect((await (await signIn(await rehearse()))('GET', '/v2/orgs/nowhere/groups')).status).toBe(404)
  })
})
