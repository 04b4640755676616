import { describe, expect, test } from 'vitest'
import { at, textAt } from '../../src/clouds/json.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { rehearse } from './client.ts'
import { acme, done, furnish, googleClient, ME, NUMBER, P, saying, stoppedClock } from './google-client.ts'

const DAY_MS = 24 * 3_600_000

/** A folder in an organization, in both of which `you` may make projects. */
const inOrganization = ({ google }: World, role = 'roles/resourcemanager.projectCreator') =>
  furnish(google, {
    organizations: [{ id: '111', domain: 'example.com', policy: { bindings: [{ role, members: [ME] }] } }],
    folders: [{ id: '222', parent: 'organizations/111' }],
  })

describe('a project', () => {
  test('is made by an operation, and belongs to whoever made it', async () => {
    const { now, pass } = stoppedClock()
    const rehearsal = await rehearse(undefined, { now })
    const client = googleClient(rehearsal)
    const { status, body } = await client('POST', '/v1/projects', { projectId: 'dummy-1', name: 'Dummy app' })
    expect(status).toBe(200)
    expect(body).toEqual({ name: expect.stringMatching(/^operations\/cp\.\d+$/) })
    expect((await client('GET', '/v1/projects/dummy-1')).status).toBe(403)
    expect(await done(client, body)).toEqual(body)
    pass(500)
    expect(await done(client, body)).toMatchObject({
      done: true,
      response: { projectId: 'dummy-1', lifecycleState: 'ACTIVE' },
    })
    expect((await client('GET', '/v1/projects/dummy-1')).body).toEqual({
      projectId: 'dummy-1',
      projectNumber: expect.stringMatching(/^\d{12}$/),
      lifecycleState: 'ACTIVE',
      name: 'Dummy app',
      createTime: '2026-11-22T10:00:00.000Z',
    })
    expect((await client('POST', '/v1/projects/dummy-1:getIamPolicy', {})).body).toMatchObject({
      version: 1,
      bindings: [{ role: 'roles/owner', members: [ME] }],
    })
    expect((await client('GET', '/v1/projects/dummy-1/services?filter=state:ENABLED')).body).toEqual({})
    expect((await client('GET', '/v1/projects/dummy-1/billingInfo')).body).toMatchObject({ billingEnabled: false })
  })

  test('is the same in v3, by id or number', async () => {
    const rehearsal = await rehearse(({ google }) => {
      google.rules.operationMs = 0
    })
    const client = googleClient(rehearsal)
    const { body } = await client('POST', '/v3/projects', { projectId: 'dummy-1', displayName: 'Dummy app' })
    expect(await done(client, body, 'v3')).toMatchObject({ done: true, response: { projectId: 'dummy-1' } })
    const shown = (await client('GET', '/v3/projects/dummy-1')).body
    expect(shown).toMatchObject({ projectId: 'dummy-1', displayName: 'Dummy app', state: 'ACTIVE' })
    expect((await client('GET', `/v3/${textAt(shown, 'name')}`)).body).toEqual(shown)
    expect((await client('GET', '/v3/projects:search')).body).toMatchObject({ projects: [{ projectId: 'dummy-1' }] })
  })

  test.each([
    ['an id that is too short', { projectId: 'short' }],
    ['a dash at its end', { projectId: 'dummy-app-' }],
    ['31 letters', { projectId: 'a'.repeat(31) }],
    ['google in it', { projectId: 'my-google-app' }],
    ['ssl in it', { projectId: 'my-ssl-app' }],
    ['a name that is too short', { projectId: 'dummy-1', name: 'abc' }],
    ['a name with other signs', { projectId: 'dummy-1', name: 'Dummy (app)' }],
  ])('is not made with %s', async (_, body) => {
    const rehearsal = await rehearse()
    expect(saying(await googleClient(rehearsal)('POST', '/v1/projects', body))).toContain('400 INVALID_ARGUMENT')
    expect(rehearsal.world.google.projects).toEqual([])
  })

  test('has an id of its own for ever: own, foreign, pending deletion and gone', async () => {
    const deleted = (id: string, deletedAt: string) => ({ id, number: '1', deletedAt })
    const rehearsal = await acme(({ google }) =>
      furnish(google, {
        projects: [
          { id: 'someone-else', number: '2' },
          deleted('deleted-1', new Date().toISOString()),
          deleted('gone-long-ago', '2020-01-01T00:00:00Z'),
        ],
      }),
    )
    for (const projectId of [P, 'someone-else', 'deleted-1', 'gone-long-ago']) {
      expect(saying(await googleClient(rehearsal)('POST', '/v1/projects', { projectId }))).toBe(
        '409 ALREADY_EXISTS: Requested entity already exists',
      )
    }
  })

  test('that is missing and one that is forbidden are the same', async () => {
    const rehearsal = await acme(({ google }) => furnish(google, { projects: [{ id: 'someone-else', number: '2' }] }))
    const client = googleClient(rehearsal)
    const asked = await Promise.all(
      ['no-such-one', 'someone-else', '2'].flatMap(id => [
        client('GET', `/v1/projects/${id}`),
        client('GET', `/v3/projects/${id}`),
        client('POST', `/v1/projects/${id}:getIamPolicy`, {}),
        client('GET', `/v1/projects/${id}/billingInfo`),
        client('GET', `/v1/projects/${id}/services/iam.googleapis.com`),
        client('DELETE', `/v1/projects/${id}`),
      ]),
    )
    expect(new Set(asked.map(saying))).toEqual(new Set(['403 PERMISSION_DENIED: The caller does not have permission']))
    expect((await client('GET', '/v1/projects')).body).toMatchObject({ projects: [{ projectId: P }] })
  })

  test('pending deletion still answers, takes nothing new, comes back, and is gone after 30 days', async () => {
    const { now, pass } = stoppedClock()
    const rehearsal = await acme(undefined, { now })
    const client = googleClient(rehearsal)
    const state = async () => textAt((await client('GET', `/v1/projects/${P}`)).body, 'lifecycleState')
    expect((await client('DELETE', `/v1/projects/${P}`)).body).toEqual({})
    expect(await state()).toBe('DELETE_REQUESTED')
    expect(saying(await client('DELETE', `/v1/projects/${P}`))).toContain('400 FAILED_PRECONDITION')
    for (const path of ['serviceAccounts', 'locations/us/repositories', 'services']) {
      expect(saying(await client('GET', `/v1/projects/${P}/${path}`))).toContain('has been deleted')
    }
    const filter = encodeURIComponent('lifecycleState:ACTIVE')
    expect((await client('GET', `/v1/projects?filter=${filter}`)).body).toEqual({})
    expect((await client('GET', `/v1/projects?filter=${encodeURIComponent('name:x')}`)).status).toBe(400)
    await client('POST', `/v1/projects/${P}:undelete`)
    expect(await state()).toBe('ACTIVE')
    await client('DELETE', `/v1/projects/${P}`)
    pass(30 * DAY_MS)
    expect((await client('GET', `/v1/projects/${P}`)).status).toBe(403)
  })

  test('is deleted in v3 by an operation', async () => {
    const client = googleClient(await acme())
    const { body } = await client('DELETE', `/v3/projects/${P}`)
    expect(await done(client, body, 'v3')).toMatchObject({ done: true })
    expect((await client('GET', `/v3/projects/${P}`)).body).toMatchObject({ state: 'DELETE_REQUESTED' })
  })

  test('over the quota is refused by its operation; those pending deletion count', async () => {
    const rehearsal = await acme(({ google }) => {
      for (const user of google.users) user.projectQuota = 1
      for (const project of google.projects) project.deletedAt = new Date().toISOString()
    })
    const client = googleClient(rehearsal)
    const { status, body } = await client('POST', '/v1/projects', { projectId: 'dummy-1' })
    expect(status).toBe(200)
    expect(at(await done(client, body), 'error')).toEqual({
      code: 8,
      message: 'The project cannot be created because you have exceeded your allotted project quota.',
    })
    expect((await client('GET', '/v1/projects/dummy-1')).status).toBe(403)
  })

  test.each(['operation', 'request'] as const)(
    'is not made before the terms are accepted: told by the %s',
    async rule => {
      const rehearsal = await acme(({ google }) => {
        google.rules.termsRefusal = rule
        for (const user of google.users) user.acceptedTerms = false
      })
      const client = googleClient(rehearsal)
      const answer = await client('POST', '/v1/projects', { projectId: 'dummy-1' })
      expect(answer.status).toBe(rule === 'request' ? 403 : 200)
      const error = at(rule === 'request' ? answer.body : await done(client, answer.body), 'error')
      expect(error).toMatchObject({
        code: rule === 'request' ? 403 : 9,
        message: 'Callers must accept Terms of Service',
        details: [{ violations: [{ type: 'TOS' }] }],
      })
      expect(rehearsal.world.google.projects).toHaveLength(1)
    },
  )
})

