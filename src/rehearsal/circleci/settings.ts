import * as z from 'zod'
import type { Json } from '../../clouds/json.ts'
import { isRepositoryAdmin, projecting, projectOf } from './project.ts'
import { refuse } from './refusals.ts'
import { type Ask, type Reply, type Route, read } from './route.ts'
import { vcsTypeOf } from './slug.ts'
import type { Advanced, Project } from './world.ts'

const PATH = '/api/v2/project/*/*/*/settings'

/** A project's settings (facts/circleci.md 6). */
export const SETTINGS: readonly Route[] = [
  { method: 'GET', pattern: PATH, handle: ask => ({ status: 200, body: shown(projectOf(ask)) }) },
  { method: 'PATCH', pattern: PATH, handle: update },
]

/** What an organization that stands alone does not have. */
const OF_FORKS: readonly string[] = ['build_fork_prs', 'forks_receive_secret_env_vars']

const change = z.object({ advanced: z.record(z.string(), z.union([z.boolean(), z.array(z.string())])) })

function update(ask: Ask): Reply {
  const { world, body, user } = ask
  const project = projectOf(ask, 'writer')
  const { advanced } = project.settings
  if (advanced.write_settings_requires_admin && !isRepositoryAdmin(world, project.slug, user.login)) {
    throw refuse.forbidden()
  }
  if (typeof body !== 'object' || body === null || Object.keys(body).length === 0) {
    throw refuse.invalid('No JSON fields found.')
  }
  const stranger = Object.keys(body).find(key => key !== 'advanced')
  if (stranger !== undefined) throw refuse.invalid(`Unexpected field '${stranger}'.`)
  const given = read(change, body).advanced
  for (const [key, value] of Object.entries(given)) {
    const old = settingsOf(project).get(key)
    if (old === undefined) throw refuse.invalid(`Unexpected field 'advanced.${key}'.`)
    if (Array.isArray(value) !== Array.isArray(old)) throw refuse.invalid(`Unexpected value of 'advanced.${key}'.`)
  }
  const changed = { ...advanced, ...given }
  const updated = { ...project, settings: { advanced: changed } }
  const isSame = JSON.stringify(changed) === JSON.stringify(advanced)
  return {
    status: 200,
    body: shown(updated),
    ...(!isSame && { world: projecting(world, project, { settings: updated.settings }) }),
  }
}

/** What the project has of settings that can be changed. */
const settingsOf = ({ settings, slug }: Project): ReadonlyMap<string, Advanced[keyof Advanced]> =>
  new Map(
    Object.entries(settings.advanced).filter(([key]) => vcsTypeOf(slug) !== 'circleci' || !OF_FORKS.includes(key)),
  )

/** `oss` is shown and cannot be changed. */
const shown = (project: Project): Json => ({ advanced: { ...Object.fromEntries(settingsOf(project)), oss: false } })
