import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { paged } from './page.ts'
import { refuse } from './refusals.ts'
import { answered, changed, repositoryOf } from './repository.ts'
import { ANYBODY, type Ask, type Reply, type Route, read } from './route.ts'
import type { Repository } from './world.ts'

const PATH = '/v2/namespaces/*/repositories/*'
const SETTINGS = { personalToken: true, organizationToken: [] } as const

/** What a push left behind, and which of it may not be pushed again (facts/docker-hub.md 5). */
export const TAGS: readonly Route[] = [
  { method: 'GET', pattern: `${PATH}/tags`, lets: ANYBODY, handle: list },
  { method: 'GET', pattern: `${PATH}/tags/*`, lets: ANYBODY, handle: info },
  { method: 'PATCH', pattern: `${PATH}/immutabletags`, lets: SETTINGS, handle: update },
  { method: 'POST', pattern: `${PATH}/immutabletags/verify`, lets: SETTINGS, handle: verify },
]

type Tag = Repository['tags'][number]

const settings = z.object({ immutable_tags: z.boolean(), immutable_tags_rules: z.array(z.string()) })
const rule = z.object({ regex: z.string() })

function list(ask: Ask): Reply {
  const { tags } = repositoryOf(ask, 'read')
  return { status: 200, body: paged(ask, tags.map(shown)) }
}

function info(ask: Ask): Reply {
  const tag = repositoryOf(ask, 'read').tags.find(({ name }) => name === ask.names[2])
  if (!tag) throw refuse.notFound(`tag '${ask.names[2]}' not found`)
  return { status: 200, body: shown(tag) }
}

function update(ask: Ask): Reply {
  const old = repositoryOf(ask, 'admin')
  const { immutable_tags: enabled, immutable_tags_rules: rules } = read(settings, ask.body)
  for (const one of rules) patternOf(one)
  return answered(ask, changed(ask, old, { immutableTags: { enabled, rules } }), old)
}

function verify(ask: Ask): Reply {
  const { tags } = repositoryOf(ask, 'admin')
  const pattern = patternOf(read(rule, ask.body).regex)
  return { status: 200, body: { tags: tags.map(({ name }) => name).filter(name => pattern.test(name)) } }
}

/** May the tag not be pushed again? Without rules that is so for every tag. */
export function isImmutable({ immutableTags, tags }: Repository, tag: string): boolean {
  const { enabled, rules } = immutableTags
  return (
    enabled &&
    tags.some(({ name }) => name === tag) &&
    (rules.length === 0 || rules.some(one => patternOf(one).test(tag)))
  )
}

/** RE2 has no look-around and no back reference; JavaScript reads the rest as well. */
function patternOf(rule: string): RegExp {
  try {
    return new RegExp(`^(?:${rule})$`)
  } catch {
    throw refuse.invalid(`not a regular expression: ${rule}`)
  }
}

const shown = ({ name, digest, pushedBy, pushedAt }: Tag): { readonly [key: string]: Json } => ({
  name,
  digest,
  full_size: 0,
  images: [],
  last_updated: pushedAt,
  last_updater_username: pushedBy,
  status: 'active',
  tag_last_pulled: null,
  tag_last_pushed: pushedAt,
  tag_status: 'active',
  v2: true,
})
