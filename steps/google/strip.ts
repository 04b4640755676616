import { type Binding, savedBindings } from '../../src/clouds/policy.ts'
import { defineStep, type PolicyAction, type Seen } from '../../src/engine/step.ts'
import { shown, t } from '../../src/engine/text.ts'
import { lastPush } from '../last-push.ts'
import { pushesToGoogle, STRIPPED } from '../push-job.ts'
import { roleOf } from './grant.ts'
import { isOurAccount, memberOf, projectPath } from './names.ts'
import { lookAtRepository } from './registry.ts'
import { isTemporary, onProject, removeCommand, TEMPORARY, UNTIL } from './temporary-role.ts'

const STRIP = 'google.strip'
/** What it lost. */
export const REMOVED = `${STRIP}:removed`
/** It was given back, since CI could not push without. */
const GIVEN_BACK = `${STRIP}:given-back`

type State =
  | { readonly to: 'strip'; readonly roles: readonly string[] }
  | { readonly to: 'give-back'; readonly bindings: readonly Binding[] }

export const strip = defineStep({
  id: STRIP,
  title: 'Take every right of CI’s account on the project away',
  why: 'What CI keeps is the right to push to one repository. Whoever gets hold of its credential can reach nothing else in the project.',
  section: 'Google Container Registry',
  document: '“Under IAM, remove the permissions for the `circleci-dummyapp-image-builder` account”',
  today:
    'Every role of this account on the project, on whatever condition, read, changed and written with the etag; nobody else’s bindings change. What was taken away is kept in the progress, and offered back if CI cannot push without.',
  uses: [
    'googleProject',
    'googleServiceAccountId',
    'googleRoute',
    'registryHost',
    'circleJobs',
    'googleJobs',
    'circleProject',
    'firstRunBranch',
  ],
  after: ['google.grant', 'google.bucket'],
  needs: ['google'],
  when: pushesToGoogle,

  async look(look): Promise<Seen<State>> {
    const { answers } = look
    const isBucket = answers.googleRoute === 'bucket'
    const [has = [], there] = await Promise.all([onProject(look), isBucket ? undefined : lookAtRepository(look)])
    const account = shown(memberOf(answers))
    const what = `the roles of ${account} on ${answers.googleProject}`
    // Before the first push, the role is still to be given that is taken away then.
    const willHave = answers.googleRoute === 'documented' && typeof there === 'string'
    const roles = [...new Set([...has.map(({ role }) => role), ...(willHave ? [TEMPORARY] : [])])].toSorted()
    if (has.length > 0 && look.fact(GIVEN_BACK) === 'yes') {
      return {
        is: 'differs',
        state: { to: 'strip', roles },
        how: [{ what, expected: 'none', found: `${has.map(roleOf).join(', ')}, given back since CI could not push` }],
        offer: 'take them away again',
        keep: { id: `given back ${look.fact(STRIPPED)}` },
      }
    }
    if (has.some(binding => !isTemporary(binding)) && !isOurAccount(look)) {
      return {
        is: 'differs',
        state: { to: 'strip', roles },
        how: [{ what, expected: 'none', found: has.map(roleOf).join(', ') }],
        offer: 'take all of them away',
        typed: answers.googleServiceAccountId,
      }
    }
    if (roles.length > 0) {
      const partly = has.length === 0 ? {} : { partly: `has ${has.map(roleOf).join(', ')}` }
      return { is: 'missing', state: { to: 'strip', roles }, ...partly }
    }
    const lost = savedBindings(look.fact(REMOVED))
    const push = lost.length === 0 ? undefined : await lastPush(look, look.fact(STRIPPED))
    if (push?.is === 'failed') {
      return {
        is: 'differs',
        state: { to: 'give-back', bindings: lost },
        how: [{ what, expected: 'none, with which CI can push', found: 'none, and the push after that failed' }],
        offer: `give back ${lost.map(roleOf).join(', ')}`,
        keep: { id: `stripped ${look.fact(STRIPPED)}` },
      }
    }
    const settled = [UNTIL, GIVEN_BACK].filter(name => look.fact(name))
    const learned = Object.fromEntries(settled.map(name => [name, '']))
    return { is: 'present', state: { to: 'strip', roles }, learned }
  },

  actions: (answers, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    const onIt = { host: 'google', path: projectPath(answers), reads: 'project', member: memberOf(answers) } as const
    if (state?.to === 'give-back') {
      const back: PolicyAction = {
        kind: 'policy',
        ...onIt,
        key: 'give-back',
        does: t`give ${answers.googleServiceAccountId} back what it had on ${answers.googleProject}: ${state.bindings.map(roleOf).join(', ')}`,
        roles: state.bindings.map(({ role, condition }) => ({ role, ...(condition && { condition }) })),
        saves: { [GIVEN_BACK]: 'yes' },
        byHand: state.bindings.map(binding => addCommand(answers, binding)),
      }
      return [back]
    }
    const away: PolicyAction = {
      kind: 'policy',
      ...onIt,
      key: 'strip',
      does: t`take every role of ${answers.googleServiceAccountId} on ${answers.googleProject} away`,
      roles: [],
      only: true,
      byHand: (state?.roles ?? [TEMPORARY]).map(role => removeCommand(answers, role)),
    }
    return [away]
  },

  // What it took away, CI's account must not have: there is nothing to take back.
  undo: () => [],
})

/** Pairs as gcloud takes them, with a sign between them that none has (`gcloud topic escaping`). */
function asList(pairs: Readonly<Record<string, string>>): string {
  const all = Object.entries(pairs).map(([name, value]) => `${name}=${value}`)
  const sign = [',', ';', '|', '#', '@@', '::', '%%'].find(one => !all.some(pair => pair.includes(one))) ?? '~~~'
  return sign === ',' ? all.join(sign) : `^${sign}^${all.join(sign)}`
}

const addCommand = (answers: Parameters<typeof memberOf>[0], { role, condition }: Binding) => ({
  argv: [
    ...['gcloud', 'projects', 'add-iam-policy-binding', answers.googleProject],
    ...[t`--member=${memberOf(answers)}`, `--role=${role}`],
    condition
      ? `--condition=${asList({ title: condition.title, expression: condition.expression })}`
      : '--condition=None',
  ],
})
