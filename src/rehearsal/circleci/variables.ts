import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { changed, contextOf } from './context.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, read, without } from './route.ts'
import { type Context, VARIABLE_NAME } from './world.ts'

const PATH = '/api/v2/context/*/environment-variable'

/** What is in a context (facts/circleci.md 5). No value is ever given back, and no variable by itself. */
export const VARIABLES: readonly Route[] = [
  { method: 'GET', pattern: PATH, handle: list },
  { method: 'PUT', pattern: `${PATH}/*`, handle: put },
  { method: 'DELETE', pattern: `${PATH}/*`, handle: remove },
]

/** facts/circleci.md 5, limits; also of a project's own variables. */
export const LONGEST_VALUE = 32 * 1024
const MOST = 100

/** A body with any key is taken; one without `value` stores an empty one. */
const setting = z.object({ value: z.string().default('') })

/**
 * All of them: no context holds more than a page. The token of a next page leads to this one again, however it is
 * spelt.
 */
function list(ask: Ask): Reply {
  const { id, variables } = contextOf(ask, 'member')
  const token = ask.world.rules.stuckPageToken ? Buffer.from(id).toString('base64url') : null
  return { status: 200, body: { items: variables.map(one => shown(ask.world.rules, id, one)), next_page_token: token } }
}

/** The time of the change moves with every write, the same value's too. */
function put(ask: Ask): Reply {
  const context = contextOf(ask, 'writer')
  const [, name = ''] = ask.names
  const value = valueIn(ask.body)
  if (!VARIABLE_NAME.test(name)) throw refuse.invalid('Invalid environment variable name.')
  if (Buffer.byteLength(value) > LONGEST_VALUE) throw refuse.invalid('The value is too long.')
  const old = context.variables.find(one => one.name === name)
  if (!old && context.variables.length >= MOST) {
    throw refuse.invalid(`Cannot create more than ${MOST} environment variables per context`)
  }
  const at = ask.now.toISOString()
  const made = { name, value, createdAt: old?.createdAt ?? at, updatedAt: at }
  const variables = [...context.variables.filter(one => one !== old), made]
  return changed(ask, context, { variables }, { status: 200, body: written(ask, context, made) })
}

/** An empty object is refused before its missing value is made up for. */
function valueIn(body: Json | undefined): string {
  if (typeof body !== 'object' || body === null || Object.keys(body).length === 0) throw refuse.invalid()
  return read(setting, body).value
}

/** The status for one that is not there is ours. */
function remove(ask: Ask): Reply {
  const context = contextOf(ask, 'writer')
  const gone = context.variables.find(({ name }) => name === ask.names[1])
  if (!gone) throw refuse.notFound('Environment variable not found.')
  const variables = without(context.variables, gone)
  return changed(ask, context, { variables }, { status: 200, body: { message: 'Environment variable deleted.' } })
}

/** The last characters of a value, four at most and never more than half. */
export const tailOf = (value: string): string => value.slice(value.length - Math.min(4, Math.floor(value.length / 2)))

type Variable = Context['variables'][number]

const written = ({ world: { rules } }: Ask, { id }: Context, made: Variable): Json =>
  rules.variables === 'message' ? { message: 'Environment variable stored.' } : shown(rules, id, made)

const shown = ({ variables }: Ask['world']['rules'], context: string, one: Variable): Json => ({
  variable: one.name,
  context_id: context,
  ...(variables === 'with-tail' && { truncated_value: tailOf(one.value) }),
  created_at: one.createdAt,
  updated_at: one.updatedAt,
})
