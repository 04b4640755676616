import { describe, expect, test } from 'vitest'
import type { Json } from '../../src/clouds/json.ts'
import type { Binding } from '../../src/rehearsal/google/world.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { BUCKET, withBucket } from '../support/google.ts'
import type { Client } from './client.ts'
import { acme, asPusher, googleClient, ME, P, PUSHER, stoppedClock } from './google-client.ts'

const PATH = `/storage/v1/b/${BUCKET}`
const IAM = `${PATH}/iam?optionsRequestedPolicyVersion=3`
const LEGACY = [
  { role: 'roles/storage.legacyBucketOwner', members: [`projectEditor:${P}`, `projectOwner:${P}`] },
  { role: 'roles/storage.legacyBucketReader', members: [`projectViewer:${P}`] },
]
const ADMIN = { role: 'roles/storage.admin', members: [PUSHER] }
const MANIFEST = { schemaVersion: 2, mediaType: 'application/vnd.docker.distribution.manifest.v2+json', config: {} }

/** As gcloud writes a bucket's policy. */
async function regrantBucket(client: Client, change: (bindings: Binding[]) => Binding[]) {
  const { bindings, etag } = (await client('GET', `${IAM}&fields=bindings,etag`)).body as {
    bindings: Binding[]
    etag: string
  }
  return client('PUT', `${PATH}/iam`, { bindings: change(bindings) as never, etag, version: 3 })
}

const error = ({ body }: { readonly body: Json }) => (body as { readonly error: Json }).error

describe('a bucket', () => {
  test('is shown with its uniform access, and has the bindings that every bucket is born with', async () => {
    const client = googleClient(await acme(world => withBucket(world, { uniformAccess: false })))
    expect((await client('GET', `${PATH}?projection=noAcl`)).body).toMatchObject({
      kind: 'storage#bucket',
      name: BUCKET,
      location: 'US',
      iamConfiguration: { uniformBucketLevelAccess: { enabled: false } },
    })
    const policy = (await client('GET', IAM)).body
    expect(policy).toMatchObject({
      kind: 'storage#policy',
      resourceId: `projects/_/buckets/${BUCKET}`,
      bindings: LEGACY,
    })
    expect(policy).toHaveProperty('etag')
  })

  test('that is not there is not found, in the words of Cloud Storage', async () => {
    const answer = await googleClient(await acme())('GET', PATH)
    expect(answer.status).toBe(404)
    expect(error(answer)).toEqual({
      code: 404,
      message: 'The specified bucket does not exist.',
      errors: [{ message: 'The specified bucket does not exist.', domain: 'global', reason: 'notFound' }],
    })
  })

  test('is for whoever owns the project, by its own bindings alone', async () => {
    const rehearsal = await acme(world => withBucket(world, { policy: {} }))
    const answer = await googleClient(rehearsal)('GET', IAM)
    expect(answer.status).toBe(403)
    expect(error(answer)).toMatchObject({ code: 403, errors: [{ reason: 'forbidden' }] })
    expect(error(answer)).not.toHaveProperty('status')
  })
})

describe('the policy of a bucket', () => {
  test('is written as a whole, as the body', async () => {
    const rehearsal = await acme(withBucket)
    const { status, body } = await regrantBucket(googleClient(rehearsal), bindings => [...bindings, ADMIN])
    expect(status).toBe(200)
    expect(body).toMatchObject({ kind: 'storage#policy', bindings: [...LEGACY, ADMIN] })
    expect(rehearsal.world.google.buckets[0]?.policy.bindings).toEqual([...LEGACY, ADMIN])
  })

  test('that somebody else changed meanwhile is a precondition that does not hold', async () => {
    const client = googleClient(await acme(withBucket))
    const { body } = await client('GET', IAM)
    await regrantBucket(client, bindings => [...bindings, ADMIN])
    const stale = await client('PUT', `${PATH}/iam`, body)
    expect(stale.status).toBe(412)
    const message = 'At least one of the pre-conditions you specified did not hold.'
    expect(error(stale)).toEqual({
      code: 412,
      message,
      errors: [{ message, domain: 'global', reason: 'conditionNotMet' }],
    })
  })

  test.each<[string, Binding]>([
    ['an account that is not there', { ...ADMIN, members: [`serviceAccount:nobody@${P}.iam.gserviceaccount.com`] }],
    ['a role that is none of a bucket’s', { ...ADMIN, role: 'roles/artifactregistry.writer' }],
  ])('with %s is invalid', async (_, binding) => {
    const answer = await regrantBucket(googleClient(await acme(withBucket)), bindings => [...bindings, binding])
    expect(answer.status).toBe(400)
    expect(error(answer)).toMatchObject({ code: 400, errors: [{ reason: 'invalid' }] })
  })

  test('of which a question for version 1 does not tell the conditions', async () => {
    const condition = { title: 'for a while', expression: 'request.time < timestamp("2030-01-01T00:00:00Z")' }
    const client = googleClient(await acme(withBucket))
    await regrantBucket(client, bindings => [...bindings, { ...ADMIN, condition }])
    expect(JSON.stringify((await client('GET', IAM)).body)).toContain('for a while')
    expect(JSON.stringify((await client('GET', `${PATH}/iam`)).body)).toContain('roles/storage.admin_withcond_')
  })
})

