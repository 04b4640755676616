import { type Cause, EXIT, NeedsSecret, SetupError } from './cause.ts'
import type { Identity } from './identity.ts'
import { at, type Json, textAt } from './json.ts'
import { neededIn } from './needed.ts'
import { pageLimits } from './pages.ts'
import { quote } from './quote.ts'
import { explained, notLetIn, type Refusal, refusedSignIn } from './refusal.ts'
import { basic, Secret } from './secret.ts'
import type { Account, Credential, Host, Send, Session, VendorApi, VendorReply } from './vendor.ts'

/** Where a password is changed. */
const PASSWORD_PAGE = 'https://app.docker.com/settings'
const DOCKER_TOKENS_PAGE = 'https://app.docker.com/settings/personal-access-tokens'

/** facts/docker-hub.md 1: what a login gives lasts ten minutes; one is left for the request itself. */
const SESSION_MS = 9 * 60_000

/** The words of a refusal, in any of the shapes that Docker Hub gives them (facts/docker-hub.md 2). */
function wordsIn(body: Json): string {
  const plain = ['detail', 'message', 'text'].map(key => textAt(body, key)).find(text => text)
  const fields = Object.entries(at(body, 'fields') ?? {}).map(([name, words]) => `${name}: ${[words].flat().join(' ')}`)
  const errors = at(body, 'errors')
  const registry = Array.isArray(errors) ? errors.map(error => textAt(error, 'message') ?? '') : []
  return plain ?? textAt(body, 'errinfo', 'reason') ?? [...fields, ...registry].join('; ')
}

const means = (reply: VendorReply): Cause => explained(reply, { message: wordsIn(reply.body) }, REFUSALS, UNEXPECTED)

/** Docker Hub (facts/docker-hub.md). */
export const DOCKER_HUB: VendorApi = {
  name: 'Docker Hub',
  signIn: {
    variables: [
      { user: 'DOCKERHUB_ADMIN_USER', secret: 'DOCKERHUB_ADMIN_PASSWORD' },
      { user: 'DOCKERHUB_ADMIN_USER', secret: 'DOCKERHUB_ADMIN_TOKEN' },
    ],
    user: 'Docker ID',
    page: PASSWORD_PAGE,
    right: 'an owner of the organization; an access token cannot manage teams and members',
  },
  costs: 'a public repository is free; teams and organization tokens need a Team plan, where the bot takes a seat',
  account,
  means,
  misleading: ['DOCKER_CONFIG'],
}

/** A user, or an organization that its own token signs in for: that one is no user (facts/docker-hub.md 4). */
async function account(read: (path: string) => Promise<VendorReply>, { user = '' }: Credential): Promise<Account> {
  const person = await read('/v2/user')
  const name = textAt(person.body, 'username')
  if (person.status < 300 && name !== undefined) return { id: textAt(person.body, 'id') ?? name, name, lacks: [] }
  if (person.status !== 403) throw notLetIn(person, means(person))
  const organization = await read(`/v2/orgs/${encodeURIComponent(user)}`)
  const orgname = textAt(organization.body, 'orgname')
  if (organization.status >= 300 || orgname === undefined) throw notLetIn(organization, means(organization))
  return { id: textAt(organization.body, 'id') ?? orgname, name: `${orgname} (organization token)`, lacks: [] }
}

/** An address of ours is a whole one or a bare host. */
const addressIn = (host: string | undefined): string | undefined =>
  !host || /^https?:/.test(host) ? host || undefined : `https://${host}`

export const DOCKER_HUB_API: Host = {
  home: 'https://hub.docker.com',
  variables: ['DOCKERHUB_HOST'],
  endpoint: env => addressIn(env.DOCKERHUB_HOST),
  headers: {},
  authorization: ({ secret }) => ({ authorization: `Bearer ${secret.reveal()}` }),
  session,
  byHand: { header: 'Authorization: Bearer ', variable: 'DOCKERHUB_JWT', login: loginByHand },
}

/** A token of ten minutes, from a name and a password that no argument ever shows. */
function loginByHand(as: Identity, base: string): string {
  const who = as === 'docker-hub.bot' ? 'DOCKERHUB_BOT' : 'DOCKERHUB_ADMIN'
  const asked = `curl -fsS -H 'content-type: application/json' --data @- ${quote(`${base}/v2/auth/token`)}`
  return `DOCKERHUB_JWT=$(jq -n '{identifier: env.${who}_USER, secret: env.${who}_PASSWORD}' | ${asked} | jq -r .access_token)`
}

