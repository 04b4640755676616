import type { Cause } from '../../src/clouds/cause.ts'
import { GOOGLE, reasonOf } from '../../src/clouds/google.ts'
import { type Key, keyIdOf, keysIn } from '../../src/clouds/google-keys.ts'
import { grantedIn } from '../../src/clouds/google-rights.ts'
import type { Look } from '../../src/engine/step.ts'
import { type Str, shown, t } from '../../src/engine/text.ts'
import { isInTime, isSince } from '../../src/engine/tries.ts'
import type { Listed } from '../delivery.ts'
import { justEnabled } from './enabled.ts'
import { accountOf, accountPath, projectPath } from './names.ts'

/*
 * The keys of CI's account, and which of them are ours. Google's keys carry no label and no name: what tells ours from
 * another person's is what stood there before we made one, and when it came.
 */

export const KEY_STEP = 'google.key'

type Used = 'googleProject' | 'googleServiceAccountId'
type Names = { readonly [K in Used]: Str }

/** Behind its own project a missing account is not found; behind a dash it would be forbidden (facts/google.md 1.5). */
export const keysPath = (names: Names): Str => t`${accountPath(names)}/keys`

/** How long an account counts as new: up to a minute and more (facts/google.md 1, propagation), in milliseconds. */
const NEW_MS = 5 * 60_000

type KeysSeen =
  | { readonly is: 'listed'; readonly keys: readonly Key[] }
  /** The project, its API or the account is not there yet: the steps before this one make them. */
  | { readonly is: 'nothing'; readonly hasProject: boolean }
  /** They are there, and Google has yet to notice. */
  | { readonly is: 'pending'; readonly on: 'vendor'; readonly detail: string }
  | { readonly is: 'unknown'; readonly cause: Cause }

/** The keys that people made of the account, ours among them; what Google keeps for itself is not asked for. */
export async function lookAtKeys(look: Look<Used>): Promise<KeysSeen> {
  const { answers } = look
  const reply = await look.read('google-iam', t`${keysPath(answers)}?keyTypes=USER_MANAGED`)
  const keys = keysIn(reply)
  if (keys !== undefined) return { is: 'listed', keys }
  const isDisabled = reasonOf(reply) === 'SERVICE_DISABLED'
  if (!isDisabled && reply.status !== 403 && reply.status !== 404) return { is: 'unknown', cause: GOOGLE.means(reply) }
  // It is enabled before anything is done here.
  if (isDisabled) return justEnabled(reply, look) ?? { is: 'nothing', hasProject: true }
  const account = await look.read('google-iam', accountPath(answers))
  if (account.status >= 300) return { is: 'nothing', hasProject: account.status === 404 }
  if (reply.status === 403 && !(await mayHaveKeys(look))) return { is: 'unknown', cause: noRight(answers) }
  // An account that is no longer new is not waited for.
  const made = look.doneAt('google.service-account')
  if (made !== undefined && look.hasPassed(NEW_MS, made, 'google-iam')) {
    return { is: 'unknown', cause: GOOGLE.means(reply) }
  }
  const detail = `waits for the account ${shown(accountOf(answers))}, which was made a moment ago; it may take a minute`
  return { is: 'pending', on: 'vendor', detail }
}

/** Of what is new and of what is forbidden Google says the same; what the signed-in account may, the project tells. */
async function mayHaveKeys(look: Look<Used>): Promise<boolean> {
  const permissions = ['iam.serviceAccountKeys.list', 'iam.serviceAccountKeys.create']
  const reply = await look.ask('google', t`${projectPath(look.answers)}:testIamPermissions`, { permissions })
  const granted = grantedIn(reply)
  return permissions.every(one => granted.includes(one))
}

export const noRight = (names: Names): Cause => ({
  code: 'no-right',
  means: `The signed-in account may not see or make keys of ${shown(accountOf(names))}.`,
  next: `Ask an owner of ${shown(names.googleProject)} for the role Service Account Key Admin (roles/iam.serviceAccountKeyAdmin), and run again.`,
})

/** What stood there before one was made, somebody else's and ours, by fact: ids with blanks between. */
const THEIRS = `${KEY_STEP}:theirs`
const OURS = `${KEY_STEP}:ours`

/** The keys, with which are ours, and what is to be known of them before one more is made. */
export interface Sorted {
  readonly listed: readonly Listed[]
  readonly theirs: readonly Key[]
  /** The id of the one just made. */
  readonly fresh: string | undefined
  readonly learned: Readonly<Record<string, string>>
}

/**
 * Tells which keys are ours: the recorded one, the one whose making was answered, and what appeared when a making of ours
 * was not answered. All else is another person's and stays, also where it came in the same minute.
 */
export function sorted(look: Look<Used>, keys: readonly Key[]): Sorted {
  const name = look.fact(`${KEY_STEP}:new`)
  const fresh = name === undefined ? undefined : keyIdOf(name)
  const before = idsIn(look.fact(OURS))
  const known = new Set([...before, ...[look.fact(`${KEY_STEP}:id`), fresh].filter(id => id !== undefined)])
  // Before one is made, the last one is among those of before; after the answer, the new one is not.
  const isAnswered = fresh !== undefined && !before.includes(fresh)
  const ours = keys.filter(key => known.has(key.id) || (!isAnswered && hasAppeared(look, key)))
  const theirs = keys.filter(key => !ours.includes(key))
  return {
    listed: keys.map(key => ({
      id: key.id,
      madeAt: key.madeAt,
      isLabelled: ours.includes(key),
      isGood: key.disabled === undefined && (key.endsAt === undefined || !look.hasPassed(0, key.endsAt, 'google-iam')),
    })),
    theirs,
    fresh,
    learned: {
      [THEIRS]: theirs.map(({ id }) => id).join(' '),
      [OURS]: [...new Set([...ours.map(({ id }) => id), ...(fresh === undefined ? [] : [fresh])])].join(' '),
    },
  }
}

const idsIn = (fact: string | undefined): readonly string[] => (fact ?? '').split(' ').filter(Boolean)

/** Did it come after what stood there was looked at, when a request of ours may have made it? Nobody has switched it off. */
function hasAppeared(look: Look<Used>, { id, madeAt, disabled }: Key): boolean {
  const [stood, begun] = [look.fact(THEIRS), look.begunAt(`${KEY_STEP}/mint`)]
  if (stood === undefined || begun === undefined || disabled !== undefined || idsIn(stood).includes(id)) return false
  return isSince(madeAt, begun) && isInTime(madeAt, begun)
}
