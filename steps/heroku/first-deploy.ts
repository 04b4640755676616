import { DOCKERFILE } from '../../src/answers/forms/dockerfile.ts'
import { LIBRARY } from '../../src/answers/forms/library.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { HEROKU } from '../../src/clouds/heroku.ts'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep, type Look, type PersonAction, type Sh } from '../../src/engine/step.ts'
import { hole, path, type Str, t } from '../../src/engine/text.ts'
import { ARGUMENTS, BUILDKIT, type Builder, BY_HAND, builderOf, environmentOf } from './builder.ts'

const SCRIPT = 'build/build.with-docker.sh'
const NO_SCRIPT = `there is no ${SCRIPT}`
const NO_ARGUMENTS = `${SCRIPT} does not pass ${ARGUMENTS} to docker build, and without what it holds the image may be of a kind that Heroku refuses`
const REGISTRY = 'registry.heroku.com'
const TAG = 'latest'

/** The only format that Heroku's registry takes (facts/heroku.md 4). */
const SCHEMA_2 = 'application/vnd.docker.distribution.manifest.v2+json'

/** The variant of the API that knows images (facts/heroku.md 4). */
const RELEASES = { accept: 'application/vnd.heroku+json; version=3.docker-releases' }

/** A build pulls images and compiles, a push carries all of them over a line that may be slow. */
const BUILD_MS = 45 * 60_000
const PUSH_MS = 30 * 60_000

/** Where docker looks for its engine when nothing else is said. */
const USUAL_ENGINE = 'unix:///var/run/docker.sock'

interface State {
  /** What this machine lacks for doing it; only a person can do it then. */
  readonly lacks: readonly string[]
  /** Where docker finds its engine, if not in the usual place: the person's own configuration knows, a private one does not. */
  readonly engine: string | undefined
  /** Nobody has asked docker yet. */
  readonly builder: Builder | undefined
}

export const firstDeploy = defineStep({
  id: 'heroku.first-deploy',
  title: 'Build the image and release it to the app for the first time',
  why: 'It shows that the app runs this image before CI has to; and CI replaces what runs there, whatever it is.',
  section: 'Setup',
  document: '`./build/build.with-docker.sh env-BUILD_TAGS=heroku`, and a deploy',
  today:
    'A push no longer releases (since 2018-05): the release is a request of its own. Heroku takes Docker’s schema 2 alone, so attestations and OCI media types are off: with the options of the builder that is here, since docker without the buildx plugin and podman know other ones. Build and push are two runs: the checkout’s script is given no sign-in, and what it started is ended before docker gets one. Still, it is a program that runs as you, and can do what you can. It needs Docker and Go here; without them it is done elsewhere, and nothing waits for it.',
  uses: ['herokuApp'],
  after: ['heroku.create-app', 'heroku.labs'],
  needs: ['heroku'],

  async look(look) {
    const app = await look.read('heroku', path`/apps/${look.answers.herokuApp}`)
    if (app.status >= 300 && app.status !== 404) return { is: 'unknown', cause: HEROKU.means(app) }
    if (app.status < 300) {
      const formation = await look.read('heroku', path`/apps/${look.answers.herokuApp}/formation`)
      if (formation.status >= 300) return { is: 'unknown', cause: HEROKU.means(formation) }
      if (runsImage(app, formation)) return { is: 'present', state: nothingToDo }
    }
    const state = await readMachine(look)
    if (state.lacks.length === 0) return { is: 'missing', state }
    return { is: 'pending', on: 'person', detail: `not here: ${state.lacks.join('; ')}`, state }
  },

  actions: ({ herokuApp }, seen) => {
    const state = seen !== undefined && 'state' in seen && seen.state ? seen.state : nothingToDo
    return state.lacks.length > 0 ? [elsewhere(herokuApp, state.lacks)] : deploy(herokuApp, state)
  },

  // An app that is destroyed takes its releases with it; an earlier state that would be better there is not.
  undo: () => [],

  means: ({ status, asked }) => (asked.includes('/v2/') ? REGISTRY_SAYS[status] : undefined),

  isNo: (key, { body }) => (key === 'image' ? notSchema2(body) : undefined),
})

const nothingToDo: State = { lacks: [], engine: undefined, builder: undefined }

/** An app gets the stack of its build with its release, and processes by it (facts/heroku.md 4). */
const runsImage = (app: VendorReply, { body }: VendorReply): boolean =>
  textAt(app.body, 'stack', 'name') === 'container' &&
  Array.isArray(body) &&
  body.some((one: Json) => textAt(one, 'type') === 'web')

/** Whether this machine can build. */
async function readMachine({ tool, file }: Look<'herokuApp'>): Promise<State> {
  const [docker, help, context, go] = await Promise.all([
    tool('docker', 'version'),
    tool('docker', 'build', '--help'),
    tool('docker', 'context', 'inspect', '--format', '{{.Endpoints.docker.Host}}'),
    tool('go', 'version'),
  ])
  const engine = context?.code === 0 ? context.stdout.trim() : ''
  return {
    lacks: [
      ...(docker === undefined
        ? ['docker is not installed']
        : docker.code === 0
          ? []
          : ['docker’s engine does not answer']),
      ...(go === undefined || go.code !== 0 ? ['Go is not installed'] : []),
      ...lacksOfScript(file),
    ],
    engine: engine === '' || engine === USUAL_ENGINE ? undefined : engine,
    builder: builderOf(help?.stdout ?? '', docker?.stdout ?? ''),
  }
}

