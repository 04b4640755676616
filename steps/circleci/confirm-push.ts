import type { Cause } from '../../src/clouds/cause.ts'
import { type Action, defineStep, type Seen } from '../../src/engine/step.ts'
import { hole, t } from '../../src/engine/text.ts'
import { IS_OVER } from '../ci-runs.ts'
import { CONFIRM, FIRST_PUSH, lastPush, RERUN } from '../last-push.ts'
import { neverPushes, pushesToGoogle, STRIPPED } from '../push-job.ts'
import { WORKFLOW } from './first-run.ts'

/** What proves it: a run of the job alone, or the first run itself, where nothing was taken away after it. */
type State = 'rerun' | 'first-run'

export const confirmPush = defineStep({
  id: CONFIRM,
  title: 'Run the push job again, and see that CI can still push',
  why: 'That nothing too much is left was proven before; that enough is left, only a push proves that began after the roles were taken away.',
  section: 'Google Container Registry',
  document: '“Then re-run the Circle CI push job and confirm can still push.”',
  today:
    'Only the push job is run again, with what the build left for it. If it fails, its last lines are told, and the next run offers to give the account back what it had.',
  uses: ['circleProject', 'firstRunBranch', 'circleJobs', 'googleJobs', 'googleRoute'],
  after: ['google.prove', 'circleci.first-run'],
  needs: ['circleci'],
  when: pushesToGoogle,

  async look(look): Promise<Seen<State>> {
    const never = neverPushes(look)
    if (never !== undefined) return { is: 'unknown', cause: never }
    const since = look.fact(STRIPPED)
    // What the first run pushes, it pushes with the temporary role, which is still to be taken away.
    if (since === undefined && look.answers.googleRoute === 'documented' && look.record('google.strip') === undefined) {
      return { is: 'missing', state: 'rerun' }
    }
    const push = await lastPush(look, since)
    switch (push.is) {
      case 'running':
        return { is: 'pending', on: 'ci', detail: push.detail }
      case 'succeeded': {
        const how = since === undefined ? 'with no right on the project' : 'after its roles were taken away'
        const learned = { [`${CONFIRM}:workflow`]: push.workflow }
        return { is: 'present', state: 'first-run', learned, notes: [`CI pushed ${how}: ${push.page}`] }
      }
      case 'failed':
        return { is: 'failed', cause: withWayBack(push.cause, since), state: 'rerun' }
      case 'none':
        return { is: 'missing', state: since === undefined ? 'first-run' : 'rerun' }
    }
  },

  actions: (_, seen) => {
    const isUnderWay = seen?.is === 'pending'
    return isUnderWay || (seen !== undefined && 'state' in seen && seen.state === 'first-run') ? [] : [rerun]
  },

  // A push is a push; the image stays.
  undo: () => [],
})

/** Not what it requires: what the build left is taken again (facts/circleci.md 8). */
const rerun: Action = {
  kind: 'request',
  key: RERUN,
  does: 'run the job that pushes to Google once more, and nothing else',
  host: 'circleci',
  method: 'POST',
  path: t`/api/v2/workflow/${hole(WORKFLOW)}/rerun`,
  body: { jobs: [hole(FIRST_PUSH)], sparse_tree: true },
  learn: { workflow: ['workflow_id'] },
  again: 'look-first',
  waits: [
    {
      host: 'circleci',
      path: t`/api/v2/workflow/${hole(`${CONFIRM}:workflow`)}`,
      until: IS_OVER,
      into: { [`${CONFIRM}:done`]: 'select(.status == "success") | .id' },
    },
  ],
}

const withWayBack = (cause: Cause, since: string | undefined): Cause =>
  since === undefined
    ? cause
    : {
        ...cause,
        next: `${cause.next} If it is a right that is missing: dummyapp-setup --replace google.strip gives the account back what it had on the project.`,
      }
