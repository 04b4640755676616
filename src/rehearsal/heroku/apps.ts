import type { Json } from '../../clouds/json.ts'
import { membership } from './accounts.ts'
import { appNamed, appShown, replaced, roleIn, userShown } from './app.ts'
import { type Params, params } from './params.ts'
import { ranged } from './range.ts'
import { refuse } from './refusals.ts'
import { firstRelease } from './releases.ts'
import type { Ask, Reply, Route } from './route.ts'
import { type App, DEFAULT_STACK, type HerokuWorld, REGIONS, STACKS } from './world.ts'

/** Apps, and what `heroku apps:info` asks about them (facts/heroku.md 6). */
export const APPS: readonly Route[] = [
  { method: 'GET', pattern: '/apps', needs: 'read', handle: list },
  { method: 'POST', pattern: '/apps', needs: 'write', handle: create },
  { method: 'POST', pattern: '/teams/apps', needs: 'write', handle: createInTeam },
  { method: 'GET', pattern: '/apps/*', needs: 'read', handle: info },
  { method: 'PATCH', pattern: '/apps/*', needs: 'write', handle: update },
  { method: 'DELETE', pattern: '/apps/*', needs: 'write', handle: destroy },
  { method: 'GET', pattern: '/apps/*/collaborators', needs: 'read', handle: collaborators },
  { method: 'GET', pattern: '/apps/*/addons', needs: 'read', handle: addons },
  { method: 'GET', pattern: '/apps/*/pipeline-couplings', needs: 'read', handle: pipeline },
]

const CREATED = { name: ['string'], region: ['string'], stack: ['string'] } as const

function list(ask: Ask): Reply {
  const visible = ask.world.apps.filter(app => roleIn(ask.world, app, ask.account))
  return ranged(
    visible.map(app => appShown(ask.world, app)),
    ['id', 'name'],
    ask.headers.range,
  )
}

function create(ask: Ask): Reply {
  if (!ask.account.verified) throw refuse.verification(ask.world.rules.verificationStatus)
  return created(ask, params(ask.body, CREATED), null)
}

function createInTeam(ask: Ask): Reply {
  const given = params(ask.body, { ...CREATED, team: ['string'] }, ['team'])
  const { team, role } = membership(ask.world, ask.account, String(given.team))
  if (role === 'collaborator') throw refuse.team(team.name)
  if (!team.verified) throw refuse.verification(ask.world.rules.verificationStatus)
  return created(ask, given, team.name)
}

function created(ask: Ask, given: Params, team: string | null): Reply {
  const id = ask.mint.id()
  const now = ask.now.toISOString()
  const stack = oneOf(STACKS, 'stack', given.stack, DEFAULT_STACK)
  const app: App = {
    id,
    name: freeName(ask.world, given.name ?? `quiet-harbor-${id.slice(-5)}`),
    owner: ask.account.email,
    team,
    collaborators: [],
    region: oneOf(REGIONS, 'region', given.region, 'us'),
    stack,
    buildStack: stack,
    maintenance: false,
    features: [],
    formation: [],
    releases: [firstRelease(ask)],
    images: [],
    createdAt: now,
    updatedAt: now,
  }
  return { status: 201, body: appShown(ask.world, app), world: { ...ask.world, apps: [...ask.world.apps, app] } }
}

function info(ask: Ask): Reply {
  return { status: 200, body: appShown(ask.world, appNamed(ask)) }
}

/** On an app that was never deployed, `stack` follows `build_stack` at once (facts/heroku.md 4). */
function update(ask: Ask): Reply {
  const app = appNamed(ask)
  const given = params(ask.body, { name: ['string'], build_stack: ['string'], maintenance: ['boolean'] })
  const buildStack = oneOf(STACKS, 'stack', given.build_stack, app.buildStack)
  const changed = {
    ...app,
    name: given.name === undefined || given.name === app.name ? app.name : freeName(ask.world, given.name),
    buildStack,
    stack: app.formation.length ? app.stack : buildStack,
    maintenance: given.maintenance === undefined ? app.maintenance : given.maintenance === true,
  }
  if (JSON.stringify(changed) === JSON.stringify(app)) return { status: 200, body: appShown(ask.world, app) }
  const updated = { ...changed, updatedAt: ask.now.toISOString() }
  return { status: 200, body: appShown(ask.world, updated), world: replaced(ask.world, app, updated) }
}

function destroy(ask: Ask): Reply {
  const app = appNamed(ask)
  const role = roleIn(ask.world, app, ask.account)
  if (role !== 'owner' && role !== 'admin') throw refuse.deletion(app.name)
  const apps = ask.world.apps.filter(one => one !== app)
  return { status: 200, body: appShown(ask.world, app), world: { ...ask.world, apps } }
}

function collaborators(ask: Ask): Reply {
  const app = appNamed(ask)
  const people = [
    [app.owner, app.team ? 'admin' : 'owner'] as const,
    ...app.collaborators.map(one => [one, null] as const),
  ]
  const shown = people.map(([email, role]) => {
    const user = userShown(ask.world, email)
    return {
      app: { id: app.id, name: app.name },
      created_at: app.createdAt,
      id: user.id ?? null,
      permissions: [],
      role,
      updated_at: app.createdAt,
      user: { ...user, federated: false },
    }
  })
  return ranged(shown, ['id'], ask.headers.range)
}

function addons(ask: Ask): Reply {
  appNamed(ask)
  return { status: 200, body: [] }
}

function pipeline(ask: Ask): Reply {
  appNamed(ask)
  if (ask.world.rules.noPipelineStatus === 404) throw refuse.unknown('pipeline-coupling', 'pipeline coupling')
  return { status: 200, body: null }
}

/** facts/heroku.md 8, Names; the words are quoted by facebookresearch/ParlAI#2985, those on length are ours. */
function freeName(world: HerokuWorld, given: Json): string {
  const name = String(given)
  if (!/^[a-z]([a-z\d-]*[a-z\d])?$/.test(name)) {
    throw refuse.params(
      'Name must start with a letter, end with a letter or digit, and can only contain lowercase letters, digits, and dashes.',
    )
  }
  if (name.length < 3) throw refuse.params('Name is too short (minimum is 3 characters)')
  if (name.length > 30) throw refuse.params('Name is too long (maximum is 30 characters)')
  if (world.apps.some(app => app.name === name)) throw refuse.taken(name)
  return name
}

/** The words are ours. */
function oneOf<T extends string>(known: readonly T[], what: string, given: Json | undefined, otherwise: T): T {
  if (given === undefined) return otherwise
  const found = known.find(one => one === given)
  if (!found) throw refuse.params(`Couldn't find that ${what}.`)
  return found
}