/** Where docker itself asks what it may do (facts/docker-hub.md 11). */
export const DOCKER_HUB_AUTH: Host = {
  home: 'https://auth.docker.io',
  variables: ['DOCKERHUB_AUTH_HOST'],
  endpoint: env => addressIn(env.DOCKERHUB_AUTH_HOST),
  headers: {},
  authorization: ({ user = '', secret }) => ({ authorization: basic(user, secret) }),
}

/**
 * Password or token for the bearer token that the API takes. The documented route knows no second factor; the older
 * one does (facts/docker-hub.md 1).
 */
async function session({ user = '', secret, code, source }: Credential, as: Identity, send: Send): Promise<Session> {
  const post = (path: string, body: Json) => send({ method: 'POST', path, body, repeat: 'safe' })
  const first = await post('/v2/auth/token', { identifier: user, secret: secret.reveal() })
  const token = textAt(first.body, 'access_token')
  if (first.status < 300 && token) return { bearer: new Secret(token), lifeMs: SESSION_MS }
  if (first.status !== 401) throw notLetIn(first, means(first))
  const second = await post('/v2/users/login', { username: user, password: secret.reveal() })
  const halfway = textAt(second.body, 'login_2fa_token')
  if (second.status !== 401 || halfway === undefined) throw refused(first, { user, source }, as)
  if (code === undefined) throw new NeedsSecret(as, 'code', secondFactor(user))
  const third = await post('/v2/users/2fa-login', { login_2fa_token: halfway, code: code.reveal() })
  const bearer = textAt(third.body, 'token')
  if (third.status >= 300 || !bearer) throw new NeedsSecret(as, 'code', secondFactor(user))
  return { bearer: new Secret(bearer), lifeMs: SESSION_MS }
}

/** The bot's password is asked for again; whoever signed in begins anew. */
function refused(
  reply: VendorReply,
  { user, source }: { readonly user: string; readonly source: string | undefined },
  as: Identity,
): SetupError {
  const name = user === '' ? 'without a Docker ID' : `of ${user}`
  const cause = { ...means(reply), means: `Docker Hub does not accept the sign-in ${name}.` }
  if (as === 'docker-hub') return new SetupError(refusedSignIn(cause, source, { page: PASSWORD_PAGE }), EXIT.input)
  // facts/docker-hub.md 1, 3: single sign-on breaks passwords, and nobody makes a token for another user.
  const next = `Give the right one. Where the organization enforces single sign-on no password is taken: then no bot can make its token, and --set dockerHubRoute=org-token needs none.`
  return new NeedsSecret(as, 'password', { ...cause, next })
}

const secondFactor = (user: string): Cause => ({
  code: 'two_factor',
  means: `Docker Hub asks for the second factor of ${user}, and each code is good for one sign-in of ten minutes.`,
  next: 'Run it in a terminal, where the code is asked for; or sign in with a personal access token, if no team is managed.',
})

