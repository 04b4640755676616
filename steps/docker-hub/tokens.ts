import type { Known } from '../../src/answers/schema.ts'
import { type Cause, SetupError } from '../../src/clouds/cause.ts'
import { DOCKER_HUB, readPages } from '../../src/clouds/docker-hub.ts'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import { type Needed, neededIn } from '../../src/clouds/needed.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import type { Look, RequestAction, StepId } from '../../src/engine/step.ts'
import { hole, path, type Str, t } from '../../src/engine/text.ts'
import { type Listed, labelOf } from '../delivery.ts'
import { partsOf } from './names.ts'
import { whyNoWay } from './ways.ts'

export const TOKEN = 'docker-hub.token' satisfies StepId
export const TOKEN_USES = [
  'githubProject',
  'dockerHubRoute',
  'dockerHubRepository',
  'dockerHubBot',
  'circleOrg',
  'circleProject',
  'circleJobs',
  'dockerHubJobs',
  'dockerHubUserVariable',
  'dockerHubTokenVariable',
  'herokuContext',
  'secretsUntilRestricted',
] as const
export type Used = (typeof TOKEN_USES)[number]
/** The answers, known or not. */
export type Names = { readonly [K in Exclude<Used, Optional>]: Str } & { readonly [K in Optional]?: Str }
type Optional = 'dockerHubBot' | 'dockerHubJobs'

/** Whose a token is: who signs in with it. */
export interface Owner<Name extends Str = string> {
  readonly kind: 'account' | 'organization'
  readonly name: Name
}

/** What a token is made of on one of the ways. */
export interface Kind {
  /** @param until the day on which it ends, where the way has one; without it, a hole */
  make(names: Names, until?: string): RequestAction
  /** Those that are there; what is asked for is `ids`, those that may be ours. Throws SetupError with a refusal. */
  list(look: Look<Used>, ids: readonly string[]): Promise<readonly Listed[]>
  /** Why no more can be made, where the plan tells. */
  whyNoMore(look: Look<Used>, listed: readonly Listed[]): Promise<Cause | undefined>
}

/** facts/docker-hub.md 3: an account's tokens reach all that it may; so the account is a bot, which may little. */
const SCOPE = 'repo:write'
/** facts/docker-hub.md 4: pull is included. */
const PUSH = 'scope-image-push'
/** facts/docker-hub.md 3: of a label. */
const LONGEST_LABEL = 100

/** The day on which the organization's token ends, as YYYY-MM-DD. */
const UNTIL = `${TOKEN}:until`
/** The longest that the page of such tokens offers, counted from the day's beginning (facts/docker-hub.md 4). */
const LIFE_SECONDS = 365 * 86_400

/** The day on which a token ends that is made today, as YYYY-MM-DD: the same all day, so that a plan stays as it was agreed to. */
export const endOf = (now: Date): string =>
  new Date(now.getTime() + LIFE_SECONDS * 1000).toISOString().slice(0, 'YYYY-MM-DD'.length)

/** The label of this set-up's tokens, as long as one may be. */
export function label({ githubProject, herokuContext }: Names): Str {
  const whole = labelOf(githubProject, herokuContext)
  const isKnown = typeof githubProject === 'string' && typeof herokuContext === 'string'
  return isKnown && typeof whole === 'object' && 'parts' in whole ? whole.parts.join('').slice(0, LONGEST_LABEL) : whole
}

/** Minted and learned alike: what it is, and which one. */
const taught = (id: string) => ({ mint: { token: ['token'] }, learn: { new: [id] } }) as const

const OF_BOT: Kind = {
  make: names => ({
    kind: 'request',
    key: 'mint',
    does: t`make an access token of ${names.dockerHubBot ?? ''} that may read and write (${SCOPE})`,
    host: 'docker-hub',
    as: 'docker-hub.bot',
    method: 'POST',
    path: '/v2/access-tokens',
    body: { token_label: label(names), scopes: [SCOPE] },
    ...taught('uuid'),
    again: 'look-first',
  }),
  list: async look => {
    const { items, need } = await all(page =>
      look.read('docker-hub', `/v2/access-tokens?page_size=100&page=${page}`, { as: 'docker-hub.bot' }),
    )
    return items.map(item => ({
      ...listed(item, need, 'uuid', textAt(item, 'token_label') === label(look.answers)),
      isGood: isAlive(item, need, look) && JSON.stringify(at(item, 'scopes')) === JSON.stringify([SCOPE]),
    }))
  },
  whyNoMore: async () => undefined,
}

