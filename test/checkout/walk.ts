import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { onTestFinished } from 'vitest'
import { parse, parseDocument } from 'yaml'
import { CI_CONFIG } from '../../src/answers/forms/ci-config.ts'
import type { Known } from '../../src/answers/schema.ts'

import { takeImagesAsThere } from '../../src/commands/rehearsed-images.ts'
import { inhabit } from '../../src/rehearsal/inhabit.ts'
import { peopleOf } from '../../src/rehearsal/people.ts'
import { newPrivateKey } from '../../src/rehearsal/private-key.ts'
import { type Rehearsal, startRehearsal } from '../../src/rehearsal/server.ts'
import { git, keepOriginInside } from '../support/checkout.ts'
import { type Ran, runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

import { quickWorld, signedIn, tellCi } from '../support/vendors.ts'
import type { Method } from './methods.ts'

/** Where a walk has come to. */
export interface Walk {
  readonly method: Method
  readonly answers: Known
  readonly rehearsal: Rehearsal
  readonly checkout: string
  /** What the dry run tells a person to edit in CI's config. */
  readonly told: readonly string[]
  /** The steps at which people were asked, in the order in which they were. */
  readonly asked: readonly string[]
  /** Runs the program once more, as before. */
  again(): Promise<Ran>
}

/** A real one with its own branch, or where it has none checked out, the usual one. */
export interface Source {
  readonly folder: string
  readonly branch: string
  readonly origin: string
}

const UPSTREAM = 'https://github.com/PennockTech/dummyapp.git'

/** What is to be walked in a checkout of git's. It is only read. */
export function sourceOf(folder: string): Source {
  const read = (...argv: readonly string[]) => {
    try {
      return git(folder, '-c', 'safe.directory=*', ...argv).trim()
    } catch {
      return ''
    }
  }
  const origin = read('remote', 'get-url', 'origin')
  const isAddress = /^(?:https?|ssh|git):|^[^/]+@[^/]+:/.test(origin)
  return {
    folder,
    branch: read('symbolic-ref', '--short', 'HEAD') || 'main',
    origin: isAddress ? origin : UPSTREAM,
  }
}

/** What all of Google's keys are made from: it takes longer than a run waits here. */
const PRIVATE_KEY = newPrivateKey()

/** More often nobody is asked. */
const MOST_RUNS = 8

/**
 * Walks a clone of a checkout by one method until no person is needed any more. People do what they are asked for, and
 * nothing else.
 * @throws Error where a run ends otherwise than done or for people, or where they are asked again and again
 */
export async function walk(source: Source, method: Method, finished: typeof onTestFinished): Promise<Walk> {
  const home = temporaryFolder(finished)
  const checkout = cloneOf(source, temporaryFolder(finished))
  const ofMethod = [...['--set', `googleRoute=${method.google}`, '--set', `dockerHubRoute=${method.dockerHub}`]]
  const dry = await runCli(['--dry-run', '--format', 'json', ...ofMethod], { cwd: checkout, home })
  if (dry.code !== 0) throw new Error(`the dry run ended with ${dry.code}:\n${dry.all}`)
  const { answers, steps: planned } = JSON.parse(dry.stdout) as {
    readonly answers: Known
    readonly steps: readonly {
      readonly id: string
      readonly actions: readonly { readonly instructions?: string[] }[]
    }[]
  }
  const told = planned.flatMap(({ id, actions }) =>
    id === 'circleci.config' ? actions.flatMap(({ instructions = [] }) => instructions) : [],
  )
  const argv = [
    ...ofMethod,
    // What is only proposed is not taken without a person.
    ...(method.dockerHub === 'org-token' ? [] : ['--set', `dockerHubBot=${answers.dockerHubBot}`]),
    ...(method.google === 'bucket' ? ['--adopt', 'google.project'] : []),
    ...['--replace', 'circleci.config-repairs'],
  ]
  const world = quickWorld()
  world.google.privateKey = PRIVATE_KEY
  inhabit(world, subjectOf(source, method, answers), new Date())
  const rehearsal = await startRehearsal({ world })
  finished(() => rehearsal.close())
  const people = peopleOf(world)
  // Without a team nobody invites the bot: it has to be there first.
  if (method.dockerHub === 'personal') people.play('docker-hub.bot', 'sign-up', answers)
  const asked: string[] = []
  const run = () => {
    takeImagesAsThere(world, answers, checkout)
    // Build scripts of before Go had modules ask for it.
    const env = { GOPATH: home, DUMMYAPP_SETUP_TIME_SCALE: '0.05', ...signedIn(rehearsal, answers.dockerHubBot) }
    return runCli([...ALONE, ...argv], { cwd: checkout, home, env })
  }
  for (let runs = 1; runs <= MOST_RUNS; runs += 1) {
    const { code, all, stdout } = await run()
    if (code === 0) return { method, answers, rehearsal, checkout, told, asked, again: run }
    const steps = code === 3 ? personSteps(stdout) : []
    if (steps.length === 0) throw new Error(`run ${runs} ended with ${code}, and no person was asked:\n${all}`)
    asked.push(...steps)
    for (const step of steps) act(step, { people, rehearsal, checkout, answers, told })
  }
  throw new Error(`people were asked again and again: ${asked.join(', ')}`)
}

/** As a script runs it, which reads the events. */
const ALONE = ['--yes', '--no-input', '--json', '--allow-host', '127.0.0.1']

/** The person who has what the owner of the project has, and whom the answers name. */
function subjectOf({ branch }: Source, { google, dockerHub }: Method, answers: Known) {
  const { circleProject, dockerHubRepository, googleProject, registryHost } = answers
  return {
    circleProject,
    dockerNamespace: dockerHubRepository.split('/')[0] ?? '',
    defaultBranch: branch,
    branches: { [branch]: { revision: '0'.repeat(40), config: null, skipCi: false } },
    isPersonal: dockerHub === 'personal',
    ...(google === 'bucket' && { oldRegistry: { project: googleProject, host: registryHost } }),
  }
}

/** A clone with the remote's address and branch of the original; what is pushed stays inside it. */
function cloneOf({ folder, branch, origin }: Source, clone: string): string {
  git(clone, '-c', 'safe.directory=*', 'clone', '--quiet', '--no-hardlinks', '--template=', '--', folder, '.')
  git(clone, 'checkout', '--quiet', '-B', branch, 'HEAD')
  git(clone, 'remote', 'remove', 'origin')
  git(clone, 'remote', 'add', 'origin', origin)
  keepOriginInside(clone, origin)
  git(clone, 'fetch', '--quiet', 'origin')
  git(clone, 'remote', 'set-head', 'origin', branch)
  return clone
}

/** The steps at which a run stopped for a person, by its events. */
const personSteps = (events: string): readonly string[] => [
  ...new Set(
    events
      .split('\n')
      .filter(line => line.startsWith('{'))
      .map(line => JSON.parse(line) as { readonly step: string; readonly event: string })
      .filter(({ event }) => event === 'person')
      .map(({ step }) => step),
  ),
]

/** Does what a person is asked for. */
function act(
  step: string,
  about: Omit<Walk, 'method' | 'asked' | 'again'> & { readonly people: ReturnType<typeof peopleOf> },
): void {
  const { rehearsal, checkout, answers, people, told } = about
  if (step === 'circleci.config') {
    addToWorkflow(join(checkout, CI_CONFIG), told)
    return
  }
  if (step === 'repository.publish') {
    commitAndPush(rehearsal, checkout)
    return
  }
  if (step === 'heroku.first-deploy') {
    people.play(step, 'elsewhere', answers)
    return
  }
  const { users, organizations } = rehearsal.world.dockerHub
  const isThere = users.some(({ username }) => username === answers.dockerHubBot)
  const isInvited = organizations.some(({ invites }) => invites.length > 0)
  const key = isThere ? (isInvited ? 'accept' : 'collaborate') : 'sign-up'
  if (!people.play(step, key, answers)) throw new Error(`nobody knows what to do at ${step}`)
}

/** Adds the entries that a person is told to the jobs of the only workflow. */
function addToWorkflow(file: string, told: readonly string[]): void {
  const entries = told.filter(line => /^ {6}(?:- | {4})/.test(line)).join('\n')
  const config = parseDocument(readFileSync(file, 'utf8'), { merge: true })
  const workflows = Object.keys((config.toJS() as { workflows: object }).workflows).filter(name => name !== 'version')
  for (const entry of parse(entries) as readonly unknown[])
    config.addIn(['workflows', ...workflows, 'jobs'], config.createNode(entry))
  writeFileSync(file, String(config))
}

/** Commits what there is, or nothing, and pushes it to the default branch; CI is told. */
export function commitAndPush(rehearsal: Rehearsal, checkout: string): void {
  const author = ['-c', 'user.name=T', '-c', 'user.email=t@example.com', '-c', 'maintenance.auto=false']
  const branch = git(checkout, 'symbolic-ref', '--short', 'HEAD').trim()
  git(checkout, 'add', '--all')
  git(checkout, ...author, 'commit', '--quiet', '--allow-empty', '--message=set up')
  git(checkout, 'push', '--quiet', 'origin', `HEAD:refs/heads/${branch}`)
  tellCi(rehearsal, checkout)
}
