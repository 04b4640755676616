import type { Candidate } from '../answers/candidate.ts'
import type { Known } from '../answers/schema.ts'
import type { Clock } from '../clouds/clock.ts'
import type { Tools } from '../clouds/exec.ts'
import type { HostId } from '../clouds/hosts.ts'
import type { Identity, Vendor } from '../clouds/identity.ts'
import type { Credential } from '../clouds/vendor.ts'
import type { StateFolder } from '../engine/saved.ts'
import type { Need, PersonAction, StepId } from '../engine/step.ts'
import type { Checkout } from './repository.ts'
import type { TakenOver } from './take-over.ts'

/**
 * Tries a sign-in, and remembers whose it is.
 * @throws SetupError where the vendor does not take it; NeedsSecret where it takes a one-time code besides
 */
export type TryOut = (vendor: Vendor, credential: Credential) => Promise<void>

/** What REAL and REHEARSAL differ in. */
export interface Ground {
  readonly kind: 'real' | 'rehearsal'
  readonly checkout: Checkout
  /** Which saved progress, and whether it outlives the run. */
  readonly state: StateFolder
  readonly keepsState: boolean
  readonly clock: Clock
  /** What local commands go through: the rehearsal plays some of them. */
  readonly tools: Tools
  readonly bases: ReadonlyMap<HostId, URL>
  /** Answers given on the command line. */
  readonly given: readonly Candidate[]
  /** What somebody has handed over. */
  readonly takenOver?: TakenOver
  /** Are proposals good enough where nobody can be asked? */
  readonly takeProposed: boolean
  /** Gets what signs in at these vendors; each is tried as soon as it is known. */
  signIn(vendors: readonly Vendor[], answers: Known, tryOut: TryOut): Promise<Map<Identity, Credential>>
  /** Plays a person: the rehearsal alone has it. */
  play?(action: PersonAction, step: StepId, answers: Known): Promise<void>
  /** Makes up a secret that only a person knows: the rehearsal alone has it. */
  secretFor?(need: Need, answers: Known): Credential | undefined
  /** The command that goes on. */
  readonly goOn: string
}
