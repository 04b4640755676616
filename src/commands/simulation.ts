import { CI_CONFIG, LIBRARY } from '../answers/infer.ts'
import type { Known } from '../answers/schema.ts'
import { EXIT, SetupError } from '../clouds/cause.ts'
import { HOST_IDS, type HostId, hostOf } from '../clouds/hosts.ts'
import type { Identity, Vendor } from '../clouds/identity.ts'
import { remoteOf } from '../clouds/remotes.ts'
import { readInside } from '../clouds/repo.ts'
import { Secret } from '../clouds/secret.ts'
import type { Credential } from '../clouds/vendor.ts'
import { VENDORS } from '../clouds/vendors.ts'
import type { Need, PersonAction, StepId } from '../engine/step.ts'
import { shown } from '../engine/text.ts'
import { clean } from '../output/clean.ts'
import { wrap } from '../output/printer.ts'
import { push } from '../rehearsal/circleci/people.ts'
import { inhabit, quickWorld, type Subject } from '../rehearsal/inhabit.ts'
import { peopleOf } from '../rehearsal/people.ts'
import { type Rehearsal, startRehearsal } from '../rehearsal/server.ts'
import type { World } from '../rehearsal/world.ts'
import { takeImagesAsThere } from './rehearsed-images.ts'
import type { Checkout } from './repository.ts'
import type { Screen } from './screen.ts'

/** The simulated clouds, and the people in them. */
export interface Simulation {
  readonly bases: ReadonlyMap<HostId, URL>
  /** Plays a person. */
  play(action: PersonAction, step: StepId, answers: Known, checkout: Checkout): Promise<void>
  secretFor(need: Need, answers: Known): Credential | undefined
  /** Moves the made-up owner in, and signs in as that. */
  signIn(
    vendors: readonly Vendor[],
    answers: Known,
    checkout: Checkout,
    screen: Screen,
  ): Promise<Map<Identity, Credential>>
  close(): Promise<void>
}

/**
 * Starts the simulated clouds.
 * @param file where they are kept; nowhere without
 * @throws SetupError (exit 2) for a file that holds no world
 */
export async function simulate(file: string | undefined): Promise<Simulation> {
  const rehearsal = await startRehearsal({ world: quickWorld(), ...(file !== undefined && { file }) })
  const people = peopleOf(rehearsal.world)
  let hasCi = false
  return {
    bases: new Map(HOST_IDS.map(host => [host, new URL(rehearsal.origins[hostOf(host).vendor])])),
    play: async (action, step, answers, checkout) => {
      // A config that was written since names others.
      takeImagesAsThere(rehearsal.world, answers, checkout.folder)
      if (!people.play(step, action.key, answers)) await typeFor(action, checkout)
      if (hasCi) await tellCi(answers, checkout, rehearsal)
    },
    secretFor: (need, answers) => people.secretFor(need, answers),
    signIn: async (vendors, answers, checkout, screen) => {
      hasCi = vendors.includes('circleci')
      inhabit(rehearsal.world, await subjectOf(vendors, answers, checkout), new Date())
      if (vendors.includes('docker-hub'))
        sayImages(takeImagesAsThere(rehearsal.world, answers, checkout.folder), screen)
      return signIn(vendors, rehearsal, screen)
    },
    close: rehearsal.close,
  }
}

/** What a person would type, typed for them in the temporary checkout. */
async function typeFor({ who, byHand = [] }: PersonAction, { tools }: Checkout): Promise<void> {
  for (const { argv } of byHand) {
    const { code, stderr } = await tools.run({ argv: argv.map(shown) })
    if (code === 0) continue
    throw new SetupError({
      code: 'play',
      asked: argv.map(shown).join(' '),
      said: stderr.trim(),
      means: `A command failed that the rehearsal runs in the place of ${who}.`,
      next: 'Put right what the command says above, and rehearse again.',
    })
  }
}

