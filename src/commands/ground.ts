import type { Candidate } from '../answers/infer.ts'
import type { Clock } from '../clouds/clock.ts'
import type { Secret } from '../clouds/secret.ts'
import type { Vendor } from '../clouds/vendors.ts'
import type { Place } from '../engine/saved.ts'
import type { PersonAction } from '../engine/step.ts'
import type { Checkout } from './repository.ts'

/** What REAL and REHEARSAL differ in. */
export interface Ground {
  readonly kind: 'real' | 'rehearsal'
  readonly checkout: Checkout
  /** Which saved progress, and whether it outlives the run. */
  readonly state: Place
  readonly keepsState: boolean
  readonly clock: Clock
  readonly bases: ReadonlyMap<Vendor, URL>
  /** Answers given on the command line. */
  readonly given: readonly Candidate[]
  /** Are proposals good enough where nobody can be asked? */
  readonly takeProposed: boolean
  /** Asks for what is needed to be let in by these vendors. */
  signIn(vendors: readonly Vendor[]): Promise<ReadonlyMap<Vendor, Secret>>
  /** Plays a person: the rehearsal alone has it. */
  play?(action: PersonAction): Promise<void>
  /** The command that goes on. */
  readonly goOn: string
}
