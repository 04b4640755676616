/** The types that everything turns on. A step is a value: printed, rehearsed, carried out and checked from this one description. */
import type { AnswerKey, Answers, Known } from '../answers/schema.ts'
import type { Cause, NeedsSecret } from '../clouds/cause.ts'
import type { Ran } from '../clouds/exec.ts'
import type { HostId } from '../clouds/hosts.ts'
import type { Identity, Vendor } from '../clouds/identity.ts'
import type { Json } from '../clouds/json.ts'
import type { Grant, PolicyDialect } from '../clouds/policy.ts'
import type { Account, Credential, VendorReply } from '../clouds/vendor.ts'
import type { StepRecord } from './saved.ts'
import type { Body, Hole, Str } from './text.ts'

/** `lane.name`. The lane is for drawing; order comes from `after` alone. */
export type StepId = `${string}.${string}`

/** What steps learned and later steps use, by `step:name`. Saved, never secret. */
type Facts = Readonly<Record<string, string>>

/** One command of a by-hand form; `okExit` are the exit codes that count as done (0, unless said). */
export interface Sh {
  readonly argv: readonly Str[]
  readonly stdin?: Str
  /** What its JSON answer teaches: hole → jq filter. */
  readonly into?: Readonly<Record<string, string>>
  readonly okExit?: readonly number[]
  /** What it prints is no JSON: the filters get it as one text, without the line breaks at its end. */
  readonly text?: true
}

/** One visible effect. Data, not code. */
export type Action = RequestAction | PolicyAction | RunAction | EditAction | PersonAction

interface Common {
  /** Names the saved intent; unique within its step. */
  readonly key: string
  /** One plain sentence without a subject: "create the app …". */
  readonly does: Str
  /** Removes what an interrupted run of ours left; it is done whenever it is found, since nothing of anybody's is touched. */
  readonly takesBack?: true
}

export interface RequestAction extends Common {
  readonly kind: 'request'
  readonly host: HostId
  /** Who speaks, where it is not whoever signed in at the vendor: somebody else, or a name with a secret that this step has made. */
  readonly as?: Identity | { readonly user: Str; readonly secret: Hole }
  /** A GET where what it learns is needed by the next action. */
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: Str
  readonly headers?: Readonly<Record<string, Str>>
  readonly body?: Body
  /** What the answer teaches: fact name → keys that lead to it in the answer's body. */
  readonly learn?: Readonly<Record<string, readonly string[]>>
  /** What of it is saved besides, where the answer tells; no later action needs it, so by hand it is not asked for. */
  readonly keeps?: Readonly<Record<string, readonly string[]>>
  /** The secrets in the answer: name → keys. They are known to this step alone, until it ends. */
  readonly mint?: Readonly<Record<string, readonly string[]>>
  /** May it be sent again when its answer was lost, or must reality be looked at first? */
  readonly again: 'safe' | 'look-first'
  /** Refusals that are answers, not failures: 404 where the vendor may no longer have the thing. */
  readonly okStatus?: readonly number[]
  /** The fact that is marked where one of them came; the vendor's words are not kept. */
  readonly marks?: string
  /** Who must do it instead where the vendor says 403, or yes and means no. */
  readonly ifForbidden?: PersonAction
  /** Who must do it instead where a refusal of whatever status has such words in it. */
  readonly ifSaid?: Readonly<Record<string, PersonAction>>
  /** The vendor's documented commands; without them, `curl` with the same request. */
  readonly byHand?: readonly Sh[]
  /** By hand, what comes before them: it teaches what the request needs and only a look would know. */
  readonly firstByHand?: readonly Sh[]
  /** What its step watches afterwards: by hand, a loop. */
  readonly waits?: readonly Wait[]
}

/** A question that is asked again and again, until its answer is as a jq filter wants it; then it teaches: hole → jq filter. */
export interface Wait {
  readonly host: HostId
  readonly path: Str
  readonly until: string
  readonly into?: Readonly<Record<string, string>>
}