/** What GitHub’s webhook does: CI hears of what was pushed to the temporary origin. */
async function tellCi(
  { circleProject, firstRunBranch, githubProject }: Known,
  { tools, remotes }: Checkout,
  { world }: Rehearsal,
): Promise<void> {
  const repository = world.circleci.repositories.find(({ slug }) => slug === circleProject)
  const remote = remoteOf(remotes, githubProject) ?? 'origin'
  const { stdout } = await tools.run({ argv: ['git', 'ls-remote', remote, `refs/heads/${firstRunBranch}`] })
  const revision = stdout.split('\t')[0] ?? ''
  if (!revision || repository?.branches[firstRunBranch]?.revision === revision) return
  const config = await tools.run({ argv: ['git', 'show', `${revision}:${CI_CONFIG}`] })
  const library = await tools.run({ argv: ['git', 'show', `${revision}:${LIBRARY}`] })
  const pushed = {
    ...{ slug: circleProject, branch: firstRunBranch, revision, skipCi: false },
    ...(library.code === 0 && { library: library.stdout }),
  }
  push(world, { ...pushed, config: config.code === 0 ? config.stdout : null }, new Date())
}

/** Whose names the simulated clouds must know, and what is in the repository that CI builds. */
async function subjectOf(vendors: readonly Vendor[], answers: Known, { tools, folder }: Checkout): Promise<Subject> {
  const { circleProject, defaultBranch, dockerHubRepository, dockerHubRoute } = answers
  const { googleRoute, googleProject, registryHost } = answers
  const { stdout } = await tools.run({ argv: ['git', 'rev-parse', 'HEAD'] })
  const library = readInside(folder, LIBRARY)
  const here = {
    ...{ revision: stdout.trim(), config: readInside(folder, CI_CONFIG) ?? null, skipCi: false },
    ...(library !== undefined && { library }),
  }
  return {
    ...(vendors.includes('circleci') && { circleProject }),
    ...(vendors.includes('docker-hub') && { dockerNamespace: dockerHubRepository.split('/')[0] ?? '' }),
    defaultBranch,
    branches: { [defaultBranch]: here },
    isPersonal: dockerHubRoute === 'personal',
    ...(googleRoute === 'bucket' &&
      vendors.includes('google') && { oldRegistry: { project: googleProject, host: registryHost } }),
  }
}

function sayImages(images: readonly string[], { printer: { line, width } }: Screen): void {
  if (images.length === 0) return
  const says = 'Nothing is known here of the real Docker Hub: these images, which the files name, are taken as there:'
  line(wrap('', `${says} ${clean(images.join(', '))}`, width))
}

/** Signs in as the owner that the simulated clouds begin with. */
function signIn(vendors: readonly Vendor[], { world }: Rehearsal, { printer }: Screen): Map<Identity, Credential> {
  printer.line()
  const who = 'as the rehearsal’s made-up owner; no real sign-in is read'
  printer.line(wrap(`${printer.paint.bold('Sign in')}  `, who, printer.width))
  return new Map(vendors.map(vendor => [vendor, ownerOf(vendor, world)]))
}

/** @throws SetupError (exit 2) where a world file has nobody to sign in as */
function ownerOf(vendor: Vendor, { heroku, circleci, dockerHub, google }: World): Credential {
  const [me] = dockerHub.users
  const [owner] = google.users
  const isAlive = ({ expiresAt }: { readonly expiresAt: string }) => new Date(expiresAt) > new Date()
  const tokens: Record<Vendor, { readonly user?: string; readonly token: string | undefined }> = {
    heroku: { token: heroku.authorizations.find(({ scope }) => scope.includes('global'))?.token },
    circleci: { token: circleci.users[0]?.tokens.find(({ kind }) => kind === 'personal')?.token },
    'docker-hub': { ...(me && { user: me.username }), token: me?.password },
    google: { ...(owner && { user: owner.email }), token: owner?.tokens.find(isAlive)?.token },
  }
  const { user, token } = tokens[vendor]
  if (token !== undefined) return { ...(user && { user }), secret: Secret.of(token) }
  throw new SetupError(
    {
      code: 'world',
      means: `The world file has nobody whom one can sign in as at ${VENDORS[vendor].name}.`,
      next: NOBODY[vendor],
    },
    EXIT.input,
  )
}

const NOBODY: Readonly<Record<Vendor, string>> = {
  heroku: 'Add an authorization of the scope global to heroku.authorizations, or name a file that does not exist yet.',
  circleci: 'Add a user with a personal token to circleci.users, or name a file that does not exist yet.',
  'docker-hub': 'Add a user to dockerHub.users, or name a file that does not exist yet.',
  google: 'Add a user with a token that has not expired to google.users, or name a file that does not exist yet.',
}
