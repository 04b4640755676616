import { at, type Json, textAt } from '../../clouds/json.ts'
import { exchanged, tokenAs } from '../google/exchange.ts'
import { readKeyFile } from '../google/key-file.ts'
import { google } from '../google/service.ts'
import type { World } from '../world.ts'
import { DENIED, type Login } from './docker.ts'

/** What a job's commands have written: tokens and files that say how to come in with one, by their paths. */
export interface JobFiles {
  readonly tokens: Map<string, string>
  readonly ways: Map<string, Way>
}

/** How to come in without a key: to which provider, with the token of which file, and as which account. */
interface Way {
  readonly provider: string
  readonly tokenFile: string
  readonly account: string | undefined
}

const LOGIN = 'ERROR: (gcloud.auth.login)'

/** `gcloud iam workload-identity-pools create-cred-config`, which asks nobody (facts/google.md 1.10). */
export function describedWay(files: JobFiles, [provider = '', ...options]: readonly string[]): string | undefined {
  const output = optionIn(options, 'output-file')
  const tokenFile = optionIn(options, 'credential-source-file')
  if (!output || !tokenFile) return 'ERROR: (gcloud.iam.workload-identity-pools.create-cred-config) argument missing'
  files.ways.set(output, { provider, tokenFile, account: optionIn(options, 'service-account') })
  return undefined
}

/** `gcloud auth login` with such a file: how docker is signed in then, or what it says. */
export function loggedInWithoutKey(
  world: World,
  files: JobFiles,
  options: readonly string[],
  now: Date,
): { readonly login: Login } | { readonly fault: string } {
  const way = files.ways.get(optionIn(options, 'cred-file') ?? '')
  const token = way && files.tokens.get(way.tokenFile)
  if (!way || token === undefined) return { fault: `${LOGIN} Unable to read file: No such file or directory` }
  const letIn = exchanged(world, `//iam.googleapis.com/${way.provider}`, token, now)
  if ('fault' in letIn) return { fault: `${LOGIN} ${letIn.fault}` }
  // What an identity of a pool may do by itself is not simulated.
  if (way.account === undefined)
    return { fault: `${LOGIN} The simulated Google lets such an identity speak as accounts only.` }
  const spoken = tokenAs(world, letIn.principal, way.account, now)
  if ('fault' in spoken) return { fault: `${LOGIN} ${spoken.fault}` }
  return { login: { user: 'oauth2accesstoken', password: spoken.token } }
}

/** The value of `--name=value` or `--name value`. */
function optionIn(options: readonly string[], name: string): string | undefined {
  const joined = options.find(one => one.startsWith(`--${name}=`))
  if (joined !== undefined) return joined.slice(name.length + 3)
  const at = options.indexOf(`--${name}`)
  return at === -1 ? undefined : options[at + 1]
}

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
export function googlePushFault(world: World, login: Login | undefined, image: string, now: Date): string | undefined {
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