/** The roles of one member in the policy of one thing; everybody else's are not touched. */
export interface PolicyAction extends Common {
  readonly kind: 'policy'
  readonly host: HostId
  /** The thing that has the policy: what reads and writes it comes behind. */
  readonly path: Str
  /** How the policy is read there. */
  readonly reads: PolicyDialect
  readonly headers?: Readonly<Record<string, Str>>
  readonly member: Str
  /** What the member has afterwards, besides what it has; with `only`, nothing besides. */
  readonly roles: readonly Role[]
  readonly only?: true
  /** Facts that are true once it is written. */
  readonly saves?: Facts
  readonly byHand: readonly Sh[]
}

export interface Role extends Grant {
  /** It ends by itself, where the vendor takes such a condition: how long after it was given, in milliseconds, and the fact that tells when. */
  readonly ends?: { readonly afterMs: number; readonly fact: string }
}

/** A local command; it is its own by-hand form. */
export interface RunAction extends Common, Sh {
  readonly kind: 'run'
  readonly env?: Readonly<Record<string, Str>>
  /** The first word is a program of the checkout. */
  readonly ofCheckout?: true
  /** It has docker build an image, and hands the words of this variable to it. */
  readonly buildsBy?: string
  /** How long it may take, in milliseconds. */
  readonly timeoutMs?: number
  /** A registry that docker is signed in to for it, by a private configuration. */
  readonly registry?: { readonly host: string; readonly user: string; readonly as: Identity }
  /** Where that is not the command as it stands. */
  readonly byHand?: readonly Sh[]
}

/**
 * A change to a file of the checkout, whole text to whole text; it is shown, and done by hand, as its diff. From nothing, it is
 * made. A hole in it is bound when it is carried out.
 */
export interface EditAction extends Common {
  readonly kind: 'edit'
  /** Below the checkout's top. One step owns a file. */
  readonly file: string
  readonly from: Str
  readonly to: Str
}

/** What only a person can do. The step's look sees that it was done. */
export interface PersonAction extends Common {
  readonly kind: 'person'
  readonly who: string
  readonly instructions: readonly Str[]
  readonly url?: Str
  /** What to send to whoever that is, where it is somebody else. */
  readonly forward?: Str
  /** Commands that do it, where there are. */
  readonly byHand?: readonly Sh[]
  /** Answers by which it goes on without that person, and what each means. */
  readonly instead?: readonly Instead[]
}

export interface Instead {
  readonly answer: AnswerKey
  readonly value: string
  readonly means: string
}

/** A vendor's object that a step stands for, with the right owner: what adoption is decided on. */
export interface Owned {
  readonly id: string
  /** What it is, as people call it: "app pt-dummy-app". */
  readonly what: string
  readonly owner: string
  /** Where the vendor tells when it was made. */
  readonly since?: Date
  /** Who else can use or change it. */
  readonly alsoAccess: readonly string[]
  /** It carries what only a request of this set-up puts there: with an open intent it is ours, where the vendor does not tell when it was made. */
  readonly isLabelled?: true
  /** What its use here means for others, in sentences. */
  readonly using?: string
  /** A name under which there is nothing yet, and the answer that takes it. */
  readonly otherwise?: Pick<Instead, 'answer' | 'value'>
}

export interface Difference {
  readonly what: string
  readonly expected: string
  readonly found: string
  /** The key of the one action that mends it; then it is decided on by itself, and so are all of this step. */
  readonly action?: string
}

