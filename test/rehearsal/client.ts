import { randomUUID } from 'node:crypto'
import { onTestFinished } from 'vitest'
import type { Json } from '../../src/clouds/json.ts'
import type { Authorization } from '../../src/rehearsal/heroku/world.ts'
import { type Rehearsal, type RehearsalOptions, startRehearsal } from '../../src/rehearsal/server.ts'
import { emptyWorld, type World } from '../../src/rehearsal/world.ts'

/** The simulated clouds, closed when the test ends; `change` furnishes the empty world before the first request. */
export async function rehearse(change?: (world: World) => void, options: RehearsalOptions = {}): Promise<Rehearsal> {
  const world = options.world ?? emptyWorld()
  change?.(world)
  const rehearsal = await startRehearsal({ world, ...options })
  onTestFinished(() => rehearsal.close())
  return rehearsal
}

export interface Reply {
  readonly status: number
  readonly headers: Headers
  readonly body: Json
}
export type Client = (
  method: string,
  path: string,
  body?: Json,
  headers?: Readonly<Record<string, string>>,
) => Promise<Reply>

/** Speaks to the simulated Heroku as whoever the token belongs to: the empty world's own account unless told. */
export function herokuClient({ origins, world }: Rehearsal, token = world.heroku.authorizations[0]?.token): Client {
  return async (method, path, body, headers) => {
    const response = await fetch(origins.heroku + path, {
      method,
      headers: {
        accept: 'application/vnd.heroku+json; version=3',
        authorization: `Bearer ${token}`,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, headers: response.headers, body: (await response.json()) as Json }
  }
}

/** Lets somebody in: an account, where it is new, and a token of it. Returns the token. */
export function admit({ heroku }: World, email: string, more: Partial<Authorization> = {}): string {
  const blank = heroku.accounts[0]
  if (blank && !heroku.accounts.some(account => account.email === email)) {
    heroku.accounts.push({ ...blank, id: randomUUID(), email })
  }
  const token = `token-${randomUUID()}`
  const first = heroku.authorizations[0]
  if (first)
    heroku.authorizations.push({ ...first, id: randomUUID(), account: email, tokenId: randomUUID(), token, ...more })
  return token
}
