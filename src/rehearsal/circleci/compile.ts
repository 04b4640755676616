import { stringify } from 'yaml'
import * as z from 'zod'
import { organizationById, roleIn } from './organization.ts'
import { readConfig } from './read-config.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, read } from './route.ts'

/** A look at a config before it is used (facts/circleci.md 7). */
export const COMPILE: readonly Route[] = [
  { method: 'POST', pattern: '/api/v2/compile-config-with-defaults', handle: compile },
]

const request = z.object({
  config_yaml: z.string(),
  options: z.object({ owner_id: z.string().optional() }).loose().prefault({}),
})

/** Answers 200 whatever it finds; the contexts may exist or not, and be anybody's. */
function compile({ world, user, body }: Ask): Reply {
  if (!world.rules.compiles) throw refuse.notFound()
  const { config_yaml: text, options } = read(request, body)
  const { owner_id: owner } = options
  if (owner !== undefined && !roleIn(organizationById(world, owner), user.login)) throw refuse.organization()
  const judged = readConfig(text, world.rules.remoteDockers)
  const errors = (judged.errors ?? []).map(message => ({ message }))
  const compiled = judged.errors ? '' : stringify(judged.config.text)
  return {
    status: 200,
    body: { valid: errors.length === 0, 'source-yaml': text, 'output-yaml': compiled, errors },
  }
}
