import type { Json } from '../../clouds/json.ts'
import { appNamed, replaced } from './app.ts'
import { params } from './params.ts'
import { ranged } from './range.ts'
import { refuse } from './refusals.ts'
import type { Ask, Reply, Route } from './route.ts'
import type { Feature } from './world.ts'

/** Labs features, of the account (no scope but global reaches them: facts/heroku.md 5) and of an app (3). */
export const FEATURE_ROUTES: readonly Route[] = [
  {
    method: 'GET',
    pattern: '/account/features',
    needs: 'global',
    handle: ask => list(ask, 'account', ask.account.features),
  },
  {
    method: 'GET',
    pattern: '/account/features/*',
    needs: 'global',
    handle: ask => info(find(ask, 'account', ask.names[0]), ask.account.features),
  },
  {
    method: 'GET',
    pattern: '/apps/*/features',
    needs: 'read',
    handle: ask => list(ask, 'app', appNamed(ask).features),
  },
  {
    method: 'GET',
    pattern: '/apps/*/features/*',
    needs: 'read',
    handle: ask => {
      const { features } = appNamed(ask)
      return info(find(ask, 'app', ask.names[1]), features)
    },
  },
  { method: 'PATCH', pattern: '/apps/*/features/*', needs: 'write', handle: update },
]

function list(ask: Ask, of: Feature['of'], enabled: readonly string[]): Reply {
  const listed = ask.world.features.filter(one => one.of === of && one.listed)
  return ranged(
    listed.map(one => shown(one, enabled)),
    ['id', 'name'],
    ask.headers.range,
  )
}

const info = (feature: Feature, enabled: readonly string[]): Reply => ({ status: 200, body: shown(feature, enabled) })

/** Enabling what is enabled changes nothing and is no failure (facts/heroku.md 3). */
function update(ask: Ask): Reply {
  const app = appNamed(ask)
  const feature = find(ask, 'app', ask.names[1])
  const { enabled } = params(ask.body, { enabled: ['boolean'] }, ['enabled'])
  if (app.features.includes(feature.name) === enabled) return info(feature, app.features)
  const features = enabled ? [...app.features, feature.name] : app.features.filter(name => name !== feature.name)
  return { ...info(feature, features), world: replaced(ask.world, app, { ...app, features }) }
}

function find({ world }: Ask, of: Feature['of'], name: string | undefined): Feature {
  const found = world.features.find(one => one.of === of && (one.name === name || one.id === name))
  if (!found) throw refuse.unknown('feature')
  return found
}

function shown(feature: Feature, enabled: readonly string[]): { readonly [key: string]: Json } {
  return {
    created_at: '2016-10-10T00:00:00Z',
    description: feature.description,
    display_name: feature.description,
    doc_url: feature.docUrl,
    enabled: enabled.includes(feature.name),
    feedback_email: 'heroku-feedback@example.com',
    id: feature.id,
    name: feature.name,
    state: feature.state,
    updated_at: '2016-10-10T00:00:00Z',
  }
}
