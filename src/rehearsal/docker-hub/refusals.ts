import type { Json } from '../../clouds/json.ts'
import { Refusal } from '../refusal.ts'

const no =
  (status: number, usual: string) =>
  (words = usual): Refusal =>
    new Refusal(status, words)

/**
 * Docker Hub's refusals. facts/docker-hub.md quotes the words of login, organization token and pull limit, and the
 * reference those named after their status; all others are ours.
 */
export const refuse = {
  invalid: no(400, 'bad request'),
  unauthorized: no(401, 'unauthorized'),
  login: no(401, 'Incorrect authentication credentials'),
  forbidden: no(403, 'forbidden'),
  organizationToken: no(403, 'token issued from organization access token is not allowed'),
  unpaid: no(403, 'This needs a Docker Team or Business subscription.'),
  notFound: no(404, 'object not found'),
  conflict: no(409, 'conflict'),
  /** facts/docker-hub.md 2, validation. */
  fields: (fields: Readonly<Record<string, readonly string[]>>, status = 400) =>
    new Refusal(status, { fields, text: Object.values(fields).flat().join(' ') }),
  /** The body is that of the reference's example for 429. */
  rateLimit: (headers: Readonly<Record<string, string>>) =>
    new Refusal(429, { detail: 'Rate limit exceeded', error: false }, headers),
  /** As distribution's specification shapes a registry's. */
  registry: (status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) =>
    new Refusal(status, { errors: [{ code, message, detail: null }] }, headers),
}

/** The shape of a refusal without a shape of its own, by path: the first that fits (facts/docker-hub.md 2). */
const SHAPES: readonly (readonly [RegExp, (words: string) => Json])[] = [
  [/^\/v2\/(users?\/|repositories\/(?!.*\/groups))/, detail => ({ detail })],
  [/\/(access-tokens|tags)\b/, words => ({ detail: words, message: words })],
  [/^/, words => ({ errinfo: {}, detail: words, message: words })],
]

/** A refusal's body as the family of the path shapes it: clients meet all of them. */
export function shaped(path: string, body: Json): Json {
  if (typeof body !== 'string') return body
  return SHAPES.find(([pattern]) => pattern.test(path))?.[1](body) ?? body
}
