import type { World } from '../world.ts'
import { isWithoutSecrets } from './access.ts'
import { anywhere, type Config, type PlannedJob, pipelineValues } from './config.ts'
import { herokuFault } from './credentials.ts'
import { DENIED, type Login, loginFault, pushFault } from './docker.ts'
import { toldBy } from './docker-login.ts'
import {
  activated,
  describedWay,
  googleLoginFault,
  googlePushFault,
  type JobFiles,
  loggedInWithoutKey,
  optionIn,
} from './gcloud.ts'
import { type Run, stepsOf, type Unknown } from './job-steps.ts'
import { libraryNames } from './library.ts'
import { type JobIdentity, jobTokens } from './oidc.ts'
import { organizationBySlug } from './organization.ts'
import { projectBySlug } from './project.ts'
import { type Command, commandsIn } from './shell.ts'
import { organizationSlugOf } from './slug.ts'
import type { Context, Job, Pipeline, Project, Step, Workflow } from './world.ts'

type Environment = Readonly<Record<string, string>>

/** A job that runs, and what it belongs to. */
interface Running {
  readonly pipeline: Pipeline
  readonly workflow: Workflow
  readonly job: Job
}

/** Where a job's commands run. */
interface Place {
  readonly world: World
  readonly config: Config
  readonly pipeline: Pipeline
  readonly environment: Environment
  readonly now: Date
  /** To which registries it has logged in so far. */
  readonly logins: { hub?: Login; heroku?: true; google?: Login }
  readonly files: JobFiles
}

/** What the image is called on Docker Hub and at Google: the build script's own variables (facts/circleci.md 0). */
const PROJECT = 'DOCKER_PROJECT'
const GOOGLE_IMAGE = ['GCR_HOST', 'GCR_PROJECT', 'GCR_IMAGE_NAME'] as const
/** The registries that need another login than Docker Hub's. */
const GOOGLE = /(?:^|\.)gcr\.io$|\.pkg\.dev$/
const HEROKU = 'registry.heroku.com'
const HUB = /^(?:(?:https:\/\/)?(?:index\.)?docker\.io(?:\/v1\/?)?)?$/

/** Shorter ones are in too many words to be hidden. */
const SHORTEST_HIDDEN = 4

/**
 * What a job comes to, step by step up to the first that fails, from what its commands do with the values it gets.
 * A push leaves its tag at Docker Hub or Google. No line holds a value of a context or of the project.
 */
export function carriedOut(
  world: World,
  config: Config,
  running: Running,
  planned: PlannedJob,
  contexts: readonly Context[],
  now: Date,
): Step[] {
  const { pipeline } = running
  const hasSecrets = !isWithoutSecrets(world.circleci, pipeline)
  const secrets = hasSecrets ? valuesOf(projectBySlug(world.circleci, pipeline.project), contexts) : {}
  const own = { 'git.branch': pipeline.branch, 'git.revision': pipeline.revision, number: String(pipeline.number) }
  const { steps: planning, environment: set } = stepsOf(config, planned, pipelineValues(config, own))
  // Signing takes a moment.
  const readsToken = planning.some(one => 'command' in one && one.command.includes('CIRCLE_OIDC_TOKEN'))
  const tokens = hasSecrets && readsToken ? tokensOf(world, running, contexts, now) : {}
  const environment = { CIRCLE_SHA1: pipeline.revision, CIRCLE_BRANCH: pipeline.branch, ...secrets, ...tokens, ...set }
  const files: JobFiles = { tokens: new Map(), ways: new Map() }
  const place: Place = { world, config, pipeline, environment, now, logins: {}, files }
  const steps: Step[] = [{ name: 'Spin up environment', failed: false, lines: ['Starting container'] }]
  for (const one of planning) {
    const step = 'unknown' in one ? notKnown(one) : ranStep(place, one)
    steps.push({ ...step, lines: step.lines.map(line => hidden(line, Object.values(secrets))) })
    if (step.failed) break
  }
  return steps
}

function ranStep(place: Place, { name, command, environment }: Run): Step {
  const here = { ...place.environment, ...environment }
  return carriedOutStep({ ...place, environment: here }, name, commandsIn(command, here))
}

/** What may push is not taken for done where nobody here knows what it does. */
function notKnown({ name, unknown, mayPush }: Unknown): Step {
  const says = `This is a simulation: ${unknown}`
  if (!mayPush) return { name, failed: false, lines: [`${says}; it is taken for done.`] }
  return { name, failed: true, lines: [`${says}, so it cannot tell whether CI could push.`] }
}