/** The first that fits explains the answer. */
const REFUSALS: readonly Refusal[] = [
  {
    when: (_, __, message) => /issued from organization access token is not allowed/i.test(message),
    cause: {
      code: 'organization-token',
      means: 'Docker Hub takes no organization token here, only the password of an owner.',
      next: 'Sign in with DOCKERHUB_ADMIN_USER and DOCKERHUB_ADMIN_PASSWORD, and run again.',
    },
  },
  {
    when: status => status === 401,
    cause: {
      code: 'unauthorized',
      means:
        'Docker Hub does not accept the sign-in: wrong, expired, or a password where a second factor or single sign-on is required.',
      next: `Sign in again; with a second factor, in a terminal, or with a token from ${DOCKER_TOKENS_PAGE}.`,
    },
  },
  {
    when: (status, _, message) => status === 403 && /subscription|plan|upgrade/i.test(message),
    cause: {
      code: 'plan',
      means: 'Docker Hub has this on the Team and Business plans only.',
      next: 'Choose the way that the free plan has: --set dockerHubRoute=personal, with a repository of your own account.',
    },
  },
  {
    when: (status, _, message) => status === 403 && /limit/i.test(message),
    cause: {
      code: 'limit',
      means: 'A limit of the Docker plan is reached.',
      next: 'Delete what is no longer used on Docker Hub, or enlarge the plan, and run again.',
    },
  },
  {
    when: status => status === 403,
    cause: {
      code: 'forbidden',
      means: 'The signed-in Docker account may not do this. Tokens cannot manage teams and members; a password can.',
      next: 'Sign in as an owner with the password (DOCKERHUB_ADMIN_USER, DOCKERHUB_ADMIN_PASSWORD), and run again.',
    },
  },
  {
    when: status => status === 404,
    cause: {
      code: 'not_found',
      means: 'Docker Hub does not know it, or the signed-in account may not see it.',
      next: 'Check the name (--set dockerHubRepository=NAMESPACE/NAME), and run again.',
    },
  },
  {
    when: status => status === 409,
    cause: {
      code: 'conflict',
      means: 'Docker Hub says that this contradicts what is there already.',
      next: 'Run again; what is there is looked at first.',
    },
  },
  {
    when: status => status === 400 || status === 422,
    cause: {
      code: 'invalid',
      means: 'Docker Hub does not take these values.',
      next: 'Change the answer that its words name (--set KEY=VALUE), and run again.',
    },
  },
  {
    when: status => status === 429,
    cause: {
      code: 'rate_limit',
      means: 'Docker Hub had too many requests from here in this minute.',
      next: 'Wait a minute, and run again; it goes on where it stopped.',
    },
  },
  {
    when: status => status >= 500,
    cause: {
      code: 'unavailable',
      means: 'Docker Hub itself has trouble.',
      next: 'See https://www.dockerstatus.com, and run again; it goes on where it stopped.',
    },
  },
]

const UNEXPECTED: Cause = {
  code: 'unexpected',
  means: 'Docker Hub gave an answer that this version does not know.',
  next: 'Run again with --verbose; if it stays, report the words above.',
}

/**
 * Every page of a list, 100 at a time; ends at a page that brings nothing new.
 * @throws SetupError where it has no end
 */
export async function readPages(
  read: (page: number) => Promise<VendorReply>,
): Promise<{ readonly reply: VendorReply; readonly items: readonly Json[] }> {
  const items: Json[] = []
  const met = pageLimits(DOCKER_HUB.name)
  for (let page = 1; ; page += 1) {
    const reply = await read(page)
    met(reply)
    const results = at(reply.body, 'results')
    if (reply.status >= 300 || !Array.isArray(results)) return { reply, items }
    items.push(...results)
    if (results.length === 0 || !at(reply.body, 'next')) return { reply, items }
  }
}

export interface HubRepository {
  readonly isPrivate: boolean
  /** When it was made, where Docker Hub tells. */
  readonly since: string | undefined
  readonly collaborators: number
  /** What the caller may do with it. */
  readonly may: { readonly read: boolean; readonly write: boolean; readonly admin: boolean }
}

/** A repository; undefined of a refusal (facts/docker-hub.md 5). Throws SetupError where a field is missing. */
export function readRepository(reply: VendorReply): HubRepository | undefined {
  const { status, body } = reply
  if (status >= 300) return undefined
  const need = neededIn(DOCKER_HUB.name, reply)
  const may = (right: string) => need.boolean(body, 'permissions', right)
  return {
    isPrivate: need.boolean(body, 'is_private'),
    since: textAt(body, 'date_registered'),
    collaborators: Number(at(body, 'collaborator_count') ?? 0),
    may: { read: may('read'), write: may('write'), admin: may('admin') },
  }
}

/**
 * What a registry token grants on a repository: `pull`, `push`. The server grants what there is, and says nothing of what
 * it leaves out; `opaque` where the token is none that can be read (facts/docker-hub.md 11).
 */
export function grantedIn(reply: VendorReply, repository: string): readonly string[] | 'opaque' {
  const { body } = reply
  const token =
    textAt(body, 'token') ?? textAt(body, 'access_token') ?? neededIn(DOCKER_HUB.name, reply).text(body, 'token')
  const access = at(payloadOf(token), 'access')
  if (!Array.isArray(access)) return 'opaque'
  const ours = access.filter(one => at(one, 'type') === 'repository' && at(one, 'name') === repository)
  return ours.flatMap(one => at(one, 'actions') ?? []).filter(action => typeof action === 'string')
}

/** The claims of a JWT; its signature is the registry's to check. */
function payloadOf(token: string): Json | undefined {
  try {
    return JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Json
  } catch {
    return undefined
  }
}
