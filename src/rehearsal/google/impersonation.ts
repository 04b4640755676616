import * as z from 'zod'
import { accessTokenOf } from './access-token.ts'
import { type Ask, ok, type Reply, type Route, read } from './route.ts'
import { accountFor } from './service-account.ts'

/** IAM Credentials v1: speaking as an account. */
export const IMPERSONATION: readonly Route[] = [
  {
    api: 'iamcredentials',
    method: 'POST',
    pattern: '/v1/projects/*/serviceAccounts/*/:generateAccessToken',
    handle: generate,
  },
]

const given = z.strictObject({
  delegates: z.array(z.string()).max(0).nullish(),
  scope: z.array(z.string()).min(1),
  lifetime: z
    .string()
    .regex(/^\d+(\.\d+)?s$/)
    .refine(text => Number.parseFloat(text) > 0 && Number.parseFloat(text) <= 3600, 'at most an hour')
    .default('3600s'),
})

/** Owners may not: the permission is in a role of its own (facts/google.md 7). */
function generate(ask: Ask): Reply {
  const account = accountFor(ask, 'iam.serviceAccounts.getAccessToken', 'iamcredentials')
  const seconds = Number.parseFloat(read(given, ask.body).lifetime)
  const expiresAt = new Date(ask.now.getTime() + seconds * 1000).toISOString()
  return ok({
    accessToken: accessTokenOf(account, ask.now, seconds),
    // gcloud reads no fraction of a second.
    expireTime: expiresAt.replace(/\.\d+/, ''),
  })
}
