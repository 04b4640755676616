import type { ServerResponse } from 'node:http'
import type { Rehearsal } from '../../../src/rehearsal/server.ts'
import { bodyOf, type Handler, passOn } from './edge.ts'

/**
 * registry.heroku.com and api.heroku.com at one address, as HEROKU_HOST names it: the simulated Heroku says who may do
 * what and which manifests it takes, a real registry keeps the images and checks them.
 */
export const herokuAt =
  ({ origins }: Rehearsal, registry: string): Handler =>
  async (asked, response, path) => {
    if (!path.startsWith('/v2/')) return passOn(origins.heroku, asked, response, { path })
    const body = asked.method === 'PUT' ? await bodyOf(asked) : undefined
    const isManifest = asked.method === 'PUT' && path.includes('/manifests/')
    const { authorization, 'content-type': type } = asked.headers
    const judged = await fetch(origins.heroku + (isManifest ? path : questionOn(path)), {
      method: isManifest ? 'PUT' : 'GET',
      headers: { ...(authorization && { authorization }), ...(isManifest && type && { 'content-type': type }) },
      ...(isManifest && body && { body: new Uint8Array(body) }),
    })
    // That there is nothing yet keeps nobody out.
    if (!judged.ok && judged.status !== 404) return relay(judged, response)
    return passOn(registry, asked, response, { path, anonymous: true, ...(body && { body }) })
  }

/** What the simulated registry knows of, for its judgement on whoever asks for anything of an image. */
const questionOn = (path: string): string => path.replace(/^\/v2\/([^/]+\/[^/]+)\/.*$/, '/v2/$1/manifests/latest')

async function relay(from: Response, response: ServerResponse): Promise<void> {
  const { 'content-length': _, ...headers } = Object.fromEntries(from.headers)
  response.writeHead(from.status, headers).end(await from.text())
}
