import { acceptInvite, addCollaborator, signUp, verifyMail } from '../../src/rehearsal/docker-hub/people.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { BOT, ownersWorld } from '../support/vendors.ts'

/** One of the ways through the set-up. */
export interface Route {
  readonly name: string
  /** What the command line says beside what is the same for all. */
  readonly argv: readonly string[]
  /** How the clouds begin. */
  world(): World
  /** What others do while a run is stopped for them, beside the commit that is pushed. */
  people(world: World): void
  /** What is swept although the first route has something of that name too: here it means something else. */
  readonly otherwise?: RegExp
}

/** Requests of Docker Hub, saves of its steps, and what is delivered for it. */
const HUB = /\bdocker-hub\b|DOCKERHUB/

/** The document's own way, which is swept whole. Of the others is swept what does not occur in it. */
export const ROUTES: readonly [Route, ...Route[]] = [
  {
    name: 'bot-team',
    argv: ['--set', `dockerHubBot=${BOT}`],
    world: () => withBot(ownersWorld()),
    people: world => acceptInvite(world, BOT, 'pennocktech', new Date()),
  },
  {
    name: 'org-token',
    argv: ['--set', 'dockerHubRoute=org-token'],
    world: () => ownersWorld(),
    people: () => {},
    otherwise: HUB,
  },
  {
    name: 'personal',
    argv: ['--set', 'dockerHubRoute=personal', '--set', `dockerHubBot=${BOT}`],
    world: () => withBot(ownersWorld({ isPersonal: true })),
    people: world => addCollaborator(world, 'pennocktech', 'dummyapp', BOT),
    otherwise: HUB,
  },
]

/** Signed up, with a mail that is read: how that comes about, the tests of the step tell. */
function withBot(world: World): World {
  signUp(world, { username: BOT, email: `${BOT}@example.com`, password: 'nine characters or more' }, new Date())
  verifyMail(world, BOT)
  return world
}
