import { at, type Json, textAt } from '../../clouds/json.ts'
import { readKeyFile } from '../google/key-file.ts'
import { google } from '../google/service.ts'
import type { World } from '../world.ts'
import { DENIED, type Login } from './docker.ts'

/** How a job is signed in to Google: docker's way, or by a file that says how, which is taken as it is. */
export type GoogleLogin = Login | 'keyless'

const ACTIVATE = 'ERROR: (gcloud.auth.activate-service-account)'

/**
 * `gcloud auth activate-service-account` with a key file of this text: how docker is signed in then, or what it says if
 * the file is none, or its key no longer lives (facts/google.md 4 has how a refusal of tokens begins).
 */
export function activated(
  world: World,
  text: string,
  now: Date,
): { readonly login: Login } | { readonly fault: string } {
  const read = readKeyFile(world.google, text, now)
  if ('account' in read) return { login: { user: '_json_key', password: text } }
  if (read.fault !== undefined) {
    return { fault: `${ACTIVATE} There was a problem refreshing your current auth tokens: ('${read.fault}')` }
  }
  return { fault: `${ACTIVATE} Could not read json file key.json: Expecting value: line 1 column 1 (char 0)` }
}

/** `docker login` to one of Google's registries: what it says if that fails. */
export function googleLoginFault(world: World, server: string, login: Login, now: Date): string | undefined {
  if (tokenOf(world, server, login, now) !== undefined) return undefined
  return `Error response from daemon: Get "https://${server}/v2/": unauthorized: authentication failed`
}

/** `docker push` to one of Google's registries, after which the tag is there; or what it says if that fails. */
export function googlePushFault(
  world: World,
  login: GoogleLogin | undefined,
  image: string,
  now: Date,
): string | undefined {
  if (login === 'keyless') return undefined
  const [, host = '', path = '', tag = 'latest'] = /^([^/]+)\/([^:]+)(?::(.+))?$/.exec(image) ?? []
  const token = login && tokenOf(world, host, login, now)
  if (token === undefined) return DENIED
  const manifest = { schemaVersion: 2, config: { mediaType: 'application/vnd.docker.container.image.v1+json', image } }
  const { status, body } = asked(world, host, 'PUT', `/v2/${path}/manifests/${tag}`, `Bearer ${token}`, now, manifest)
  if (status === 201) return undefined
  const errors = at(body, 'errors')
  const said = Array.isArray(errors) ? textAt(errors[0], 'message') : undefined
  return said === undefined ? DENIED : `denied: ${said}`
}

function tokenOf(world: World, host: string, { user, password }: Login, now: Date): string | undefined {
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return textAt(asked(world, host, 'GET', '/v2/token', basic, now).body, 'token')
}

/** Docker's own requests, without a socket between. */
function asked(
  world: World,
  host: string,
  method: string,
  path: string,
  authorization: string,
  now: Date,
  body?: Json,
) {
  const headers = { authorization, host }
  return google({ method, path, query: new URLSearchParams(), headers, body, malformed: false }, world, now)
}