const hidden = (line: string, secrets: readonly string[]): string =>
  secrets
    .filter(secret => secret.length >= SHORTEST_HIDDEN)
    .reduce((text, secret) => text.replaceAll(secret, '*'.repeat(20)), line)

/** Who the job is to others. */
function tokensOf(
  world: World,
  { pipeline, workflow, job }: Running,
  contexts: readonly Context[],
  now: Date,
): Environment {
  const project = projectBySlug(world.circleci, pipeline.project)
  const organization = organizationBySlug(world.circleci, organizationSlugOf(pipeline.project))
  const user = world.circleci.users.find(({ login }) => login === pipeline.actor)
  if (!project || !organization || !user) return {}
  const identity: JobIdentity = {
    organization: organization.id,
    project: project.id,
    user: user.id,
    origin: `github.com/${pipeline.fork ?? pipeline.project.replace(/^[^/]+\//, '')}`,
    branch: pipeline.branch,
    contexts: contexts.map(({ id }) => id),
    pipeline: pipeline.id,
    workflow: workflow.id,
    job: job.id,
    ssh: job.ssh,
  }
  return jobTokens(world.circleci, identity, now)
}

/** A later context wins, and any wins over the project's own (facts/circleci.md 5). */
function valuesOf(project: Project | undefined, contexts: readonly Context[]): Environment {
  const all = [...(project?.envvars ?? []), ...contexts.flatMap(({ variables }) => variables)]
  return Object.fromEntries(all.map(({ name, value }) => [name, value]))
}

function carriedOutStep(place: Place, name: string, commands: readonly Command[]): Step {
  const lines: string[] = []
  for (const command of commands) {
    const { says = [], fault } = outcome(place, command) ?? {}
    lines.push(...says, ...(fault === undefined ? [] : [fault, '', 'Exited with code exit status 1']))
    if (fault !== undefined) return { name, failed: true, lines }
  }
  return { name, failed: false, lines }
}

interface Outcome {
  readonly says?: readonly string[]
  readonly fault?: string | undefined
}

/** Everything that is not known here ends well and says nothing. */
function outcome(place: Place, command: Command): Outcome | undefined {
  const { words } = command
  const [program = '', verb, ...rest] = words
  if (program === 'docker' && verb === 'login') return login(place, rest, command)
  if (program === 'docker' && verb === 'push') return push(place, rest.find(word => !word.startsWith('-')) ?? '')
  if (program === 'gcloud' && verb === 'auth') return google(place, rest, command)
  if (program === 'gcloud' && verb === 'iam' && rest[1] === 'create-cred-config') {
    return { fault: describedWay(place.files, rest.slice(2)) }
  }
  if (program === 'printf' || program === 'echo') return written(place, words)
  if (program === 'base64' && command.piped !== undefined) return written(place, words, decoded(command))
  if (program === 'heroku' && /^container:(?:login|push|release)$/.test(verb ?? '')) {
    return { fault: herokuFault(place.world, place.environment.HEROKU_API_KEY ?? '', place.now) }
  }
  const target = withoutTargets(words)
    .map(word => DEPLOYS.find(([pattern]) => pattern.test(word))?.[1])
    .find(Boolean)
  return target?.(place) ?? (runsUnseen(words) ? NOT_KNOWN : undefined)
}

/** Does it run a target of a file that is not looked at here, which by its name pushes? With -n it is only printed. */
const runsUnseen = ([program = '', ...words]: readonly string[]): boolean =>
  /^(?:g?make|task|just|mage)$/.test(program) && !words.includes('-n') && words.some(word => PUSHES.test(word))
const PUSHES = /push|publish|deploy|release/i
const NOT_KNOWN: Outcome = { says: ['The rehearsal cannot know what this pushes: it is not in the config.'] }

/** The words without the files that output goes into: what is written there does not run. */
const withoutTargets = (words: readonly string[]): readonly string[] =>
  words.filter((word, index) => !/^\d*>/.test(word) && !/^\d*>{1,2}$/.test(words[index - 1] ?? ''))

/** What the build wrote into the workspace (facts/circleci.md 0), or a makefile's target that does the same. */
const DEPLOYS: readonly (readonly [RegExp, (place: Place) => Outcome])[] = [
  [/(?:^|\/)docker-hub-deploy\.sh$/, place => pushNamed(place, named(place, PROJECT))],
  [/(?:^|\/)heroku-deploy\.sh$/, place => pushNamed(place, herokuImageOf(place))],
  [/(?:^|\/)gcr-deploy\.sh$/, place => pushNamed(place, googleImageOf(place))],
]