/** What a look saw. */
export type Seen<State> =
  /** Nothing of anybody's is in the way; `partly` says what stands there already. */
  | {
      readonly is: 'missing'
      readonly state?: State
      readonly partly?: string
      /** Saved before anything is done about it. */
      readonly learned?: Facts
      /** A part that is there already, and whose it is. */
      readonly owned?: Owned
      /** It cannot be done before something else has come, which CI or the vendor brings: for that it is watched. */
      readonly awaits?: { readonly on: 'vendor' | 'ci'; readonly detail: string }
    }
  | {
      readonly is: 'present'
      readonly state: State
      readonly learned?: Facts
      readonly owned?: Owned
      /** What a person should know all the same. */
      readonly notes?: readonly string[]
    }
  /** Something stands there that must be overwritten: only with consent. */
  | {
      readonly is: 'differs'
      readonly state: State
      readonly how: readonly [Difference, ...Difference[]]
      /** What becomes of it with consent, where that is not to be overwritten: "take them away". */
      readonly offer?: string
      /** What a person must type to give that consent: it may break what others rely on. */
      readonly typed?: string
      /** It may stay as it is, by choice, for as long as it is this very thing. */
      readonly keep?: { readonly id: string }
      readonly learned?: Facts
      readonly owned?: Owned
    }
  /** Begun and not ended. What the vendor or CI is at is watched; of a person it says what is still to be done. */
  | {
      readonly is: 'pending'
      readonly on: 'vendor' | 'ci' | 'person'
      readonly detail: string
      readonly state?: State
      /** Only time shows more: how long to wait before the next look, in milliseconds. */
      readonly pauseMs?: number
    }
  /** It ended badly; its actions try it again. */
  | { readonly is: 'failed'; readonly cause: Cause; readonly state?: State }
  /** It could not be seen, or what is there is not for us to see. Nothing is done. */
  | { readonly is: 'unknown'; readonly cause: Cause; readonly needs?: Need; readonly choose?: Choice }

/** An answer that a person chooses among what a look has found; it is asked for between two passes. */
export interface Choice {
  readonly answer: AnswerKey
  readonly among: readonly { readonly value: string; readonly name: string }[]
}

/** A secret that only a person knows; it is asked for between two passes. */
export type Need = Pick<NeedsSecret, 'identity' | 'what'>

/** Questions to reality; none has an effect. Nothing is asked twice while nothing has changed. */
export interface Look<Used extends AnswerKey = AnswerKey> {
  readonly answers: Pick<Known, Used>
  /** A dry run looks: nothing but files may be asked. */
  readonly isDry: boolean
  /** Who is signed in there. */
  account(vendor: Vendor): Account
  read(host: HostId, path: Str, options?: ReadOptions): Promise<VendorReply>
  /** What lies at an address that a vendor gave, asked for without a sign-in; undefined where it cannot be had. */
  readPublic(address: string): Promise<Json | undefined>
  /** A POST that only asks: a preview of what would be done, a policy, a token of an account that ends by itself. */
  ask(host: HostId, path: Str, body?: Json, options?: AskOptions): Promise<VendorReply>
  /** What git says of the checkout; it reaches no other machine. */
  git(...argv: readonly string[]): Promise<Ran>
  /** The name of the remote that is pushed to; `origin` where nobody can tell which one it is. */
  readonly remote: string
  /** What `git ls-remote REMOTE REF` says of that remote, or why it says nothing; asked without the checkout's configuration. Throws SetupError where that sends it elsewhere. */
  origin(ref: string): Promise<string | Cause>
  /** What a tool says, where it is installed; only commands that change nothing. */
  tool(...argv: readonly string[]): Promise<Ran | undefined>
  /** The text of a file of the checkout; undefined where there is none that may be read. */
  file(name: string): string | undefined
  /** The text of a file below the person's home folder, which may hold secrets; a rehearsal has none. */
  home(name: string): string | undefined
  /** What was learned earlier, by `step:name`. */
  fact(name: string): string | undefined
  /** Did a step of this set-up make its thing, adopt it, or find it as it should be? undefined: none of it yet. */
  record(step: StepId): StepRecord['how'] | undefined
  /** When a step was seen done, by our clock. */
  doneAt(step: StepId): Date | undefined
  /** When an effect was last begun, or first, since its end was last seen; by `step/key` and the vendor's clock. */
  begunAt(intent: string, which?: 'first'): Date | undefined
  /** Which try of an effect was answered, with something to save: then nothing that came later is of it. By `step/key`; undefined where the last one was not. */
  answered(intent: string): 'first' | 'again' | undefined
  /** Does a secret that this step has just made end so? undefined where it is not at hand. */
  endsIn(secret: string, tail: string): boolean | undefined
  /** What time it is, by the clock of a host. */
  timeAt(host: HostId): Date
  /** Have so many milliseconds gone by since then, by the clock of a host? */
  hasPassed(ms: number, since: Date, host: HostId): boolean
  /** How many of so many milliseconds are left since then, by the clock of a host. */
  timeLeft(ms: number, since: Date, host: HostId): number
}

