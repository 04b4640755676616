import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import {
  contextNamed,
  readProject as projectAtCircle,
  readProjectVariables,
  readRestrictions,
  readVariables,
} from '../../src/clouds/circleci.ts'
import { readJobs, readRuns } from '../../src/clouds/circleci-runs.ts'
import { grantedIn, readRepository } from '../../src/clouds/docker-hub.ts'
import { readAccounts } from '../../src/clouds/google-accounts.ts'
import { providerIn } from '../../src/clouds/google-identities.ts'
import { keysIn } from '../../src/clouds/google-keys.ts'
import { readBillingAccounts, readBillingInfo, readEnabled, readProject } from '../../src/clouds/google-projects.ts'
import { readRepository as repositoryAtGoogle } from '../../src/clouds/google-registry.ts'
import { readBucket } from '../../src/clouds/google-storage.ts'
import { readApp, readCollaborators } from '../../src/clouds/heroku.ts'
import type { Json } from '../../src/clouds/json.ts'
import { neededIn } from '../../src/clouds/needed.ts'
import { policyIn } from '../../src/clouds/policy.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'

/** A reader of an answer, an answer that is whole, and the fields of it that cannot be done without. */
type Row = readonly [
  vendor: string,
  what: string,
  read: (reply: VendorReply) => unknown,
  body: Json,
  fields: readonly string[],
]

const UUID = '0c5c3b2a-6a5d-4a0f-9f0e-5d2f8f6f1a11'
const AT = '2026-11-22T10:00:00Z'
/** Answers any path so. */
const always = (reply: VendorReply) => async () => reply

const ROWS: readonly Row[] = [
  [
    'CircleCI',
    'a project',
    reply => projectAtCircle(always(reply), 'gh/a/b'),
    { id: UUID, organization_id: UUID },
    ['id', 'organization_id'],
  ],
  [
    'CircleCI',
    'a context',
    reply => contextNamed(always(reply), 'gh/a', 'c'),
    { id: UUID, items: [{ id: 'c', name: 'c', created_at: AT }] },
    ['items.0.id', 'items.0.name', 'items.0.created_at', 'id'],
  ],
  [
    'CircleCI',
    'a variable',
    reply => readVariables(always(reply), 'c'),
    { items: [{ variable: 'A', updated_at: AT }] },
    ['items.0.variable', 'items.0.updated_at'],
  ],
  [
    'CircleCI',
    'a variable of a project',
    reply => readProjectVariables(always(reply), 'gh/a/b'),
    { items: [{ name: 'A', value: 'xxxxab', created_at: AT }] },
    ['items.0.name', 'items.0.value', 'items.0.created_at'],
  ],
  [
    'CircleCI',
    'a restriction',
    reply => readRestrictions(always(reply), 'c'),
    { items: [{ restriction_type: 'group', restriction_value: 'o' }] },
    ['items.0.restriction_type', 'items.0.restriction_value'],
  ],
  [
    'CircleCI',
    'a pipeline',
    reply => readRuns(always(reply), 'gh/a/b', 'main', () => false),
    { items: [{ id: 'p', number: 1, created_at: AT, errors: [] }] },
    ['items.0.id', 'items.0.number', 'items.0.created_at', 'items.0.errors'],
  ],
  [
    'CircleCI',
    'a job',
    reply => readJobs(always(reply), 'w'),
    { items: [{ id: 'j', name: 'build', status: 'success' }] },
    ['items.0.id', 'items.0.name', 'items.0.status'],
  ],
  [
    'Docker Hub',
    'a repository',
    readRepository,
    { is_private: false, permissions: { read: true, write: true, admin: true } },
    ['is_private', 'permissions', 'permissions.write'],
  ],
  ['Docker Hub', 'a token of the registry', reply => grantedIn(reply, 'a/b'), { token: 'x' }, ['token']],
  [
    'Google',
    'a project',
    readProject,
    { projectNumber: '1', createTime: AT, lifecycleState: 'ACTIVE', parent: { type: 'folder', id: '2' } },
    ['projectNumber', 'createTime', 'lifecycleState', 'parent.id'],
  ],
  ['Google', 'who pays', readBillingInfo, { name: 'projects/p/billingInfo' }, ['name']],
  [
    'Google',
    'a billing account',
    reply => readBillingAccounts(always(reply)),
    { billingAccounts: [{ name: 'billingAccounts/1' }] },
    ['billingAccounts.0.name'],
  ],
  [
    'Google',
    'an API',
    reply => readEnabled(always(reply), 'p'),
    { services: [{ config: { name: 'iam.googleapis.com' } }] },
    ['services.0.config.name'],
  ],
  [
    'Google',
    'a service account',
    reply => readAccounts(always(reply), 'p'),
    { accounts: [{ email: 'a@b', uniqueId: '1' }] },
    ['accounts.0.email', 'accounts.0.uniqueId'],
  ],
  [
    'Google',
    'a key',
    keysIn,
    { keys: [{ name: 'keys/1', validAfterTime: AT }] },
    ['keys.0.name', 'keys.0.validAfterTime'],
  ],
  ['Google', 'a provider', providerIn, { name: 'providers/p' }, ['name']],
  [
    'Google',
    'a repository',
    repositoryAtGoogle,
    { name: 'r', format: 'DOCKER', createTime: AT },
    ['name', 'format', 'createTime'],
  ],
  ['Google', 'a bucket', readBucket, { name: 'b' }, ['name']],
  ['Google', 'a policy', policyIn, { etag: 'ACAB' }, ['etag']],
  [
    'Heroku',
    'an app',
    readApp,
    { id: 'a', name: 'a', owner: { email: 'a@b' }, stack: { name: 'container' }, created_at: AT },
    ['id', 'name', 'owner.email', 'stack.name', 'created_at'],
  ],
  ['Heroku', 'a collaborator', readCollaborators, [{ user: { email: 'a@b' } }], ['0.user.email']],
]