describe('what the caller may on a bucket', () => {
  const question = `${PATH}/iam/testPermissions?permissions=storage.objects.create&permissions=storage.buckets.setIamPolicy&permissions=storage.buckets.delete`

  test('is told of each permission that was asked about, once the change has spread', async () => {
    const { now, pass } = stoppedClock()
    const rehearsal = await acme(
      world => {
        withBucket(world)
        world.google.rules.propagationMs = 60_000
      },
      { now },
    )
    const pusher = asPusher(rehearsal, now())
    expect((await pusher('GET', question)).body).toEqual({ kind: 'storage#testIamPermissionsResponse' })
    await regrantBucket(googleClient(rehearsal), bindings => [...bindings, ADMIN])
    expect((await pusher('GET', question)).body).not.toHaveProperty('permissions')
    pass(60_001)
    expect((await pusher('GET', question)).body).toMatchObject({
      permissions: ['storage.objects.create', 'storage.buckets.setIamPolicy', 'storage.buckets.delete'],
    })
  })

  test('an editor of the project has by the bucket’s own bindings', async () => {
    const rehearsal = await acme(world => {
      withBucket(world)
      for (const { policy } of world.google.projects) policy.bindings.push({ role: 'roles/editor', members: [PUSHER] })
    })
    expect((await asPusher(rehearsal)('GET', question)).body).toMatchObject({
      permissions: ['storage.objects.create', 'storage.buckets.setIamPolicy'],
    })
  })

  test('an account is not told where the API is not enabled in its own project', async () => {
    const rehearsal = await acme(world => {
      withBucket(world)
      for (const one of world.google.projects) one.services = one.services.filter(({ name }) => !/^storage/.test(name))
    })
    expect((await asPusher(rehearsal)('GET', question)).status).toBe(403)
    expect((await googleClient(rehearsal)('GET', question)).status).toBe(200)
  })
})

describe('a push to the old registry', () => {
  const admitted = (world: World, takesPushes?: boolean) => {
    withBucket(world, { policy: { bindings: [...LEGACY, ADMIN] } }, takesPushes)
  }
  async function push(change: (world: World) => void) {
    const rehearsal = await acme(change)
    const google = googleClient(rehearsal)
    const account = `/v1/projects/-/serviceAccounts/ci-pusher@${P}.iam.gserviceaccount.com:generateAccessToken`
    for (const { policy } of rehearsal.world.google.accounts) {
      policy.bindings.push({ role: 'roles/iam.serviceAccountTokenCreator', members: [ME] })
    }
    const scope = ['https://www.googleapis.com/auth/cloud-platform']
    const { accessToken } = (await google('POST', account, { scope })).body as { accessToken: string }
    const basic = Buffer.from(`oauth2accesstoken:${accessToken}`).toString('base64')
    const anybody = googleClient(rehearsal, null)
    const { token } = (await anybody('GET', '/v2/token', undefined, { authorization: `Basic ${basic}` })).body as {
      token: string
    }
    const bearer = { authorization: `Bearer ${token}` }
    const answer = await anybody('PUT', `/v2/${P}/dummyapp/manifests/v1`, MANIFEST, bearer)
    return { answer, google: rehearsal.world.google }
  }

  test('is refused today, whatever the account may on the bucket', async () => {
    const { answer, google } = await push(world => admitted(world, false))
    expect(answer.status).toBe(403)
    expect(JSON.stringify(answer.body)).toContain('Container Registry is deprecated and shutting down')
    expect(google.buckets[0]?.images).toEqual([])
  })

  test('went into the bucket as long as it took any, by the right on that', async () => {
    const { answer, google } = await push(world => admitted(world, true))
    expect(answer.status).toBe(201)
    expect(google.buckets[0]?.images).toMatchObject([{ name: 'dummyapp', tags: ['v1'] }])
    expect(google.repositories).toEqual([])
  })

  test('makes no bucket, and is denied without a right on it', async () => {
    const denied = await push(world => withBucket(world))
    expect(denied.answer.status).toBe(403)
    expect(JSON.stringify(denied.answer.body)).toContain('storage.buckets.get')
    const without = await push(world => {
      admitted(world, true)
      world.google.buckets = []
    })
    expect(without.answer.status).toBe(403)
    expect(without.google.buckets).toEqual([])
  })

  test('goes by rights in Artifact Registry where the host was moved over', async () => {
    const { answer } = await push(world => {
      admitted(world, true)
      for (const one of world.google.projects) one.redirection = 'REDIRECTION_FROM_GCR_IO_FINALIZED'
    })
    expect(answer.status).toBe(403)
    expect(JSON.stringify(answer.body)).toContain('artifactregistry.repositories.createOnPush')
  })
})
