import type { Json } from '../clouds/json.ts'

/** Under these a login sends what the log must not keep. */
const SECRET = new Set(['secret', 'password', 'code', 'login_2fa_token', 'subjectToken'])

const HIDDEN = '••••'

/** What is sent there is a variable's value, under whatever key: CircleCI takes a misspelt one (facts/circleci.md 5). */
const VARIABLE = /^\/api\/v2\/.*\/(environment-variable|envvar)(\/|$)/

/** A request's body as the log may keep it. */
export function masked(body: Json | undefined, path: string): Json | undefined {
  const isVariable = VARIABLE.test(path)
  if (typeof body !== 'object' || body === null || Array.isArray(body)) return isVariable && body ? HIDDEN : body
  const isSecret = (key: string) => (isVariable ? key !== 'name' : SECRET.has(key))
  return Object.fromEntries(Object.entries(body).map(([key, value]) => [key, isSecret(key) ? HIDDEN : value]))
}

/** A request's path and query as the log may keep them: Google's APIs have a parameter for the token. */
export const maskedPath = (path: string): string =>
  path.replace(/([?&](?:access_token|oauth_token|key)=)[^&]*/g, `$1${HIDDEN}`)
