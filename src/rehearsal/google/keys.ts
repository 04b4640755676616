import { createHash } from 'node:crypto'
import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { privateKeyOf } from '../private-key.ts'
import { emailOf } from './account.ts'
import { KEY_EXPIRY, NO_KEYS } from './constraints.ts'
import { keyIdOf } from './ids.ts'
import { keyFile } from './key-file.ts'
import { effective, isEnforced } from './org-policy.ts'
import { refuse } from './refusals.ts'
import { type Ask, ok, type Reply, type Route, read, withChanged } from './route.ts'
import { accountFor, nameOfAccount } from './service-account.ts'
import { projectOf } from './tree.ts'
import type { Account, Key, Project } from './world.ts'

const api = 'iam'
const KEYS = '/v1/projects/*/serviceAccounts/*/keys'

/** IAM v1: the keys of an account. */
export const KEY_ROUTES: readonly Route[] = [
  { api, method: 'POST', pattern: KEYS, handle: create },
  { api, method: 'GET', pattern: KEYS, takes: ['keyTypes'], handle: list },
  { api, method: 'GET', pattern: `${KEYS}/*`, handle: one },
  { api, method: 'DELETE', pattern: `${KEYS}/*`, handle: remove },
  { api, method: 'POST', pattern: `${KEYS}/*/:disable`, handle: ask => switched(ask, true) },
  { api, method: 'POST', pattern: `${KEYS}/*/:enable`, handle: ask => switched(ask, false) },
]

/** facts/google.md 4 */
const MOST = 10

const given = z.strictObject({
  privateKeyType: z.enum(['TYPE_UNSPECIFIED', 'TYPE_GOOGLE_CREDENTIALS_FILE']).default('TYPE_GOOGLE_CREDENTIALS_FILE'),
  keyAlgorithm: z.enum(['KEY_ALG_UNSPECIFIED', 'KEY_ALG_RSA_2048']).default('KEY_ALG_RSA_2048'),
})

/** The only answer that ever has the private part. A request that is sent twice makes two (facts/google.md 4). */
function create(ask: Ask): Reply {
  const { world, now, mint } = ask
  const account = ownerFor(ask, 'iam.serviceAccountKeys.create')
  read(given, ask.body)
  const project = projectOf(world, account)
  const forbidden = project && NO_KEYS.find(constraint => isEnforced(world, project, constraint))
  if (forbidden) throw refuse.keyPolicy(nameOfAccount(account), forbidden)
  if (account.keys.length >= MOST) {
    throw world.rules.keyLimit === 'RESOURCE_EXHAUSTED' ? refuse.keysExhausted() : refuse.precondition()
  }
  const privateKey = world.privateKey ?? privateKeyOf('google')
  const expiresAt = project ? endOf(ask, project) : null
  const key: Key = { id: keyIdOf(mint), createdAt: now.toISOString(), disabled: false, disableReason: null, expiresAt }
  const file = keyFile(account, key.id, privateKey)
  return ok(
    {
      ...shown(account, key),
      privateKeyType: 'TYPE_GOOGLE_CREDENTIALS_FILE',
      privateKeyData: Buffer.from(file).toString('base64'),
    },
    { ...withChanged(world, 'accounts', account, { keys: [...account.keys, key] }), privateKey },
  )
}

/** The account, unless it is so new that its keys cannot be asked for yet. */
function ownerFor(ask: Ask, permission: string): Account {
  const account = accountFor(ask, permission)
  const { newAccountMs, newAccountKeys } = ask.world.rules
  if (Date.parse(account.createdAt) + newAccountMs <= ask.now.getTime()) return account
  throw newAccountKeys === 'NOT_FOUND'
    ? refuse.notFound(`Service account ${nameOfAccount(account)} does not exist.`)
    : refuse.permission(permission)
}

/** When a key that is made now ends, where an organization wants it to (facts/google.md 3). */
function endOf({ world, now }: Ask, project: Project): string | null {
  const { enforced, values: [hours = ''] = [] } = effective(world, project, KEY_EXPIRY) ?? {}
  return enforced ? new Date(now.getTime() + Number.parseInt(hours, 10) * 3_600_000).toISOString() : null
}

/** Without `keyTypes` the one that Google itself keeps for the account is among them. */
function list(ask: Ask): Reply {
  const account = ownerFor(ask, 'iam.serviceAccountKeys.list')
  const types = ask.query.getAll('keyTypes')
  const isWanted = (type: string) => types.length === 0 || types.includes(type)
  const keys = [
    ...(isWanted('USER_MANAGED') ? account.keys.map(key => shown(account, key)) : []),
    ...(isWanted('SYSTEM_MANAGED') ? [systemKey(account)] : []),
  ]
  return ok(keys.length ? { keys } : {})
}

function one(ask: Ask): Reply {
  const { account, key } = keyFor(ask, 'iam.serviceAccountKeys.get')
  return ok(shown(account, key))
}

function remove(ask: Ask): Reply {
  const { account, key } = keyFor(ask, 'iam.serviceAccountKeys.delete')
  return ok({}, withChanged(ask.world, 'accounts', account, { keys: account.keys.filter(other => other !== key) }))
}

function switched(ask: Ask, disabled: boolean): Reply {
  const { account, key } = keyFor(ask, `iam.serviceAccountKeys.${disabled ? 'disable' : 'enable'}`)
  const disableReason = disabled ? 'SERVICE_ACCOUNT_KEY_DISABLE_REASON_USER_INITIATED' : null
  const keys = account.keys.map(other => (other === key ? { ...key, disabled, disableReason } : other))
  return ok({}, withChanged(ask.world, 'accounts', account, { keys }))
}

function keyFor(ask: Ask, permission: string): { readonly account: Account; readonly key: Key } {
  const account = ownerFor(ask, permission)
  const key = account.keys.find(({ id }) => id === ask.names[2])
  if (!key) throw refuse.notFound('Service account key does not exist.')
  return { account, key }
}

const shown = (
  account: Account,
  { id, createdAt, disabled, disableReason, expiresAt }: Key,
): { readonly [key: string]: Json } => ({
  name: `${nameOfAccount(account)}/keys/${id}`,
  validAfterTime: createdAt.replace(/\.\d+/, ''),
  validBeforeTime: expiresAt?.replace(/\.\d+/, '') ?? '9999-12-31T23:59:59Z',
  keyAlgorithm: 'KEY_ALG_RSA_2048',
  keyOrigin: 'GOOGLE_PROVIDED',
  keyType: 'USER_MANAGED',
  ...(disabled && { disabled, ...(disableReason !== null && { disableReason }) }),
})

const systemKey = (account: Account): { readonly [key: string]: Json } => ({
  ...shown(account, {
    id: createHash('sha1').update(emailOf(account)).digest('hex'),
    createdAt: account.createdAt,
    disabled: false,
    disableReason: null,
    expiresAt: null,
  }),
  keyType: 'SYSTEM_MANAGED',
})
