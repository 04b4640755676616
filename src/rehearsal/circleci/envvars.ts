import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { paged } from './page.ts'
import { projecting, projectOf } from './project.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, read, without } from './route.ts'
import { LONGEST_VALUE, tailOf } from './variables.ts'
import { type Project, VARIABLE_NAME } from './world.ts'

const PATH = '/api/v2/project/*/*/*/envvar'

/** A project's own variables, which every job of every branch sees (facts/circleci.md 6). */
export const ENVVARS: readonly Route[] = [
  {
    method: 'GET',
    pattern: PATH,
    handle: ask => ({ status: 200, body: paged(ask, projectOf(ask).envvars.map(shown)) }),
  },
  { method: 'POST', pattern: PATH, handle: set },
  { method: 'GET', pattern: `${PATH}/*`, handle: ask => ({ status: 200, body: shown(find(ask, projectOf(ask))) }) },
  { method: 'DELETE', pattern: `${PATH}/*`, handle: remove },
]

const setting = z.object({ name: z.string().regex(VARIABLE_NAME), value: z.string().max(LONGEST_VALUE) })

function set(ask: Ask): Reply {
  const project = projectOf(ask, 'writer')
  const given = read(setting, ask.body)
  const old = project.envvars.find(({ name }) => name === given.name)
  const createdAt = (ask.world.rules.envvarKeepsTime && old?.createdAt) || ask.now.toISOString()
  const made = { ...given, createdAt }
  const envvars = [...project.envvars.filter(one => one !== old), made]
  return { status: 201, body: shown(made), world: projecting(ask.world, project, { envvars }) }
}

function remove(ask: Ask): Reply {
  const project = projectOf(ask, 'writer')
  const envvars = without(project.envvars, find(ask, project))
  return { status: 200, body: { message: 'Deleted' }, world: projecting(ask.world, project, { envvars }) }
}

function find({ names }: Ask, { envvars }: Project): Project['envvars'][number] {
  const found = envvars.find(({ name }) => name === names[3])
  if (!found) throw refuse.notFound('Environment variable not found.')
  return found
}

const shown = ({ name, value, createdAt }: Project['envvars'][number]): { readonly [key: string]: Json } => ({
  name,
  value: `xxxx${tailOf(value)}`,
  created_at: createdAt,
})
