import { createHash } from 'node:crypto'
import type { Json } from '../../clouds/json.ts'
import { uuidOf } from '../mint.ts'
import { refuse } from './refusals.ts'
import type { Ask } from './route.ts'
import type { Account, App, HerokuWorld } from './world.ts'

/** The app that a request's first name means, by name or id; refuses in the order that Heroku does: unknown, another's. */
export function appNamed({ world, account, names: [name = ''] }: Ask): App {
  const app = world.apps.find(one => one.name === name || one.id === name)
  if (!app) throw refuse.unknown('app')
  if (!roleIn(world, app, account)) throw refuse.app(name)
  return app
}

/** What an account is to an app, undefined for nothing. */
export function roleIn(world: HerokuWorld, app: App, { email }: Account): string | undefined {
  const members = world.teams.find(team => team.name === app.team)?.members ?? []
  const role = members.find(member => member.account === email)?.role
  if (role === 'admin') return role
  if (app.owner === email && (app.team === null || role)) return 'owner'
  return app.collaborators.includes(email) || role === 'member' ? (role ?? 'collaborator') : undefined
}

/** The world with one app in the place of another; its `updatedAt` is the caller's to set. */
export function replaced(world: HerokuWorld, old: App, app: App): HerokuWorld {
  return { ...world, apps: world.apps.map(one => (one === old ? app : one)) }
}

/** An app as the Platform API shows it. */
export function appShown(world: HerokuWorld, app: App): { readonly [key: string]: Json } {
  const team = world.teams.find(one => one.name === app.team)
  return {
    acm: false,
    archived_at: null,
    build_stack: stackShown(app.buildStack),
    buildpack_provided_description: null,
    created_at: app.createdAt,
    generation: { id: idOf('cedar'), name: 'cedar' },
    git_url: `https://git.heroku.com/${app.name}.git`,
    id: app.id,
    internal_routing: null,
    maintenance: app.maintenance,
    name: app.name,
    organization: team ? { id: team.id, name: team.name } : null,
    owner: team ? { email: `${team.name}@herokumanager.com`, id: team.id } : userShown(world, app.owner),
    region: { id: idOf(app.region), name: app.region },
    released_at: app.releases.at(-1)?.createdAt ?? null,
    repo_size: null,
    slug_size: null,
    space: null,
    stack: stackShown(app.stack),
    team: team ? { id: team.id, name: team.name } : null,
    updated_at: app.updatedAt,
    web_url: `https://${app.name}-${app.id.slice(-12)}.herokuapp.com/`,
  }
}

/** A person as other things name them. */
export function userShown(world: HerokuWorld, email: string): { readonly [key: string]: Json } {
  return { email, id: world.accounts.find(one => one.email === email)?.id ?? idOf(email) }
}

const stackShown = (name: string): Json => ({ id: idOf(name), name })

/** An id for what the world names but does not hold. */
const idOf = (name: string): string => uuidOf(createHash('sha256').update(name).digest('hex'))