const OF_ORGANIZATION: Kind = {
  make: (names, until) => ({
    kind: 'request',
    key: 'mint',
    does: t`make a token of the organization that can push to ${names.dockerHubRepository} and nowhere else, until ${until ?? hole(UNTIL)}`,
    host: 'docker-hub',
    method: 'POST',
    path: tokensOf(names),
    body: { label: label(names), resources: [resource(names)], expires_at: t`${until ?? hole(UNTIL)}T00:00:00Z` },
    ...taught('id'),
    again: 'look-first',
    // Portable, where date is not.
    firstByHand: [{ argv: ['jq', '-n', `now + ${LIFE_SECONDS} | floor | todate | .[:10]`], into: { [UNTIL]: '.' } }],
  }),
  list: async (look, ids) => {
    const list = tokensOf(look.answers)
    const { items, need } = await all(
      page => look.read('docker-hub', t`${list}?page_size=100&page=${String(page)}`),
      look,
    )
    return Promise.all(
      items.map(async item => {
        const one = listed(item, need, 'id', textAt(item, 'label') === label(look.answers))
        // A list does not tell what a token reaches.
        const isGood = ids.includes(one.id) && isAlive(item, need, look) && (await reachesOneRepository(look, one.id))
        return { ...one, isGood }
      }),
    )
  },
  whyNoMore: async (look, { length }) => {
    const { namespace } = partsOf(look.answers.dockerHubRepository)
    const organization = await look.read('docker-hub', path`/v2/orgs/${namespace}`)
    const id = textAt(organization.body, 'id')
    // Neither look-up is documented: where one of them tells nothing, the refusal of the request does.
    if (id === undefined) return undefined
    const plan = textAt((await look.read('docker-hub', path`/api/billing/v4/accounts/${id}/hub-plan`)).body, 'name')
    const most = plan === undefined ? undefined : MOST_TOKENS[plan]
    return most !== undefined && length >= most
      ? noTokenLeft(namespace, `${length} are there, and its plan has ${most}`)
      : undefined
  },
}

/** What CI's token is, on each way. */
export const kindOf = (route: Str): Kind => (route === 'org-token' ? OF_ORGANIZATION : OF_BOT)

/** Whose it is, on each way. */
export const ownerOf = ({ dockerHubRoute, dockerHubRepository, dockerHubBot = '' }: Names): Owner<Str> =>
  dockerHubRoute === 'org-token'
    ? { kind: 'organization', name: partsOf(dockerHubRepository).namespace }
    : { kind: 'account', name: dockerHubBot }

/** Revokes a token; without its id, what comes before that in the path. */
export const revoke = ({ kind, name }: Owner<Str>, id: string): RequestAction => ({
  kind: 'request',
  key: `revoke-${id}`,
  does: `revoke the older token ${id} of this set-up`,
  host: 'docker-hub',
  ...(kind === 'account' && { as: 'docker-hub.bot' }),
  method: 'DELETE',
  path: kind === 'account' ? path`/v2/access-tokens/${id}` : path`/v2/orgs/${name}/access-tokens/${id}`,
  again: 'safe',
  // Gone is gone.
  okStatus: [404],
  takesBack: true,
})

/** facts/docker-hub.md 4; those that expired or were switched off count. */
const MOST_TOKENS: Readonly<Record<string, number>> = { team: 10, business: 100 }

export const noTokenLeft = (namespace: string, how = 'its plan has no more'): Cause => ({
  code: 'token-limit',
  means: `The organization ${namespace} can have no access token more: ${how}; those that expired or were switched off count too.`,
  next: 'Delete one that nothing uses (app.docker.com, the organization’s settings, Access tokens), and run again.',
})

const tokensOf = (names: Names) => path`/v2/orgs/${partsOf(names.dockerHubRepository).namespace}/access-tokens`

const oneOf = (names: Names, id: string) => t`${tokensOf(names)}/${path`${id}`}`

const resource = ({ dockerHubRepository }: Names) => ({ type: 'TYPE_REPO', path: dockerHubRepository, scopes: [PUSH] })

/** The resources of a reply are the wanted one, and no other. */
export const isNarrow = (body: Json, { dockerHubRepository }: Pick<Known, 'dockerHubRepository'>): boolean => {
  const found = at(body, 'resources')
  const [one, ...more] = Array.isArray(found) ? (found as readonly Json[]) : []
  const isOurs = textAt(one, 'type') === 'TYPE_REPO' && textAt(one, 'path') === dockerHubRepository
  return more.length === 0 && isOurs && JSON.stringify(at(one, 'scopes')) === JSON.stringify([PUSH])
}

async function reachesOneRepository(look: Look<Used>, id: string): Promise<boolean> {
  const reply = await look.read('docker-hub', oneOf(look.answers, id))
  return reply.status < 300 && isNarrow(reply.body, look.answers)
}

async function all(read: (page: number) => Promise<VendorReply>, look?: Look<Used>) {
  const { reply, items } = await readPages(read)
  if (reply.status < 300) return { items, need: neededIn(DOCKER_HUB.name, reply) }
  throw new SetupError((look && reply.status === 403 && (await whyNoWay(look))) || DOCKER_HUB.means(reply))
}

const listed = (item: Json, need: Needed, id: string, isLabelled: boolean) => ({
  id: need.text(item, id),
  madeAt: need.date(item, 'created_at'),
  isLabelled,
})

function isAlive(item: Json, need: Needed, look: Look<Used>): boolean {
  const until = textAt(item, 'expires_at')
  const isOver = until !== undefined && look.hasPassed(0, new Date(until), 'docker-hub')
  return need.boolean(item, 'is_active') && !isOver
}

/** Where the registry is asked what it would grant on a repository (facts/docker-hub.md 11). */
export const grantPath = (repository: Str) =>
  path`/token?service=registry.docker.io&client_id=dummyapp-setup&scope=repository:${repository}:pull,push`
