import { mkdirSync, realpathSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { neededImages, onDockerHub } from '../answers/forms/images.ts'
import { given } from '../answers/given.ts'
import { CI_CONFIG, DOCKERFILE, LIBRARY } from '../answers/infer.ts'
import type { Known } from '../answers/schema.ts'
import { EXIT, type Exit, SetupError } from '../clouds/cause.ts'
import { realClock } from '../clouds/clock.ts'
import { timeScale } from '../clouds/endpoints.ts'
import { createTools, trustedFolders } from '../clouds/exec.ts'
import { HOST_IDS, hostOf } from '../clouds/hosts.ts'
import type { Identity, Vendor } from '../clouds/identity.ts'
import { makePrivateFolder, removeLeftFolders } from '../clouds/private-folder.ts'
import { remoteOf } from '../clouds/remotes.ts'
import { readInside } from '../clouds/repo.ts'
import { Secret } from '../clouds/secret.ts'
import { takeSecrets } from '../clouds/sign-in.ts'
import { stateFolderOf } from '../clouds/state-folder.ts'
import type { Credential } from '../clouds/vendor.ts'
import { VENDORS } from '../clouds/vendors.ts'
import type { PersonAction } from '../engine/step.ts'
import { shown } from '../engine/text.ts'
import { clean } from '../output/clean.ts'
import { wrap } from '../output/printer.ts'
import { cloneCheckout, gitEnvironment, makeCheckout } from '../rehearsal/checkout.ts'
import { push } from '../rehearsal/circleci/people.ts'
import { addPublicImage, REPOSITORY_NAME } from '../rehearsal/docker-hub/world.ts'
import { inhabit, quickWorld, type Subject } from '../rehearsal/inhabit.ts'
import { peopleOf } from '../rehearsal/people.ts'
import { type Rehearsal, startRehearsal } from '../rehearsal/server.ts'
import { playTools } from '../rehearsal/tools.ts'
import type { World } from '../rehearsal/world.ts'
import { conduct } from './conduct.ts'
import { goOn } from './go-on.ts'
import { headline } from './headline.ts'
import { assertSteps, type Options } from './options.ts'
import { type Checkout, openCheckout } from './repository.ts'
import { createScreen, type Screen } from './screen.ts'
import { standardInput } from './standard-input.ts'

/** Waits are a tenth of what they are: people and vendors are played, and are quick. */
const QUICK = '0.1'

/** `rehearse`: the whole walk on simulated clouds, in a temporary checkout that is removed in the end. */
export async function rehearse(options: Options): Promise<Exit> {
  // Not read: a rehearsal must not even hold a real token.
  takeSecrets(process.env)
  assertSteps(options)
  const answers = given(options, await standardInput(options))
  removeLeftFolders(process.env)
  const own = makePrivateFolder(process.env, 'rehearsal')
  const temporary = realpathSync(own.folder)
  let close = async () => {}
  try {
    const file = worldFile(options)
    const rehearsal = await startRehearsal({ world: quickWorld(), ...(file !== undefined && { file }) })
    close = rehearsal.close
    const people = peopleOf(rehearsal.world)
    const screen = createScreen(options, process.env)
    const { checkout: opened, source } = await temporaryCheckout(join(temporary, 'checkout'), options)
    const tools = playTools(opened.tools, { 'registry.heroku.com': rehearsal.origins.heroku })
    const checkout = { ...opened, tools }
    headline(
      screen.printer,
      checkout,
      'REHEARSAL',
      `simulated clouds, ${source}; no account, no network; people, docker and the build are played`,
    )
    const keepsState = options.stateDir !== undefined || options.world !== undefined
    const alone = screen.asker === undefined
    let hasCi = false
    const bases = new Map(HOST_IDS.map(host => [host, new URL(rehearsal.origins[hostOf(host).vendor])]))
    const endpoints = [...bases].map(([host, base]) => ({ host, base, foreign: true }))
    return await conduct(
      {
        kind: 'rehearsal',
        checkout,
        state: stateFolderOf(
          keepsState ? options.stateDir : join(temporary, 'state'),
          'rehearsal',
          checkout.project,
          process.env,
        ),
        keepsState,
        tools,
        clock: realClock(timeScale(endpoints, { DUMMYAPP_SETUP_TIME_SCALE: QUICK, ...process.env })),
        bases,
        given: answers,
        takeProposed: alone,
        play: async (action, step, known) => {
          if (!people.play(step, action.key, known)) await play(action, checkout)
          if (hasCi) await tellCi(known, checkout, rehearsal)
        },
        secretFor: (need, known) => people.secretFor(need, known),
        signIn: async (vendors, known) => {
          hasCi = vendors.includes('circleci')
          inhabit(rehearsal.world, await subjectOf(vendors, known, checkout), new Date())
          if (vendors.includes('docker-hub')) sayImages(takenAsThere(rehearsal.world, known, checkout), screen)
          return signIn(vendors, rehearsal, screen)
        },
        goOn: goOn(options, 'rehearse'),
      },
      { ...options, yes: options.yes || alone },
      screen,
    )
  } finally {
    await close()
    own.remove()
  }
}

/** Where the simulated clouds are kept: where one says, else beside the progress, which is about them. */
function worldFile({ world, stateDir }: Options): string | undefined {
  if (world !== undefined) return resolve(world)
  if (stateDir === undefined) return undefined
  const folder = join(resolve(stateDir), 'rehearsal')
  // Where that is not possible, the first write says so in words.
  attempt(() => mkdirSync(folder, { recursive: true, mode: 0o700 }))
  return join(folder, 'clouds.json')
}

function attempt(work: () => void): void {
  try {
    work()
  } catch {
    return
  }
}

/** A clone of the checkout one stands in; where that is none of dummyapp, a stand-in of the same form. */
async function temporaryCheckout(to: string, options: Options): Promise<{ checkout: Checkout; source: string }> {
  const standsIn = await openCheckout(options.repo, process.env).catch(error => {
    if (options.repo !== undefined || !(error instanceof SetupError)) throw error
  })
  // What lies in the checkout one stands in is as little to be run as what lies in its clone.
  const PATH = standsIn && trustedFolders(process.env.PATH ?? '', standsIn.folder).join(delimiter)
  const env = { ...process.env, ...(PATH !== undefined && { PATH }), ...gitEnvironment(to) }
  if (standsIn?.isDummyapp || (standsIn && options.repo !== undefined)) {
    await cloneCheckout(standsIn, to, standsIn.tools)
    const checkout = await openCheckout(to, env)
    // A clone has the branch that is checked out, and knows of no other.
    const branches = standsIn.inferred.filter(({ key }) => key === 'defaultBranch')
    const inferred = [...branches, ...checkout.inferred]
    return {
      checkout: { ...checkout, project: standsIn.project, inferred },
      source: `a temporary clone of ${standsIn.folder}`,
    }
  }
  await makeCheckout(to, createTools({ env, repo: to }))
  return { checkout: await openCheckout(to, env), source: `a stand-in checkout (there is no ${LIBRARY} here)` }
}

/** What a person would type, typed for them in the temporary checkout. */
async function play({ who, byHand = [] }: PersonAction, { tools }: Checkout): Promise<void> {
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

/** Whose names the simulated clouds must know, and what lies in the repository that CI builds. */
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

/** The images of others that the checkout's files name: the simulated Docker Hub has them, whatever the real one has. */
function takenAsThere({ dockerHub }: World, answers: Known, { folder }: Checkout): readonly string[] {
  const files = { config: readInside(folder, CI_CONFIG), dockerfile: readInside(folder, DOCKERFILE) }
  const [own] = answers.dockerHubRepository.split('/')
  return neededImages(files, answers.dataImage).flatMap(({ image }) => {
    const at = onDockerHub(image)
    if (at === undefined || at.namespace === own || !REPOSITORY_NAME.test(at.name)) return []
    addPublicImage(dockerHub, at)
    return [image]
  })
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
