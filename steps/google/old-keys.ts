import { CI_CONFIG } from '../../src/answers/forms/ci-config.ts'
import { signsInByKey } from '../../src/answers/forms/ci-sign-ins.ts'
import type { Key } from '../../src/clouds/google-keys.ts'
import { type Action, type Difference, defineStep, type Seen } from '../../src/engine/step.ts'
import { shown, t } from '../../src/engine/text.ts'
import { isKeyless, jobsOf, pushesToGoogle } from '../push-job.ts'
import { removeKey } from './key.ts'
import { lookAtKeys } from './key-list.ts'
import { accountOf } from './names.ts'

const USES = ['circleJobs', 'googleJobs', 'googleProject', 'googleServiceAccountId', 'googleRoute'] as const

export const oldKeys = defineStep({
  id: 'google.old-keys',
  title: 'Delete the keys that CI no longer needs',
  why: 'Now that CI comes by its own identity, a key of its account is only a way in for whoever finds it.',
  section: 'Google Container Registry',
  document: '(nothing: there the key stays)',
  today:
    'Offered once a push without a key has succeeded, each key by itself: what else uses one, such as a branch whose config still signs in with it, can no longer push then.',
  uses: USES,
  after: ['circleci.confirm-push'],
  needs: ['google'],
  when: answers => pushesToGoogle(answers) && isKeyless(answers),

  async look(look): Promise<Seen<readonly Key[]>> {
    const there = await lookAtKeys(look)
    if (there.is === 'pending' || there.is === 'unknown') return there
    const keys = there.is === 'listed' ? there.keys : []
    const [first, ...more] = keys.map(differenceOf)
    if (first === undefined) return { is: 'present', state: [] }
    // Whoever kept the old login needs it.
    const config = look.file(CI_CONFIG) ?? ''
    const byKey = jobsOf(look.answers, 'googleJobs').filter(job => signsInByKey(config, job))
    if (byKey.length > 0) return { is: 'present', state: [], notes: byKey.map(stillUsed) }
    return {
      is: 'differs',
      state: keys,
      how: [first, ...more],
      offer: `delete it from ${shown(accountOf(look.answers))}`,
    }
  },

  actions: (answers, seen, stays) => {
    const keys = seen?.is === 'differs' ? seen.state : []
    return keys
      .filter(({ id }) => !stays?.has(id))
      .map((key): Action => ({ ...removeKey(answers, key.id), key: key.id }))
  },

  // A key that is deleted is gone.
  undo: () => [],
})

const stillUsed = (job: string) =>
  `The job ${job} still signs in with a key, so no key is deleted. To change its login: --replace circleci.config-repairs`

const differenceOf = ({ id, madeAt, disabled }: Key): Difference => ({
  what: shown(t`the key ${id}`),
  expected: 'none: CI signs in without one',
  found: `made ${madeAt.toISOString().slice(0, 10)}${disabled === undefined ? '' : ', switched off'}`,
  action: id,
})