/** The answer with a field by another name. */
function renamed(body: Json, [key = '', ...more]: readonly string[]): Json {
  if (Array.isArray(body)) return body.map((one, index) => (String(index) === key ? renamed(one, more) : one))
  const { [key]: value = null, ...others } = body as { readonly [key: string]: Json }
  return more.length === 0 ? { ...others, [`${key}_v2`]: value } : { ...others, [key]: renamed(value, more) }
}

const reply = (body: Json): VendorReply => ({ status: 200, headers: {}, body, asked: 'GET vendor.test/x' })
const reading = async (read: Row[2], body: Json) => {
  try {
    return { read: await read(reply(body)) }
  } catch (error) {
    return { error }
  }
}

describe.each(ROWS)('Of %s, %s', (vendor, _, read, body, fields) => {
  test('is read where it is whole', async () => {
    expect(await reading(read, body)).not.toHaveProperty('error')
  })

  test.each(fields)('is an error that names vendor, request and field, where %s has another name', async field => {
    const { error } = await reading(read, renamed(body, field.split('.')))
    if (!(error instanceof SetupError)) throw new Error(`no such error: ${String(error)}`)
    const name = field.replace(/^(?:\w+\.)?\d+\./, '')
    expect(error.cause).toMatchObject({ code: 'missing-field', asked: 'GET vendor.test/x' })
    expect(error.cause.means).toContain(`${vendor} answered without the field ${name}`)
  })
})

test('An empty text, an unreadable time and a number in quotes are missing too', () => {
  const need = neededIn('Acme', { asked: 'GET acme.test/x' })
  const all = { text: '', date: 'soon', number: '7', boolean: 'true', list: {} }
  for (const [key, value] of Object.entries(all)) {
    expect(() => need[key as keyof typeof all]({ [key]: value }, key)).toThrow(`without the field ${key}`)
  }
})
