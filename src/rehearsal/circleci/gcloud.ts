import { at, type Json, textAt } from '../../clouds/json.ts'
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
  const exchange = {
    grantType: 'urn:ietf:params:oauth:grant-type:token-exchange',
    audience: `//iam.googleapis.com/${way.provider}`,
    scope: SCOPE,
    requestedTokenType: `${TYPE}:access_token`,
    subjectToken: token,
    subjectTokenType: `${TYPE}:jwt`,
  }
  const own = asked(world, { host: 'sts.googleapis.com', method: 'POST', path: '/v1/token', body: exchange }, now).body
  const federated = textAt(own, 'access_token')
  if (federated === undefined) return { fault: `${LOGIN} ${saidBy(own)}` }
  if (way.account === undefined) return { login: { user: TOKEN_USER, password: federated } }
  const path = `/v1/projects/-/serviceAccounts/${way.account}:generateAccessToken`
  const generate = { host: 'iamcredentials.googleapis.com', method: 'POST', path, body: { scope: [SCOPE] } }
  const { body } = asked(world, { ...generate, authorization: `Bearer ${federated}` }, now)
  const password = textAt(body, 'accessToken')
  return password === undefined ? { fault: `${LOGIN} ${saidBy(body)}` } : { login: { user: TOKEN_USER, password } }
}

const SCOPE = 'https://www.googleapis.com/auth/cloud-platform'
const TYPE = 'urn:ietf:params:oauth:token-type'
/** facts/google.md 2, docker login. */
const TOKEN_USER = 'oauth2accesstoken'

/** Google's error, or OAuth's. */
const saidBy = (body: Json | undefined): string =>
  textAt(body, 'error_description') === undefined
    ? `${textAt(body, 'error', 'status')}: ${textAt(body, 'error', 'message')}`
    : `${textAt(body, 'error')}: ${textAt(body, 'error_description')}`

/** The value of `--name=value` or `--name value`. */
export function optionIn(options: readonly string[], name: string): string | undefined {
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
  const put = { host, method: 'PUT', path: `/v2/${path}/manifests/${tag}`, authorization: `Bearer ${token}` }
  const { status, body } = asked(world, { ...put, body: manifest }, now)
  if (status === 201) return undefined
  const errors = at(body, 'errors')
  const said = Array.isArray(errors) ? textAt(errors[0], 'message') : undefined
  return said === undefined ? DENIED : `denied: ${said}`
}

function tokenOf(world: World, host: string, { user, password }: Login, now: Date): string | undefined {
  const basic = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`
  return textAt(asked(world, { host, method: 'GET', path: '/v2/token', authorization: basic }, now).body, 'token')
}

/** The requests of gcloud and docker, without a socket between. */
function asked(
  world: World,
  { method, path, body, ...headers }: Asked,
  now: Date,
): { readonly status: number; readonly body: Json | undefined } {
  return google({ method, path, query: new URLSearchParams(), headers, body, malformed: false }, world, now)
}

interface Asked {
  readonly host: string
  readonly method: string
  readonly path: string
  readonly authorization?: string
  readonly body?: Json
}
