/** The types that everything turns on. A step is a value: printed, rehearsed, carried out and checked from this one description. */
import type { AnswerKey, Answers, Known } from '../answers/schema.ts'
import type { Cause } from '../clouds/cause.ts'
import type { Ran } from '../clouds/exec.ts'
import type { Account, VendorReply } from '../clouds/vendor.ts'
import type { Vendor } from '../clouds/vendors.ts'
import type { Body, Str } from './text.ts'

/** `lane.name`. The lane is for drawing; order comes from `after` alone. */
export type StepId = `${string}.${string}`

/** What steps learned and later steps use, by `step:name`. Saved, never secret. */
type Facts = Readonly<Record<string, string>>

/** One command of a by-hand form; `okExit` are the exit codes that count as done (0, unless said). */
export interface Sh {
  readonly argv: readonly Str[]
  readonly stdin?: string
  readonly okExit?: readonly number[]
}

/** One visible effect. Data, not code. */
export type Action = RequestAction | RunAction | EditAction | PersonAction

interface Common {
  /** Names the saved intent; unique within its step. */
  readonly key: string
  /** One plain sentence without a subject: "create the app …". */
  readonly does: Str
}

export interface RequestAction extends Common {
  readonly kind: 'request'
  readonly vendor: Vendor
  readonly method: 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  readonly path: Str
  readonly body?: Body
  /** What the answer teaches: fact name → keys that lead to it in the answer's body. */
  readonly learn?: Readonly<Record<string, readonly string[]>>
  /** May it be sent again when its answer was lost, or must reality be looked at first? */
  readonly again: 'safe' | 'look-first'
  /** Refusals that are answers, not failures: 404 where the vendor may no longer have the thing. */
  readonly okStatus?: readonly number[]
  readonly byHand: readonly Sh[]
}

/** A local command; it is its own by-hand form. */
export interface RunAction extends Common, Sh {
  readonly kind: 'run'
}

/** A change to a file of the checkout, whole text to whole text; it is shown, and done by hand, as its diff. */
export interface EditAction extends Common {
  readonly kind: 'edit'
  /** Below the checkout's top. One step owns a file. */
  readonly file: string
  readonly from: string
  readonly to: string
}

/** What only a person can do. The step's look sees that it was done. */
export interface PersonAction extends Common {
  readonly kind: 'person'
  readonly who: string
  readonly instructions: readonly Str[]
  readonly url?: Str
  /** Commands that do it, where there are. */
  readonly byHand?: readonly Sh[]
}

/** A vendor's object that a step stands for, with the right owner: what adoption is decided on. */
export interface Owned {
  readonly id: string
  /** What it is, as people call it: "app pt-dummy-app". */
  readonly what: string
  readonly owner: string
  readonly since: Date
  /** Who else can use or change it. */
  readonly alsoAccess: readonly string[]
}

interface Difference {
  readonly what: string
  readonly expected: string
  readonly found: string
}

/** What a look saw. */
export type Seen<State> =
  /** Nothing of anybody's is in the way; `partly` says what stands there already. */
  | { readonly is: 'missing'; readonly state?: State; readonly partly?: string }
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
      readonly learned?: Facts
      readonly owned?: Owned
    }
  /** It could not be seen, or what is there is not for us to see. Nothing is done. */
  | { readonly is: 'unknown'; readonly cause: Cause }

/** Questions to reality; none has an effect. Answers are shared and kept for one pass. */
export interface Look<Used extends AnswerKey = AnswerKey> {
  readonly answers: Pick<Known, Used>
  /** Who is signed in there. */
  account(vendor: Vendor): Account
  read(vendor: Vendor, path: Str): Promise<VendorReply>
  git(...argv: readonly string[]): Promise<Ran>
  /** The text of a file of the checkout; undefined where there is none that may be read. */
  file(name: string): string | undefined
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
  /** These are done first, or it waits. One that is left out of a run is not waited for: what must be there, `look` sees. */
  readonly after?: readonly StepId[]
  /** Whose sign-in it needs. */
  readonly needs?: readonly Vendor[]
  /** Its look reads files of the checkout and nothing else, so even a dry run looks. */
  readonly local?: true
  look(look: Look<Used>): Promise<Seen<State>>
  /** What is to be done; without `seen`, in an empty world. The same `seen` gives the same actions. */
  actions(answers: Pick<Answers, Used>, seen?: Seen<State>): readonly Action[]
  /** What takes it back, for a thing that we made. */
  undo(answers: Pick<Answers, Used>): readonly Action[]
  /** This step's own failures in words; the vendor's general ones need not be repeated. */
  means?(reply: VendorReply, answers: Pick<Known, Used>): Cause | undefined
}

export type Step = StepOf<AnswerKey, unknown>

/** A step as the engine takes it; what it may read of the answers is what it says it uses. */
export const defineStep = <const Used extends AnswerKey, State>(step: StepOf<Used, State>): Step => step

export const laneOf = (id: StepId): string => id.slice(0, id.indexOf('.'))