/** Without the library, the name is in a file that is not looked at here, such as a makefile: nothing is known of that push. */
function pushNamed(place: Place, name: string): Outcome {
  if (name === '' && place.pipeline.library === null) return NOT_KNOWN
  return push(place, name.startsWith(HEROKU) ? name : `${name}:${tagOf(place)}`)
}

const tagOf = ({ pipeline }: Place): string => pipeline.revision.slice(0, 12)

/** Set for the job, or anywhere in the config, where the build had it; else as the repository's library has it. */
const named = ({ config, environment, pipeline }: Place, name: string): string =>
  environment[name] ?? anywhere(config, name) ?? libraryNames(pipeline.library)[name] ?? ''

function herokuImageOf(place: Place): string {
  const app = named(place, 'HEROKU_APP')
  return app === '' && place.pipeline.library === null ? '' : `${HEROKU}/${app || 'app'}/web`
}

function googleImageOf(place: Place): string {
  const parts = GOOGLE_IMAGE.map(name => named(place, name))
  return parts.every(Boolean) ? parts.join('/') : ''
}

function login({ world, now, logins }: Place, words: readonly string[], { piped }: Command): Outcome {
  const { server, user, password } = toldBy(words, piped)
  if (!user || !password) return { fault: 'Error: Cannot perform an interactive login from a non TTY device' }
  if (server === HEROKU)
    return entered(herokuFault(world, password, now), () => Object.assign(logins, { heroku: true }))
  const host = server.replace(/^https:\/\//, '')
  if (GOOGLE.test(host)) {
    const google = { user, password }
    return entered(googleLoginFault(world, host, google, now), () => Object.assign(logins, { google }))
  }
  if (!HUB.test(server)) return { says: ['Login Succeeded'] }
  return entered(loginFault(world, { user, password }, now), () => Object.assign(logins, { hub: { user, password } }))
}

function entered(fault: string | undefined, remember: () => void): Outcome {
  if (fault !== undefined) return { fault }
  remember()
  return { says: ['Login Succeeded'] }
}

/** By a key's file, or without one by a file that says how (facts/circleci.md 9). */
function google(
  { world, logins, files, now }: Place,
  [verb, ...options]: readonly string[],
  { piped }: Command,
): Outcome | undefined {
  const isKeyless = verb === 'login' && options.some(option => option.startsWith('--cred-file'))
  if (!isKeyless && verb !== 'activate-service-account') return undefined
  const tried = isKeyless
    ? loggedInWithoutKey(world, files, options, now)
    : activated(world, keyGiven(files, options, piped), now)
  if ('fault' in tried) return tried
  logins.google = tried.login
  return { says: ['Activated service account credentials'] }
}

/** The text of the key that a file has, or standard input. */
function keyGiven(files: JobFiles, options: readonly string[], piped: Command['piped']): string {
  const file = optionIn(options, 'key-file') ?? ''
  if (file !== '-' && file !== '/dev/stdin') return files.tokens.get(file) ?? ''
  const at = options.indexOf('<<<')
  return (at === -1 ? piped?.at(-1) : options[at + 1]) ?? ''
}

const decoded = ({ piped }: Command): string => Buffer.from(piped?.at(-1) ?? '', 'base64').toString()

/** What is printed into a file. */
function written({ files }: Place, words: readonly string[], given?: string): Outcome | undefined {
  const at = words.findIndex(word => word.startsWith('>'))
  const text = given ?? words[at - 1]
  const file = words[at] === '>' ? words[at + 1] : words[at]?.slice(1)
  if (at > 0 && text !== undefined && file) files.tokens.set(file, text)
  return undefined
}

function push({ world, logins, now }: Place, image: string): Outcome {
  const [host = ''] = image.split('/')
  if (!/^[a-z\d]/.test(image)) return { fault: 'invalid reference format' }
  if (host === HEROKU) return pushed(image, logins.heroku ? undefined : DENIED)
  if (GOOGLE.test(host)) return pushed(image, googlePushFault(world, logins.google, image, now))
  if (/[.:]/.test(host) && !HUB.test(host)) return pushed(image, undefined)
  return pushed(image, pushFault(world, logins.hub, image, now))
}

function pushed(image: string, fault: string | undefined): Outcome {
  const says = [`The push refers to repository [${image.replace(/:[^:/]*$/, '')}]`]
  return fault === undefined ? { says: [...says, 'Pushed'] } : { says, fault }
}