/** A line that builds by docker itself. */
const BUILDS = /^[^#\n]*(?:\b(?:docker|podman)|\bDOCKER_CMD\}?)"?\s+(?:buildx\s+)?build\b/m

/** What the script lacks, as far as it or the library that it reads tell. */
function lacksOfScript(file: Look<'herokuApp'>['file']): readonly string[] {
  const script = file(SCRIPT)
  if (script === undefined) return [NO_SCRIPT]
  const passesOn = [script, file(LIBRARY) ?? ''].some(text => text.includes(ARGUMENTS))
  return BUILDS.test(script) && !passesOn ? [NO_ARGUMENTS] : []
}

/** The tag of the build, so that what is pushed is what was built. */
const imageOf = (app: Str) => t`${REGISTRY}/${app}/web`

const build = (app: Str): readonly Str[] => [
  `./${SCRIPT}`,
  'env-BUILD_TAGS=heroku',
  t`env-DOCKER_PROJECT=${imageOf(app)}`,
  `env-DOCKER_TAG=${TAG}`,
]

const buildByHand = (app: Str): Sh => ({ argv: [...BY_HAND, ...build(app)] })

/** Where the checkout has no such script: docker itself, told what the script would be told. */
const buildWithoutScript = (app: Str): Sh => ({
  argv: [
    ...[...BY_HAND, 'sh', '-c', 'exec docker build $EXTRA_DOCKER_BUILD_ARGS "$@"', 'docker'],
    ...['--tag', t`${imageOf(app)}:${TAG}`, '--file', DOCKERFILE, '.'],
  ],
})

const push = (app: Str): readonly Str[] => ['docker', 'push', t`${imageOf(app)}:${TAG}`]

const LOGIN: Sh = { argv: ['heroku', 'container:login'] }
const release = (app: Str): Sh => ({ argv: ['heroku', 'container:release', 'web', '--app', app] })

const deploy = (app: Str, { engine, builder }: State): readonly Action[] => [
  {
    kind: 'run',
    key: 'build',
    does: t`build the image ${imageOf(app)}:${TAG} (runs ./${SCRIPT} from this checkout, as you)`,
    argv: build(app),
    env: environmentOf(builder ?? BUILDKIT),
    ...(builder === undefined && { byHand: [buildByHand(app)] }),
    ofCheckout: true,
    buildsBy: ARGUMENTS,
    timeoutMs: BUILD_MS,
  },
  {
    kind: 'run',
    key: 'push',
    does: t`push it to ${REGISTRY}`,
    argv: push(app),
    ...(engine !== undefined && { env: { DOCKER_HOST: engine } }),
    registry: { host: REGISTRY, user: '_', as: 'heroku' },
    timeoutMs: PUSH_MS,
    byHand: [LOGIN, { argv: push(app) }],
  },
  {
    kind: 'request',
    key: 'image',
    does: 'read which image that is',
    host: 'heroku-registry',
    method: 'GET',
    path: path`/v2/${app}/web/manifests/${TAG}`,
    headers: { accept: SCHEMA_2 },
    learn: { image: ['config', 'digest'] },
    again: 'safe',
    // The command that releases reads it by itself.
    byHand: [],
  },
  {
    kind: 'request',
    key: 'release',
    does: t`release it as the process web of ${app}`,
    host: 'heroku',
    method: 'PATCH',
    path: path`/apps/${app}/formation`,
    headers: RELEASES,
    body: { updates: [{ type: 'web', docker_image: hole('heroku.first-deploy:image') }] },
    again: 'safe',
    byHand: [release(app)],
  },
]

function elsewhere(app: Str, lacks: readonly string[]): PersonAction {
  const isWithoutScript = lacks.includes(NO_SCRIPT) || lacks.includes(NO_ARGUMENTS)
  return {
    kind: 'person',
    key: 'elsewhere',
    does: t`build, push and release the image of ${app}`,
    who: isWithoutScript ? 'whoever has Docker' : 'whoever has Docker and Go',
    instructions: [
      `It cannot be done here: ${lacks.join('; ')}. Nothing else waits for it.`,
      ...(lacks.includes(NO_ARGUMENTS)
        ? [`Add \${${ARGUMENTS}:-} to the docker build line of ${SCRIPT} and run again; or build without the script:`]
        : []),
    ],
    byHand: [isWithoutScript ? buildWithoutScript(app) : buildByHand(app), LOGIN, { argv: push(app) }, release(app)],
  }
}

/** Heroku's registry is no part of its API, and speaks otherwise. */
const REGISTRY_SAYS: Readonly<Partial<Record<number, Cause>>> = {
  401: {
    code: 'registry-sign-in',
    means: 'Heroku’s registry does not accept the token.',
    next: 'Sign in again (heroku login), and run again.',
  },
  404: {
    code: 'not-pushed',
    means: 'Heroku’s registry has no image of that name: the push did not arrive there.',
    next: 'Run again; it is built and pushed anew, and what is unchanged is not sent twice.',
  },
}

/** The release is refused for any other format, in words that nobody understands. */
function notSchema2(body: Json): Cause | undefined {
  const format = textAt(body, 'mediaType')
  if (format === SCHEMA_2 && typeof at(body, 'config', 'digest') === 'string') return undefined
  return {
    code: 'manifest-format',
    said: format ?? 'a manifest without a media type',
    means: 'The image lies in the registry in another format than Docker’s schema 2, the only one that Heroku runs.',
    next: 'Update docker (buildx 0.10 or later knows oci-mediatypes=false), or switch its containerd image store off, and run again.',
  }
}
