import * as z from 'zod'
import { accountNamed, emailOf } from './account.ts'
import { projectOf } from './tree.ts'
import type { Account, GoogleWorld } from './world.ts'

/** The file that is made of a key, as text. */
export function keyFile(account: Account, keyId: string, privateKey: string): string {
  const email = emailOf(account)
  const file = {
    type: 'service_account',
    project_id: account.project,
    private_key_id: keyId,
    private_key: privateKey,
    client_email: email,
    client_id: account.uniqueId,
    auth_uri: 'https://accounts.google.com/o/oauth2/auth',
    token_uri: 'https://oauth2.googleapis.com/token',
    auth_provider_x509_cert_url: 'https://www.googleapis.com/oauth2/v1/certs',
    client_x509_cert_url: `https://www.googleapis.com/robot/v1/metadata/x509/${encodeURIComponent(email)}`,
    universe_domain: 'googleapis.com',
  }
  return `${JSON.stringify(file, null, 2)}\n`
}

const file = z.object({
  type: z.literal('service_account'),
  private_key_id: z.string(),
  private_key: z.string(),
  client_email: z.string(),
})

/** What a key file is good for: its account; or why for nothing, in our words of a token request: none, if it is no such file. */
export function readKeyFile(
  world: GoogleWorld,
  text: string,
  now: Date,
): { readonly account: Account } | { readonly fault: string | undefined } {
  const given = file.safeParse(parsed(text)).data
  if (!given) return { fault: undefined }
  const account = accountNamed(world, given.client_email)
  // With its project the account is as good as gone.
  if (!account || projectOf(world, account)?.deletedAt !== null)
    return { fault: 'invalid_grant: Invalid grant: account not found' }
  if (account.disabled) return { fault: 'invalid_grant: Account disabled' }
  const key = account.keys.find(one => one.id === given.private_key_id && isAlive(one, now))
  if (!key || given.private_key !== world.privateKey) return { fault: 'invalid_grant: Invalid JWT Signature.' }
  return { account }
}

const isAlive = ({ disabled, expiresAt }: Account['keys'][number], now: Date): boolean =>
  !disabled && (expiresAt === null || new Date(expiresAt) > now)

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