describe('an organization', () => {
  test('takes projects from whoever may make them there', async () => {
    const rehearsal = await acme(world => inOrganization(world))
    const client = googleClient(rehearsal)
    const parent = { type: 'folder', id: '222' }
    expect((await client('POST', '/v1/projects', { projectId: 'dummy-1', parent })).status).toBe(200)
    expect((await client('GET', '/v1/projects/dummy-1')).body).toMatchObject({ parent })
    expect((await client('GET', '/v3/projects/dummy-1')).body).toMatchObject({ parent: 'folders/222' })
    expect((await client('POST', '/v1/projects/dummy-1:getAncestry', {})).body).toEqual({
      ancestor: [
        { resourceId: { type: 'project', id: 'dummy-1' } },
        { resourceId: { type: 'folder', id: '222' } },
        { resourceId: { type: 'organization', id: '111' } },
      ],
    })
    const elsewhere = { type: 'organization', id: '999' }
    expect((await client('POST', '/v1/projects', { projectId: 'dummy-2', parent: elsewhere })).status).toBe(403)
  })

  test('is forbidden ground for a project without that right', async () => {
    const rehearsal = await acme(world => inOrganization(world, 'roles/viewer'))
    const parent = { type: 'organization', id: '111' }
    const answer = await googleClient(rehearsal)('POST', '/v1/projects', { projectId: 'dummy-1', parent })
    expect(saying(answer)).toContain('403 PERMISSION_DENIED')
  })

  test('shows itself and its policies to those who may see them', async () => {
    const rehearsal = await acme(world => inOrganization(world, 'roles/resourcemanager.organizationAdmin'))
    const client = googleClient(rehearsal)
    expect((await client('POST', '/v1/organizations:search', {})).body).toMatchObject({
      organizations: [{ name: 'organizations/111', displayName: 'example.com' }],
    })
    for (const path of ['/v1/organizations/111', '/v2/folders/222', '/v3/folders/222', '/v3/organizations/111']) {
      expect((await client('GET', path)).status).toBe(200)
      expect((await client('POST', `${path}:getIamPolicy`, {})).status).toBe(200)
    }
    for (const { policy } of rehearsal.world.google.organizations) policy.bindings = []
    expect((await client('GET', '/v1/organizations/111')).status).toBe(403)
    expect((await client('POST', '/v1/organizations/111:getIamPolicy', {})).status).toBe(403)
    expect((await client('POST', '/v1/organizations:search', {})).body).toEqual({})
  })

  test('hands its roles down to the projects in it', async () => {
    const rehearsal = await acme(world => {
      inOrganization(world, 'roles/artifactregistry.repoAdmin')
      for (const project of world.google.projects) {
        Object.assign(project, { parent: 'folders/222' })
        project.policy.bindings = []
      }
    })
    const permissions = ['artifactregistry.tags.delete', 'resourcemanager.projects.get']
    const path = `/v1/projects/${NUMBER}:testIamPermissions`
    expect((await googleClient(rehearsal)('POST', path, { permissions })).body).toEqual({
      permissions: ['artifactregistry.tags.delete'],
    })
  })
})
