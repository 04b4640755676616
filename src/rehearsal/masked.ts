import type { Json } from '../clouds/json.ts'

/** Under these a login sends what the log must not keep. */
const SECRET = new Set(['secret', 'password', 'code', 'login_2fa_token'])

/** A request's body as the log may keep it. */
export function masked(body: Json | undefined): Json | undefined {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return body
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, SECRET.has(key) ? '••••' : value]))
}
