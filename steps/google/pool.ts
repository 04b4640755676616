import { GOOGLE, reasonOf } from '../../src/clouds/google.ts'
import { poolIn } from '../../src/clouds/google-identities.ts'
import { type Action, defineStep, type Seen, type Sh } from '../../src/engine/step.ts'
import { type Str, shown, t } from '../../src/engine/text.ts'
import { poolOf } from '../google-identity.ts'
import { isKeyless, pushesToGoogle } from '../push-job.ts'
import { begunBy, endOf, isFresh, learnOperation } from './begun.ts'
import { justEnabled } from './enabled.ts'
import { poolPath, poolsPath } from './identity.ts'
import { labelOf } from './names.ts'
import { isWithoutProject } from './there.ts'

const ID = 'google.pool'
const USES = ['githubProject', 'circleJobs', 'googleJobs', 'circleProject', 'googleProject', 'googleRoute'] as const
type Names = { readonly [K in Exclude<(typeof USES)[number], 'googleJobs'>]: Str }

/** What is lacking. */
type State = 'all' | 'deleted' | 'disabled'

export const pool = defineStep({
  id: ID,
  title: 'Make a pool for the identity that CI has by itself',
  why: 'CircleCI gives every job a signed token that says which project it builds. With a pool for it, Google takes that token for a sign-in, and there is no key to be kept, leaked or renewed.',
  section: 'Google Container Registry',
  document: '(nothing: in 2018 there were only keys)',
  today:
    'Organizations made since May 2024 forbid keys unless told otherwise; this way does without, and is the recommended one. The pool is of this project alone. One that was deleted keeps its id for 30 days: it is brought back.',
  uses: USES,
  after: ['google.services'],
  needs: ['google'],
  when: answers => pushesToGoogle(answers) && isKeyless(answers),

  async look(look): Promise<Seen<State>> {
    const { answers } = look
    const making = { step: ID, key: keyOf('create', answers), host: 'google-iam' } as const
    const begun = await begunBy(look, making)
    const reply = await look.read('google-iam', poolPath(answers))
    const there = poolIn(reply)
    if (there === undefined && (reply.status === 404 || reply.status === 403)) {
      const fresh = justEnabled(reply, look)
      if (fresh) return fresh
      if (begun?.is === 'under-way' || (begun === undefined && isFresh(look, making))) return waiting
      if (begun?.is === 'refused') return { is: 'failed', cause: GOOGLE.means(begun.reply), state: 'all' }
      const isNone =
        reply.status === 404 || reasonOf(reply) === 'SERVICE_DISABLED' || (await isWithoutProject(look, reply))
      return isNone ? { is: 'missing', state: 'all' } : { is: 'unknown', cause: noRight(answers) }
    }
    if (there === undefined) return { is: 'unknown', cause: GOOGLE.means(reply) }
    const isLabelled = there.description === shown(labelOf(answers))
    const owned = {
      id: shown(poolPath(answers)),
      what: `the pool ${shown(poolOf(answers))}`,
      owner: `project ${answers.googleProject}`,
      alsoAccess: [],
      ...(isLabelled && { isLabelled }),
    }
    const isComing = isFresh(look, { ...making, key: keyOf('undelete', answers) })
    if (there.isDeleted && isComing) return waiting
    if (there.isDeleted) return { is: 'missing', state: 'deleted', partly: 'was deleted, and is brought back', owned }
    if (there.isDisabled) return { is: 'differs', state: 'disabled', how: [DISABLED], owned }
    return { is: 'present', state: 'all', owned, learned: endOf(look, making) }
  },

  actions: (answers, seen) => {
    if (seen?.is === 'pending') return []
    const state = seen !== undefined && 'state' in seen ? seen.state : 'all'
    if (state === 'deleted') return [undelete(answers)]
    return [state === 'disabled' ? enable(answers) : create(answers)]
  },

  undo: answers => [
    {
      kind: 'request',
      key: 'delete',
      does: t`delete the pool ${poolOf(answers)} with its provider (for 30 days it can be brought back)`,
      host: 'google-iam',
      method: 'DELETE',
      path: poolPath(answers),
      again: 'look-first',
      okStatus: [404],
      byHand: [gcloud('delete', answers, '--quiet')],
    },
  ],
})

const waiting = { is: 'pending', on: 'vendor', detail: 'Google makes the pool; it usually takes seconds' } as const
const DISABLED = { what: 'the pool', expected: 'enabled', found: 'disabled: nobody of it is let in' }

/** The intents are about one pool. */
const keyOf = (verb: string, names: Pick<Names, 'circleProject'>): string => `${verb}-${shown(poolOf(names))}`

const gcloud = (verb: string, names: Names, ...more: readonly Str[]): Sh => ({
  argv: [
    ...['gcloud', 'iam', 'workload-identity-pools', verb, poolOf(names), '--location=global'],
    ...[t`--project=${names.googleProject}`, ...more],
  ],
})

function create(names: Names): Action {
  const displayName = 'CircleCI'
  const description = labelOf(names)
  return {
    kind: 'request',
    key: keyOf('create', names),
    does: t`make the pool ${poolOf(names)} for identities of CircleCI`,
    host: 'google-iam',
    method: 'POST',
    path: t`${poolsPath(names)}?workloadIdentityPoolId=${poolOf(names)}`,
    body: { displayName, description },
    learn: learnOperation(keyOf('create', names)),
    again: 'look-first',
    byHand: [gcloud('create', names, `--display-name=${displayName}`, t`--description=${description}`)],
    // Until it is made, it would not be found by itself.
    waits: [
      {
        host: 'google-iam',
        path: poolsPath(names),
        until: `any(.workloadIdentityPools[]?; .displayName == "${displayName}" and .state == "ACTIVE")`,
      },
    ],
  }
}

const undelete = (names: Names): Action => ({
  kind: 'request',
  key: keyOf('undelete', names),
  does: t`bring the pool ${poolOf(names)} back, which was deleted`,
  host: 'google-iam',
  method: 'POST',
  path: t`${poolPath(names)}:undelete`,
  body: {},
  again: 'look-first',
  byHand: [gcloud('undelete', names)],
})

const enable = (names: Names): Action => ({
  kind: 'request',
  key: keyOf('enable', names),
  does: t`enable the pool ${poolOf(names)} again`,
  host: 'google-iam',
  method: 'PATCH',
  path: t`${poolPath(names)}?updateMask=disabled`,
  body: { disabled: false },
  again: 'safe',
  byHand: [gcloud('update', names, '--no-disabled')],
})

const noRight = ({ googleProject }: { readonly googleProject: string }) => ({
  code: 'no-right',
  means: `The signed-in account may not see or make pools of identities in the project ${googleProject}.`,
  next: `Ask an owner of ${googleProject} for Workload Identity Pool Admin (roles/iam.workloadIdentityPoolAdmin), and run again.`,
})
