import type { Json } from '../../clouds/json.ts'
import { appNamed, replaced, userShown } from './app.ts'
import { isList, params } from './params.ts'
import { ranged } from './range.ts'
import { refuse } from './refusals.ts'
import type { Ask, Reply, Route } from './route.ts'
import type { App } from './world.ts'

type Release = App['releases'][number]
type Process = App['formation'][number]

/** Deploying an image, as `heroku container:release` does it (facts/heroku.md 4). */
export const RELEASES: readonly Route[] = [
  { method: 'GET', pattern: '/apps/*/releases', needs: 'read', handle: list },
  { method: 'GET', pattern: '/apps/*/formation', needs: 'read', handle: formation },
  { method: 'PATCH', pattern: '/apps/*/formation', needs: 'write', handle: deploy },
  { method: 'GET', pattern: '/apps/*/dynos', needs: 'read', handle: dynos },
]

/** What every app is born with. */
export function firstRelease({ mint, account, now }: Ask): Release {
  return {
    id: mint.id(),
    version: 1,
    description: 'Initial release',
    account: account.email,
    createdAt: now.toISOString(),
  }
}

function list(ask: Ask): Reply {
  const app = appNamed(ask)
  return ranged(
    app.releases.map(one => releaseShown(ask, app, one)),
    ['version', 'id'],
    ask.headers.range,
  )
}

/** The processes that releases have brought; a fresh app has none. */
function formation(ask: Ask): Reply {
  const app = appNamed(ask)
  return ranged(
    app.formation.map(one => processShown(ask, app, one)),
    ['id'],
    ask.headers.range,
  )
}

/** The image that already runs is no new release (heroku-releases-retry#11). */
function deploy(ask: Ask): Reply {
  const app = appNamed(ask)
  const { updates } = params(ask.body, { updates: ['array'] }, ['updates'])
  const images = (isList(updates) ? updates : []).map(update => imageIn(ask, update))
  if (app.stack !== 'container' && app.buildStack !== 'container') throw refuse.params(NO_CONTAINER)
  const news = images.filter(({ type, image }) => !app.formation.some(one => one.type === type && one.image === image))
  if (!news.length) return { status: 200, body: app.formation.map(one => processShown(ask, app, one)) }
  const updatedAt = ask.now.toISOString()
  const changed = news.map(({ type, image }) => ({
    id: app.formation.find(one => one.type === type)?.id ?? ask.mint.id(),
    type,
    image,
    updatedAt,
  }))
  const release: Release = {
    id: ask.mint.id(),
    version: (app.releases.at(-1)?.version ?? 0) + 1,
    description: `Deployed ${news.map(({ type, image }) => `${type} (${image.slice(7, 19)})`).join(', ')}`,
    account: ask.account.email,
    createdAt: updatedAt,
  }
  const deployed: App = {
    ...app,
    stack: app.buildStack,
    formation: [...app.formation.filter(one => !changed.some(({ type }) => type === one.type)), ...changed],
    releases: [...app.releases, release],
    updatedAt,
  }
  const body = deployed.formation.map(one => processShown(ask, deployed, one))
  return { status: 200, body, world: replaced(ask.world, app, deployed) }
}

/** ours */
const NO_CONTAINER = 'This app is not on the container stack.'

const knowsImages = ({ accept }: Ask['headers']): boolean => accept?.includes('version=3.docker-releases') ?? false

/** `docker_image` is known only to the API variant that container:release asks for. */
function imageIn({ headers }: Ask, update: Json): { type: string; image: string } {
  const imagesKnown = knowsImages(headers)
  const allowed = imagesKnown
    ? ({ type: ['string'], docker_image: ['string'] } as const)
    : ({ type: ['string'] } as const)
  const given = params(update, allowed, Object.keys(allowed))
  const { type, docker_image: image } = given
  if (!/^sha256:[\da-f]{64}$/.test(String(image))) throw refuse.params('docker_image must be the id of an image.')
  return { type: String(type), image: String(image) }
}

/** One of each process type that was deployed. */
function dynos(ask: Ask): Reply {
  const app = appNamed(ask)
  const release = app.releases.at(-1)
  const running = app.formation.map(({ id, type, updatedAt }) => ({
    app: { id: app.id, name: app.name },
    attach_url: null,
    command: '',
    created_at: updatedAt,
    id,
    name: `${type}.1`,
    release: release ? { id: release.id, version: release.version } : null,
    size: SIZE,
    state: 'up',
    type,
    updated_at: updatedAt,
  }))
  return ranged(running, ['id'], ask.headers.range)
}

/** The cheapest dyno that go-language-metrics works on (facts/heroku.md 3). */
const SIZE = 'Basic'

function releaseShown({ world }: Ask, app: App, release: Release): { readonly [key: string]: Json } {
  return {
    addon_plan_names: [],
    app: { id: app.id, name: app.name },
    created_at: release.createdAt,
    current: release === app.releases.at(-1),
    description: release.description,
    id: release.id,
    output_stream_url: null,
    slug: null,
    status: 'succeeded',
    updated_at: release.createdAt,
    user: userShown(world, release.account),
    version: release.version,
  }
}

function processShown(
  { headers }: Ask,
  app: App,
  { id, type, image, updatedAt }: Process,
): { readonly [key: string]: Json } {
  return {
    app: { id: app.id, name: app.name },
    command: '',
    created_at: updatedAt,
    ...(knowsImages(headers) && { docker_image: { id: image } }),
    id,
    quantity: 1,
    size: SIZE,
    type,
    updated_at: updatedAt,
  }
}
