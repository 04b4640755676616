import { acceptInvite, addCollaborator, signUp, verifyMail } from '../../src/rehearsal/docker-hub/people.ts'
import { keepOldRegistry } from '../../src/rehearsal/google/people.ts'
import { mintOf } from '../../src/rehearsal/mint.ts'
import { TODAY } from '../../src/rehearsal/stand-in/checkouts.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { OLD_CONFIG } from '../rehearsal/circleci-config.ts'
import { BOT, ownersWorld } from '../support/vendors.ts'

/** One of the ways through the set-up. */
export interface Route {
  readonly name: string
  /** What the command line says beside what is the same for all. */
  readonly argv: readonly string[]
  /** Another way that is taken once the first is done, on the same set-up: what the command line says then. */
  readonly later?: readonly string[]
  /** How the clouds begin. */
  world(): World
  /** What lies in the checkout, where it is not as usual. */
  readonly files?: Readonly<Record<string, string>>
  /** What others do while a run is stopped for them, beside the commit that is pushed. */
  people(world: World): void
  /** What is swept although a route before it has something of that name too: here it means something else. */
  readonly otherwise?: RegExp
}

/** Requests of Docker Hub, saves of its steps, and what is delivered for it. */
const HUB = /\bdocker-hub\b|DOCKERHUB/

/** In the simulated Docker Hub there are not all of them. */
const WITH_IMAGES_THAT_ARE_THERE = OLD_CONFIG.replace('gobuild-1.14.6', 'purple').replace(
  'docker:29-git',
  'cimg/base:stable',
)

/** First the document's own way, which is swept whole; of each other one what does not occur before. */
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
  {
    name: 'least-privilege',
    argv: ['--set', 'dockerHubRoute=org-token', '--set', 'googleRoute=least-privilege'],
    world: () => ownersWorld(),
    people: () => {},
    otherwise: /us\.gcr\.io|:setIamPolicy|google\.(?:repository|grant|strip|prove)/,
  },
  {
    name: 'bucket',
    argv: ['--set', 'dockerHubRoute=org-token', '--set', 'googleRoute=bucket', '--adopt', 'google.project'],
    world: () => withOldRegistry(ownersWorld()),
    people: () => {},
    otherwise: /\/storage\/v1\/|google\.(?:bucket|strip|prove)/,
  },
  {
    name: 'documented, then keyless',
    argv: ['--set', 'dockerHubRoute=org-token', '--replace', 'circleci.config-repairs'],
    later: [
      ...['--set', 'dockerHubRoute=org-token', '--set', 'googleRoute=keyless'],
      ...['--replace', 'circleci.config-repairs', '--replace', 'google.old-keys'],
    ],
    world: () => ownersWorld(),
    files: { ...TODAY.files, '.circleci/config.yml': WITH_IMAGES_THAT_ARE_THERE },
    people: () => {},
  },
  {
    name: 'old config',
    argv: ['--set', 'dockerHubRoute=org-token', '--replace', 'circleci.config-repairs'],
    world: () => ownersWorld(),
    files: { ...TODAY.files, '.circleci/config.yml': WITH_IMAGES_THAT_ARE_THERE },
    people: () => {},
  },
]

/** Signed up, with a mail that is read: how that comes about, the tests of the step tell. */
function withBot(world: World): World {
  signUp(world, { username: BOT, email: `${BOT}@example.com`, password: 'nine characters or more' }, new Date())
  verifyMail(world, BOT)
  return world
}

/** The person's project still has the bucket of its images, as long as Google took pushes to it. */
function withOldRegistry(world: World): World {
  keepOldRegistry(world.google, { project: 'dummyapp-214121', host: 'us.gcr.io' }, mintOf(world))
  return world
}
