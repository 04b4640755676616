import { randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import type { Known } from '../../../src/answers/schema.ts'
import { Secret } from '../../../src/clouds/secret.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import type { Step, StepId } from '../../../src/engine/step.ts'
import { peopleOf } from '../../../src/rehearsal/people.ts'
import type { Rehearsal } from '../../../src/rehearsal/server.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { acme, furnish as furnishCi, idOf } from '../../rehearsal/circleci-client.ts'
import { accessOf, furnish, PASSWORD, registryToken } from '../../rehearsal/docker-hub-client.ts'
import { makeEngine, walk } from '../../support/engine.ts'

/** The answers of these steps; the world's own user `yourname` owns the organization `acme`, which has no repository. */
const HUB_ANSWERS = {
  githubProject: 'acme/app',
  dockerHubRoute: 'bot-team',
  dockerHubRepository: 'acme/app',
  dockerHubVisibility: 'public',
  dockerHubBot: 'acmecibot',
  dockerHubTeam: 'app-pushers',
  circleOrg: 'gh/acme',
  circleProject: 'gh/acme/app',
  herokuContext: 'heroku-and-dockerhub',
} as const satisfies Partial<Known>

export interface HubStage {
  readonly rehearsal: Rehearsal
  readonly engine: Engine
}

/** The simulated clouds with the organization, and an engine that is signed in as its owner. */
export async function setStage(change?: (world: World) => void, answers: Partial<Known> = {}): Promise<HubStage> {
  const rehearsal = await acme(world => {
    furnish(world.dockerHub, {
      organizations: [{ name: 'acme', members: [{ username: 'yourname', role: 'owner' }] }],
    })
    change?.(world)
  })
  const { dockerHub, circleci } = rehearsal.world
  const engine = makeEngine({ rehearsal, answers: { ...HUB_ANSWERS, ...answers } })
  signInAs(engine, dockerHub.users[0]?.password ?? '')
  engine.clouds.credentials.set('circleci', { secret: Secret.of(circleci.users[0]?.tokens[0]?.token ?? '') })
  const id = dockerHub.users[0]?.id.replaceAll('-', '') ?? ''
  const accounts = new Map([...engine.accounts, ['docker-hub', { id, name: 'yourname', lacks: [] }] as const])
  return { rehearsal, engine: { ...engine, accounts } }
}

/** Signs the owner in with another secret. */
export function signInAs({ clouds }: Engine, secret: string, user = 'yourname'): void {
  clouds.credentials.set('docker-hub', { user, secret: Secret.of(secret) })
}

/** Gives the bot's password to the program. */
export function giveBotPassword({ clouds }: Engine, secret = PASSWORD, user = 'acmecibot'): void {
  clouds.credentials.set('docker-hub.bot', { user, secret: Secret.of(secret) })
}

/** The organization of the world. */
export function organizationIn({ world }: Rehearsal) {
  const found = world.dockerHub.organizations.find(({ name }) => name === 'acme')
  if (!found) throw new Error('there is no acme')
  return found
}

/** The repository of the world. */
export const repositoryIn = ({ world }: Rehearsal, full = 'acme/app') =>
  world.dockerHub.repositories.find(({ namespace, name }) => `${namespace}/${name}` === full)

/** The context, as the steps of CircleCI leave it: empty, closed to other projects unless told, its id learned. */
export async function haveContext({ rehearsal, engine }: HubStage, isClosed = true): Promise<void> {
  const { circleci } = rehearsal.world
  const id = randomUUID()
  const organization = idOf(circleci, 'gh/acme')
  const project = circleci.projects.find(({ slug }) => slug === HUB_ANSWERS.circleProject)?.id ?? randomUUID()
  const closing = { id: randomUUID(), type: 'project', value: project } as const
  const name = HUB_ANSWERS.herokuContext
  furnishCi(circleci, { contexts: [{ id, name, organization, ...(isClosed && { restrictions: [closing] }) }] })
  await engine.progress.save({
    facts: { 'circleci.context-heroku:id': id, 'circleci.project:id': project },
  })
}

/** The heroku context of the world, which CircleCI keeps; its values are what CI gets. */
export function contextIn({ world }: Rehearsal) {
  const found = world.circleci.contexts.find(({ name }) => name === HUB_ANSWERS.herokuContext)
  if (!found) throw new Error('there is no context')
  const written = (name: string) => found.variables.find(one => one.name === name)?.value
  return { context: found, user: written('DOCKERHUB_USER'), pass: written('DOCKERHUB_PASS') ?? '' }
}

/** May somebody push with what CI has? As docker itself would ask. */
export async function ciMayPush(rehearsal: Rehearsal, repository = 'acme/app'): Promise<boolean> {
  const { user = '', pass } = contextIn(rehearsal)
  const reply = await registryToken(rehearsal, repository, [user, pass])
  return reply.status === 200 && JSON.stringify(accessOf(reply)).includes('"actions":["pull","push"]')
}

/** Everything that a run wrote or said. */
export const saidIn = (engine: Engine, ...more: readonly unknown[]): string =>
  JSON.stringify([engine.progress.saved, readFileSync(engine.progress.file, 'utf8'), more])

/** Passes of these steps, in which people do what they are asked for, until nothing is open; every thing said is kept. */
export async function walkWithPeople(
  steps: readonly Step[],
  { engine, rehearsal }: HubStage,
  agreed: readonly StepId[] = [],
) {
  const people = peopleOf(rehearsal.world)
  const played: string[] = []
  for (let pass = 1; ; pass += 1) {
    const walked = await walk(steps, engine, { agreed })
    const open = [...walked.outcomes].filter(([, { is }]) => is === 'open')
    for (const [step, outcome] of open) {
      if (outcome.is !== 'open') continue
      if (outcome.why === 'person' && people.play(step, outcome.action.key, engine.answers))
        played.push(outcome.action.key)
      const made = outcome.why === 'secret' ? people.secretFor(outcome.needs, engine.answers) : undefined
      if (made && outcome.why === 'secret') {
        engine.clouds.credentials.set(outcome.needs.identity, made)
        played.push('password')
      }
    }
    if (open.length === 0 || pass === 8) return { ...walked, played, passes: pass }
  }
}