interface ReadOptions {
  /** Of a credential, the answer is not kept. */
  readonly as?: Identity | Credential
  readonly headers?: Readonly<Record<string, string>>
}

interface AskOptions {
  readonly as?: Credential
  readonly headers?: Readonly<Record<string, string>>
}

/** What was saved of a set-up. */
export interface SavedOf {
  /** What was learned, by `step:name`. */
  fact(name: string): string | undefined
  /** Did a step make its thing, adopt it, or find it as it should be? */
  record(step: StepId): StepRecord['how'] | undefined
}

/** One line of who may push where. */
export interface Reach {
  readonly where: string
  readonly before: string
  readonly now: string
}

/** A step; `Used` are the answers that it reads, `State` is what its look hands to its actions. */
interface StepOf<Used extends AnswerKey, State> {
  readonly id: StepId
  readonly title: string
  readonly why: string
  /** The heading of the document that it comes from, what it says there, and what is different today. */
  readonly section: string
  readonly document: string
  readonly today: string
  /** The answers that it reads: others are not asked for on its behalf. */
  readonly uses: readonly Used[]
  /** These are done first, or it waits. One that is left out of a run is not waited for, but what that one comes after is. */
  readonly after?: readonly StepId[]
  /** What it awaits, these bring: it begins beside them, and waits no longer than until they have ended. */
  readonly beside?: readonly StepId[]
  /** The steps that make what its result is put into: they act with it, also where their lane is left out. */
  readonly brings?: readonly StepId[]
  /** Whose sign-in it needs. */
  readonly needs?: readonly Vendor[]
  /** Is it part of the set-up at all, with these answers? Always, unless told. */
  when?(answers: Pick<Answers, Used>): boolean
  /** Its look reads files of the checkout and the home folder and nothing else, so even a dry run looks. */
  readonly local?: true
  look(look: Look<Used>): Promise<Seen<State>>
  /**
   * What is to be done; without `seen`, in an empty world. The same `seen` gives the same actions.
   * @param stays of differences that are decided on one by one, the keys of those that are not mended now
   */
  actions(answers: Pick<Answers, Used>, seen?: Seen<State>, stays?: ReadonlySet<string>): readonly Action[]
  /** What every exit says for as long as it stands so, by what is saved. */
  stands?(saved: SavedOf): string | undefined
  /** Who may push where by what it leaves, and who could before: told at the end, once it is done. */
  reach?(answers: Pick<Known, Used>, saved: SavedOf): Reach
  /** What takes it back, for a thing that we made. */
  undo(answers: Pick<Answers, Used>): readonly Action[]
  /** This step's own failures in words; the vendor's general ones need not be repeated. */
  means?(reply: VendorReply, answers: Pick<Known, Used>): Cause | undefined
  /** Why an answer of 2xx to the action of that key is a failure nevertheless, by which nothing came about. */
  isNo?(key: string, reply: VendorReply, answers: Pick<Known, Used>, saved: SavedOf): Cause | undefined
}

export type Step = StepOf<AnswerKey, unknown>

/** A step as the engine takes it; what it may read of the answers is what it says it uses. */
export const defineStep = <const Used extends AnswerKey, State>(step: StepOf<Used, State>): Step => step

export const laneOf = (id: StepId): string => id.slice(0, id.indexOf('.'))
