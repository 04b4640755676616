import type { Known } from '../answers/schema.ts'
import { type Cause, NeedsSecret, SetupError } from '../clouds/cause.ts'
import type { Clouds } from '../clouds/clouds.ts'
import { type HostId, hostOf } from '../clouds/hosts.ts'
import type { HttpRequest } from '../clouds/http.ts'
import type { Moment } from '../clouds/memo.ts'
import { askOrigin } from '../clouds/origin.ts'
import { type Remotes, remoteOf } from '../clouds/remotes.ts'
import { readHome, readInside } from '../clouds/repo.ts'
import type { Secret } from '../clouds/secret.ts'
import type { Account, VendorReply } from '../clouds/vendor.ts'
import { VENDORS, type Vendor } from '../clouds/vendors.ts'
import type { HandedOver } from './handed-over.ts'
import type { Progress } from './progress.ts'
import type { Look, Need, Seen, Step } from './step.ts'
import { fill, type Str } from './text.ts'
import { answeredOf, timeOf } from './tries-saved.ts'

/** What a look works with. */
export interface Viewer {
  readonly clouds: Clouds
  readonly answers: Known
  readonly accounts: ReadonlyMap<Vendor, Account>
  readonly progress: Pick<Progress, 'saved'>
  readonly repo: string
  readonly remotes: Remotes
  /** What somebody says who handed the set-up over; `planByLook` tells what becomes of it. */
  readonly handedOver?: HandedOver
}

/** What every part of a pass works with. */
export interface Engine extends Viewer {
  readonly progress: Progress
  /** Who runs this, for the records: user@host. */
  readonly by: string
}

/** Secrets that a step has made, by name. They end with it. */
export type Minted = Map<string, Secret>

/**
 * A look at reality; what it asks is shared by all who look through it, and with the looks before it.
 * @param since answers to what was asked later than this are taken: of this look and those after it, unless told
 */
export function newLook(
  { clouds, answers, accounts, progress, repo, remotes }: Viewer,
  signal?: AbortSignal,
  minted: Minted = new Map(),
  since: Moment = clouds.moment(),
): Look {
  const passed = (since: Date, host: HostId) => clouds.timeAt(host).getTime() - since.getTime()
  const refs = new Map<string, ReturnType<Look['origin']>>()
  const remote = remoteOf(remotes, answers.githubProject)
  return {
    answers,
    isDry: false,
    remote: remote ?? USUAL_REMOTE,
    account(vendor) {
      const account = accounts.get(vendor)
      if (account === undefined) throw new Error(`${vendor}: not signed in`)
      return account
    },
    read(host, to, { as, headers } = {}) {
      const path = boundPath(to, progress.saved.facts)
      const request: HttpRequest = { method: 'GET', path, repeat: 'safe', ...(headers && { headers }) }
      return clouds.ask(host, request, { signal, since, ...(as && { as }) })
    },
    ask(host, to, body, { as, headers } = {}) {
      const path = boundPath(to, progress.saved.facts)
      const request: HttpRequest = {
        ...{ method: 'POST', path, repeat: 'safe' },
        ...(body !== undefined && { body }),
        ...(headers && { headers }),
      }
      return clouds.ask(host, request, { signal, since, ...(as && { as }) })
    },
    readPublic: address => clouds.readPublic(address, signal),
    git: (...argv) => clouds.run({ argv: ['git', ...argv], cwd: repo }),
    origin(ref) {
      const asked = refs.get(ref) ?? askOrigin(remote, ref, command => clouds.run({ ...command, cwd: repo }))
      refs.set(ref, asked)
      return asked
    },
    tool: async (...argv) =>
      clouds.tools.find(argv[0] ?? '') === undefined ? undefined : clouds.run({ argv, cwd: repo }),
    file: name => readInside(repo, name),
    home: name => (clouds.kind === 'real' ? readHome(name) : undefined),
    fact: name => progress.saved.facts[name],
    record: step => progress.saved.records[step]?.how,
    doneAt(step) {
      const record = progress.saved.records[step]
      return record && new Date(record.at)
    },
    begunAt(name, which) {
      const intent = progress.saved.intents[name]
      return intent && timeOf(intent, which)
    },
    answered(name) {
      const intent = progress.saved.intents[name]
      return intent && answeredOf(intent)
    },
    // Any text ends in nothing.
    endsIn: (secret, tail) =>
      minted
        .get(secret)
        ?.reveal()
        .endsWith(tail || '\0'),
    timeAt: host => clouds.timeAt(host),
    hasPassed: (ms, since, host) => passed(since, host) >= clouds.clock.timeout(ms),
    timeLeft: (ms, since, host) => Math.max(0, ms * (1 - passed(since, host) / clouds.clock.timeout(ms))),
  }
}

/** What git calls the remote that it has cloned from, unless told. */
const USUAL_REMOTE = 'origin'

/** A look at the checkout's files alone, for what must not ask anybody else. */
export function fileLook(answers: Known, repo: string, remote = USUAL_REMOTE): Look {
  const refuse = () => {
    throw new Error('a local step looks at files alone')
  }
  return {
    answers,
    isDry: true,
    remote,
    account: refuse,
    read: refuse,
    ask: refuse,
    readPublic: refuse,
    git: refuse,
    origin: refuse,
    tool: refuse,
    file: name => readInside(repo, name),
    home: readHome,
    fact: refuse,
    record: refuse,
    doneAt: refuse,
    begunAt: refuse,
    answered: refuse,
    endsIn: refuse,
    timeAt: refuse,
    hasPassed: refuse,
    timeLeft: refuse,
  }
}

/** Looks, and turns trouble on the way into `unknown` with its cause. */
export async function see(step: Step, look: Look): Promise<Seen<unknown>> {
  try {
    return await step.look(look)
  } catch (error) {
    return { is: 'unknown', cause: causeOf(error), ...needOf(error) }
  }
}

/** What only a person can give, where that is why it was thrown. */
export const needOf = (error: unknown): { readonly needs?: Need } =>
  error instanceof NeedsSecret ? { needs: { identity: error.identity, what: error.what } } : {}

/** The cause of what was thrown; what is not meant for people is thrown on. */
export function causeOf(error: unknown): Cause {
  if (error instanceof SetupError) return error.cause
  throw error
}

/** Why a vendor refused: in the step's words, else in the vendor's. */
export function refusal(step: Step, host: HostId, reply: VendorReply, answers: Known): Cause {
  return { ...VENDORS[hostOf(host).vendor].means(reply), ...step.means?.(reply, answers) }
}

/** A path with its holes bound and encoded; throws when a fact is not known yet. */
export function boundPath(to: Str, facts: Readonly<Record<string, string>>): string {
  return fill(to, ({ hole }) => encodeURIComponent(bound(hole, facts)))
}

/** The same for headers, whose values are not encoded. */
export const boundHeaders = (
  headers: Readonly<Record<string, Str>>,
  facts: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, fill(value, ({ hole }) => bound(hole, facts))]),
  )

export function bound(hole: string, facts: Readonly<Record<string, string>>): string {
  const value = facts[hole]
  if (value === undefined) throw new SetupError(unknownYet(hole))
  return value
}

/** A step that others come after was left out of the run, and never done before. */
const unknownYet = (hole: string): Cause => ({
  code: 'unknown-yet',
  means: `<${hole}> is not known yet: ${hole.replace(/:.*/, '')} has not been done.`,
  next: 'Run again without --only and --skip, so that it is done first.',
})
