import type { Known } from '../answers/schema.ts'
import type { Credential } from '../clouds/vendor.ts'
import type { Engine } from '../engine/engine.ts'
import type { Outcome } from '../engine/pass.ts'
import type { Planned } from '../engine/plan.ts'
import type { Need, StepId } from '../engine/step.ts'
import { wrap } from '../output/printer.ts'
import type { Ground } from './ground.ts'
import type { Screen } from './screen.ts'

/** What the look could not see without a secret that only a person knows. */
export const neededToLook = (plan: readonly Planned[], acting: ReadonlySet<StepId>): readonly Need[] =>
  distinct(
    plan.flatMap(({ step, seen }) => (acting.has(step.id) && seen.is === 'unknown' && seen.needs ? [seen.needs] : [])),
  )

/** What steps stopped at for want of such a secret. */
export const neededToGoOn = (outcomes: ReadonlyMap<StepId, Outcome>): readonly Need[] =>
  distinct([...outcomes.values()].flatMap(one => (one.is === 'open' && one.why === 'secret' ? [one.needs] : [])))

const distinct = (needs: readonly Need[]): readonly Need[] => [
  ...new Map(needs.map(need => [`${need.identity} ${need.what}`, need])).values(),
]

/**
 * Asks for them, between two passes; they stay in memory and end with the run. The rehearsal makes them up.
 * @returns whether there are any new ones; false where nobody can be asked, or nobody knows another
 */
export async function obtainSecrets(
  needs: readonly Need[],
  { answers, clouds }: Pick<Engine, 'answers' | 'clouds'>,
  ground: Pick<Ground, 'secretFor'>,
  { asker, printer }: Pick<Screen, 'asker' | 'printer'>,
): Promise<boolean> {
  const { credentials } = clouds
  for (const { identity, what } of needs) {
    const made = ground.secretFor?.({ identity, what }, answers)
    // Nobody who is played knows another one: the vendor has refused it.
    if (made !== undefined && isSame(made, credentials.get(identity))) return false
    if (made !== undefined) {
      credentials.set(identity, made)
      continue
    }
    if (asker === undefined) return false
    const known = credentials.get(identity)
    const user = known?.user ?? nameOf(identity, answers)
    printer.line()
    if (what === 'code' && known !== undefined) {
      credentials.set(identity, { ...known, code: await asker.secret(`One-time code of ${user} for Docker Hub`) })
      continue
    }
    const why = `${user} makes its token itself, with its password: it is used for that, and forgotten with this run.`
    printer.line(wrap('  ', why, printer.width))
    credentials.set(identity, { user, secret: await asker.secret(`Password of ${user} on Docker Hub`) })
  }
  return needs.length > 0
}

const isSame = (one: Credential, other: Credential | undefined): boolean =>
  one.user === other?.user &&
  one.secret.reveal() === other?.secret.reveal() &&
  one.code?.reveal() === other.code?.reveal()

const nameOf = (identity: Need['identity'], { dockerHubBot = '' }: Known): string =>
  identity === 'docker-hub.bot' ? dockerHubBot : identity
