import { stringify } from 'yaml'
import * as z from 'zod'
import { organizationById, roleIn } from './organization.ts'
import { readConfig } from './read-config.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, read } from './route.ts'
import { type Entries, entriesOf } from './yaml.ts'

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
  const refused = judged.errors ?? (world.rules.thirdPartyOrbs ? [] : othersOrbs(judged.config.text))
  const errors = refused.map(message => ({ message }))
  const compiled = judged.errors || errors.length > 0 ? '' : stringify(judged.config.text)
  return {
    status: 200,
    body: { valid: errors.length === 0, 'source-yaml': text, 'output-yaml': compiled, errors },
  }
}

/** What is said of orbs that the organization does not let in. */
const othersOrbs = (config: Entries): readonly string[] =>
  [...entriesOf(config.get('orbs')).values()]
    .filter(orb => typeof orb === 'string' && !orb.startsWith('circleci/'))
    .map(
      orb =>
        `Orb ${orb} not loaded. To use this orb, an organization admin must opt-in to using third party orbs in Organization Security settings.`,
    )
