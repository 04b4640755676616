import { at, type Json, textAt } from '../../clouds/json.ts'
import { Refusal } from '../refusal.ts'
import { bucketFor, chainOfBucket, shown as shownBucket } from './bucket.ts'
import { shown, written } from './policy.ts'
import { refuse } from './refusals.ts'
import { permissionsOf } from './rights.ts'
import { type Ask, ok, type Reply, type Route, withChanged } from './route.ts'
import { projectOf } from './tree.ts'
import type { Bucket, Policy } from './world.ts'

const api = 'storage'
const BUCKET = '/storage/v1/b/*'
const VERSION = 'optionsRequestedPolicyVersion'
/** What all of its methods take besides. */
const OF_STORAGE = ['userIp', 'userProject']

/** Cloud Storage v1: buckets and their policies, which are read and written in a way of its own (facts/google.md 4, 5, 7). */
export const BUCKETS: readonly Route[] = [
  route('GET', BUCKET, ['projection'], ask => ok(shownBucket(ask.world, bucketFor(ask, 'storage.buckets.get')))),
  route('GET', `${BUCKET}/iam`, [VERSION], ask => {
    const bucket = bucketFor(ask, 'storage.buckets.getIamPolicy')
    return ok(policyShown(bucket, bucket.policy, Number(ask.query.get(VERSION) ?? 1)))
  }),
  route('PUT', `${BUCKET}/iam`, [], put),
  route('GET', `${BUCKET}/iam/testPermissions`, ['permissions'], tested),
]

function route(method: string, pattern: string, takes: readonly string[], handle: (ask: Ask) => Reply): Route {
  return { api, method, pattern, takes: [...takes, ...OF_STORAGE], handle: ask => inItsWords(() => handle(ask)) }
}

const policyShown = ({ name }: Bucket, policy: Policy, version: number): Json => ({
  kind: 'storage#policy',
  resourceId: `projects/_/buckets/${name}`,
  ...shown(policy, version),
})

/** The policy itself is the body. */
function put(ask: Ask): Reply {
  const { world } = ask
  const bucket = bucketFor(ask, 'storage.buckets.setIamPolicy')
  const { kind: _, resourceId: __, ...policy } = objectIn(ask.body)
  const after = written(
    { ...ask, body: { policy } },
    {
      policy: bucket.policy,
      place: 'bucket',
      resource: `projects/_/buckets/${bucket.name}`,
      under: projectOf(world, bucket) ?? { parent: null, orgPolicies: [] },
    },
  )
  return ok(policyShown(bucket, after, 3), withChanged(world, 'buckets', bucket, { policy: after }))
}

const objectIn = (body: Json | undefined): { readonly [key: string]: Json } =>
  body !== null && typeof body === 'object' && !Array.isArray(body) ? (body as { readonly [key: string]: Json }) : {}

function tested(ask: Ask): Reply {
  const bucket = bucketFor(ask, undefined)
  const asked = ask.query.getAll('permissions')
  if (asked.length === 0) throw refuse.storage(400, 'required', 'Required parameter: permissions')
  const all = permissionsOf(ask.world, ask.caller, chainOfBucket(ask.world, bucket), ask.now)
  const permissions = asked.filter(one => all.has(one))
  return ok({ kind: 'storage#testIamPermissionsResponse', ...(permissions.length && { permissions }) })
}

/** facts/google.md 4: its errors have no canonical name, and a stale etag is a precondition that does not hold. */
const STALE = 'At least one of the pre-conditions you specified did not hold.'

function inItsWords(act: () => Reply): Reply {
  try {
    return act()
  } catch (error) {
    if (!(error instanceof Refusal) || at(error.body, 'error', 'errors') !== undefined) throw error
    if (textAt(error.body, 'error', 'status') === 'ABORTED') throw refuse.storage(412, 'conditionNotMet', STALE)
    throw refuse.storage(error.status, 'invalid', textAt(error.body, 'error', 'message') ?? '')
  }
}
