import { SetupError } from '../../src/clouds/cause.ts'
import { GOOGLE } from '../../src/clouds/google.ts'
import { type Operation, readOperation } from '../../src/clouds/google-operations.ts'
import type { Look } from '../../src/engine/step.ts'
import { t } from '../../src/engine/text.ts'

/** Where something is begun: the step, the key of its action, and the host that it goes to. */
interface Beginning {
  readonly step: string
  readonly key: string
  readonly host: 'google' | 'google-services' | 'google-iam' | 'google-registry'
  readonly headers?: Readonly<Record<string, string>>
}

/** How long what was begun may take to be seen where no operation tells it, in milliseconds: a project takes seconds. */
const UNSEEN_MS = 60_000

/** What an action learns of its operation, by which `begunBy` finds it; it has the name of the action. */
export const learnOperation = (key: string) => ({ [key]: ['name'] }) as const

/**
 * What became of what a request of this set-up has begun, until its step is seen done; undefined where nothing is begun,
 * or nobody knows of it: the answer was lost.
 * @throws SetupError where Google does not tell
 */
export async function begunBy(
  look: Look<never>,
  { step, key, host, headers }: Beginning,
): Promise<Operation | undefined> {
  const name = look.fact(`${step}:${key}`) ?? ''
  if (
    look.begunAt(`${step}/${key}`) === undefined ||
    !/^(?:projects(?:\/(?!\.{1,2}\/)[\w.-]+)+\/)?operations\/(?!\.{1,2}$)[\w.-]+$/.test(name)
  )
    return undefined
  // facts/google.md 1.4: there was nothing to do, and it cannot be asked for.
  if (name.endsWith('/noop.DONE_OPERATION')) return { is: 'done' }
  const reply = await look.read(host, t`/v1/${name}`, headers && { headers })
  // Operations are forgotten after a while.
  if (reply.status === 403 || reply.status === 404) return undefined
  const operation = readOperation(reply)
  if (operation === undefined) throw new SetupError(GOOGLE.means(reply))
  return operation
}

/** What is learned when it is seen done: its operation is of no use any more. */
export const endOf = (look: Look<never>, { step, key }: Beginning): Readonly<Record<string, string>> =>
  look.begunAt(`${step}/${key}`) === undefined ? {} : { [`${step}:${key}`]: '' }

/** Was it begun so lately that it may be seen any moment? */
export const isFresh = (look: Look<never>, { step, key, host }: Beginning): boolean => {
  const at = look.begunAt(`${step}/${key}`)
  return at !== undefined && !look.hasPassed(UNSEEN_MS, at, host)
}
