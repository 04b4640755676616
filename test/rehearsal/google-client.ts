import type * as z from 'zod'
import { type Json, textAt } from '../../src/clouds/json.ts'
import { accessTokenOf } from '../../src/rehearsal/google/access-token.ts'
import { keyFile } from '../../src/rehearsal/google/key-file.ts'
import { type Binding, type GoogleWorld, googleWorld } from '../../src/rehearsal/google/world.ts'
import { newPrivateKey } from '../../src/rehearsal/private-key.ts'
import type { Rehearsal, RehearsalOptions } from '../../src/rehearsal/server.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { type Client, rehearse } from './client.ts'

/** Speaks to the simulated Google as whoever the token belongs to: the empty world's own user unless told; null for nobody. */
export function googleClient(
  { origins, world }: Rehearsal,
  token: string | null | undefined = world.google.users[0]?.tokens[0]?.token,
): Client {
  return async (method, path, body, headers) => {
    const response = await fetch(new URL(path, origins.google), {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    return { status: response.status, headers: response.headers, body: text ? (JSON.parse(text) as Json) : null }
  }
}

/** Speaks as an account, that of the newest ci-pusher unless told. */
export const asPusher = (
  rehearsal: Rehearsal,
  now = new Date(),
  account = rehearsal.world.google.accounts.at(-1),
): Client => googleClient(rehearsal, account ? accessTokenOf(account, now, 3600) : null)

/** Adds what a world file would, with the defaults of one. */
export function furnish(google: GoogleWorld, more: z.input<typeof googleWorld>): void {
  const parsed = googleWorld.parse(more)
  const lists = [
    'users',
    'organizations',
    'folders',
    'billingAccounts',
    'projects',
    'accounts',
    'repositories',
    'buckets',
  ] as const
  for (const key of lists) google[key].push(...(parsed[key] as never[]))
  google.privateKey ??= parsed.privateKey
}

export const ME = 'user:you@example.com'
/** What `acme` makes. */
export const P = 'acme-images'
export const NUMBER = '123456789012'
export const E = `ci-pusher@${P}.iam.gserviceaccount.com`
export const PUSHER = `serviceAccount:${E}`
/** CI's account may make the repository by pushing. */
export const MAY_CREATE: Binding = { role: 'roles/artifactregistry.createOnPushWriter', members: [PUSHER] }
/** What a checkout calls the image there. */
export const LIBRARY = `: "\${GCR_HOST:=us.gcr.io}"\n: "\${GCR_PROJECT:=${P}}"\n: "\${GCR_IMAGE_NAME:=dummyapp}"\n`
const KEY_ID = 'a'.repeat(40)
const BILLING = '01A2B3-4C5D6E-7F8091'

const SERVICES = ['cloudresourcemanager', 'iam', 'iamcredentials', 'sts', 'artifactregistry', 'orgpolicy']

// It takes a moment: one does for a file of tests.
let pem: string | undefined

/**
 * `you` own the project acme-images, in which all APIs are enabled and an account ci-pusher has one key; nothing is
 * slow unless told. Returns GCLOUD_AUTH_ENCODED for the key.
 */
export function furnishAcme({ google }: World, bindings: readonly Binding[] = []): string {
  pem ??= newPrivateKey()
  Object.assign(google.rules, { propagationMs: 0, newAccountMs: 0, activationMs: 0, operationMs: 0 })
  furnish(google, {
    privateKey: pem,
    projects: [
      {
        id: P,
        number: NUMBER,
        createdBy: 'you@example.com',
        billingAccount: BILLING,
        services: SERVICES.map(name => ({ name: `${name}.googleapis.com` })),
        policy: { bindings: [{ role: 'roles/owner', members: [ME] }, ...bindings] },
      },
    ],
    accounts: [{ project: P, id: 'ci-pusher', uniqueId: '100000000000000000001', keys: [{ id: KEY_ID }] }],
  })
  const account = google.accounts.find(({ project }) => project === P)
  return account ? Buffer.from(keyFile(account, KEY_ID, pem)).toString('base64') : ''
}

/** The simulated clouds with acme in them; `change` comes after that. */
export const acme = (change?: (world: World) => void, options?: RehearsalOptions): Promise<Rehearsal> =>
  rehearse(world => {
    furnishAcme(world)
    change?.(world)
  }, options)

/** A clock that goes when told. */
export function stoppedClock() {
  const clock = { at: new Date('2026-11-22T10:00:00Z') }
  return {
    now: () => clock.at,
    pass: (ms: number) => {
      clock.at = new Date(clock.at.getTime() + ms)
    },
  }
}

/** Reads a policy, changes it, and writes it back as gcloud does. */
export async function regrant(
  client: Client,
  resource: string,
  change: (bindings: Binding[]) => Binding[],
  reads = 'POST',
) {
  const isInQuery = reads === 'GET' || resource.includes('/serviceAccounts/')
  const { body } = isInQuery
    ? await client(reads, `${resource}:getIamPolicy?options.requestedPolicyVersion=3`)
    : await client(reads, `${resource}:getIamPolicy`, { options: { requestedPolicyVersion: 3 } })
  const { bindings = [], etag } = body as { bindings?: Binding[]; etag: string }
  return client('POST', `${resource}:setIamPolicy`, {
    policy: { bindings: change(bindings) as never, etag, version: 3 },
  })
}

/** `code STATUS: message` of a refusal. */
export const saying = ({ status, body }: { status: number; body: Json }): string => {
  const error = (body as { error?: { status?: string; message?: string } }).error
  return `${status} ${error?.status}: ${error?.message}`
}

/** The only thing of an operation that the tests wait for: done, as its service names it. */
export async function done(client: Client, operation: Json, version = 'v1'): Promise<Json> {
  return (await client('GET', `/${version}/${textAt(operation, 'name')}`)).body
}
