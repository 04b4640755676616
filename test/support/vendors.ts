import { inhabit } from '../../src/rehearsal/inhabit.ts'
import type { Rehearsal } from '../../src/rehearsal/server.ts'
import { emptyWorld, type World } from '../../src/rehearsal/world.ts'

/** How each vendor is found and signed in to. The one place where a vendor is added to the tests of the whole program. */
const ENVIRONMENT: Readonly<Record<keyof Rehearsal['origins'], (origin: string, world: World) => NodeJS.ProcessEnv>> = {
  heroku: (origin, { heroku }) => ({ HEROKU_HOST: origin, HEROKU_API_KEY: heroku.authorizations[0]?.token }),
  'docker-hub': (origin, { dockerHub }) => ({
    DOCKERHUB_HOST: origin,
    DOCKERHUB_AUTH_HOST: origin,
    DOCKERHUB_ADMIN_USER: dockerHub.users[0]?.username,
    DOCKERHUB_ADMIN_PASSWORD: dockerHub.users[0]?.password,
  }),
  circleci: (origin, { circleci }) => ({ CIRCLE_HOST: origin, CIRCLE_TOKEN: circleci.users[0]?.tokens[0]?.token }),
}

/** The environment of a person who is signed in everywhere, where the vendors are the simulated ones. */
export function signedIn({ origins, world }: Rehearsal): Record<string, string> {
  const vendors = Object.keys(origins) as (keyof Rehearsal['origins'])[]
  const all = Object.assign({}, ...vendors.map(vendor => ENVIRONMENT[vendor](origins[vendor], world)))
  return Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined))
}

/** An empty world in which the person has what a project's owner has; CI is as quick as a test wants it. */
export function ownersWorld(project = 'PennockTech/dummyapp', now = new Date()): World {
  const world = emptyWorld(now)
  Object.assign(world.circleci.rules, { followBuildDelayMs: 20, workflowDelayMs: 10, jobSeconds: 0.05 })
  const branches = { main: { revision: '0'.repeat(40), config: null, skipCi: false } }
  const [owner = ''] = project.toLowerCase().split('/')
  const dockerNamespace = owner.replace(/[^a-z\d]/g, '')
  inhabit(
    world,
    { circleProject: `gh/${project}`, defaultBranch: 'main', branches, dockerNamespace, isPersonal: false },
    now,
  )
  return world
}
