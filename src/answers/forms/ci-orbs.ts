import type { OrbUse } from './ci-jobs.ts'

/** Where credentials go. */
export type Registry = 'docker-hub' | 'heroku' | 'google'

/** Which variables an orb reads where its parameters say nothing else: parameter → variable. */
interface KnownOrb {
  readonly orb: RegExp
  /** The jobs and commands that sign in. */
  readonly signsIn: RegExp
  readonly registry: Registry
  readonly user?: readonly [parameter: RegExp, byDefault: string]
  readonly secret: readonly [parameter: RegExp, byDefault: string]
  readonly form?: 'base64' | 'json'
}

/** CircleCI's own orbs for these registries, by their sources (github.com/CircleCI-Public). */
const ORBS: readonly KnownOrb[] = [
  {
    orb: /^circleci\/docker$/,
    signsIn: /^(?:publish|check|hadolint-and-publish)$/,
    registry: 'docker-hub',
    user: [/^docker-username$/, 'DOCKER_LOGIN'],
    secret: [/^docker-password$/, 'DOCKER_PASSWORD'],
  },
  {
    orb: /^circleci\/heroku$/,
    signsIn: /^(?!install$)/,
    registry: 'heroku',
    secret: [/^api-key$/, 'HEROKU_API_KEY'],
  },
  {
    orb: /^circleci\/(?:gcp-gcr|gcp-cli|gcp-gke|gcp-cloud-run|gcp-artifact-registry|gcp-binary-authorization)$/,
    signsIn: /^(?!install$|tag-image$|push-image$|build-image$)/,
    registry: 'google',
    secret: [/^gcloud[-_]service[-_]key$/, 'GCLOUD_SERVICE_KEY'],
    form: 'json',
  },
]

/** Is it an orb whose sign-ins are known here, whatever else it does? */
export const isKnown = ({ orb }: OrbUse): boolean => ORBS.some(one => one.orb.test(orb))

export interface OrbSignIn {
  readonly registry: Registry
  readonly user: string | undefined
  readonly secret: string | undefined
  readonly form: 'base64' | 'json' | undefined
}

/** What a job or command of an orb signs in to, with which variables; undefined where nothing tells. */
export function signInOf({ orb, name, given }: OrbUse): OrbSignIn | undefined {
  const known = ORBS.find(one => one.orb.test(orb) && one.signsIn.test(name))
  const registry = registryOf(given, known?.registry)
  if (registry === undefined || registry === 'other') return undefined
  // By CircleCI's own token, without a key.
  if (registry === 'google' && given.use_oidc === 'true')
    return { registry, user: undefined, secret: undefined, form: undefined }
  const named = (parameter: RegExp) =>
    Object.entries(given).flatMap(([key, value]) => (parameter.test(key) ? (variableOf(value) ?? []) : []))[0]
  if (known !== undefined) {
    const { user, secret, form } = known
    return {
      registry,
      user: user && (named(user[0]) ?? user[1]),
      secret: named(secret[0]) ?? secret[1],
      form,
    }
  }
  const secret = named(/pass|token|secret|key/i)
  const user = named(/user|login/i)
  return secret === undefined ? undefined : { registry, user, secret, form: undefined }
}

/** By the registry that it is told, else by what its arguments are called. */
function registryOf(given: OrbUse['given'], known: Registry | undefined): Registry | 'other' | undefined {
  const told = given.registry ?? given['registry-url']
  if (told !== undefined && !/\$|<</.test(told)) return registryAt(told)
  if (known !== undefined) return known
  const names = Object.entries(given).filter(([, value]) => variableOf(value) !== undefined)
  const says = (pattern: RegExp) => names.some(([key, value]) => pattern.test(`${key} ${value}`))
  if (says(/heroku/i)) return 'heroku'
  if (says(/gcloud|google|gcp|gcr/i)) return 'google'
  return says(/docker/i) ? 'docker-hub' : undefined
}

/** A variable’s name, as a parameter of the type env_var_name or a text takes it. */
const variableOf = (value: string): string | undefined => /^\$?\{?([A-Z_][A-Z\d_]*)\}?$/.exec(value)?.[1]

/** Whose registry a host is, as `docker login` takes it. */
export function registryAt(server: string): Registry | 'other' {
  const host = server.replace(/^https?:\/\//, '').replace(/\/.*$/, '')
  if (/^(?:(?:index|registry|registry-1|hub)\.)?docker\.(?:io|com)$/.test(host)) return 'docker-hub'
  if (/^registry\.heroku\.com$/.test(host)) return 'heroku'
  return /(?:^|\.)gcr\.io$|-docker\.pkg\.dev$/.test(host) ? 'google' : 'other'
}
