import { rightsIn } from '../../src/clouds/google-rights.ts'
import { defineStep, type PolicyAction, type Seen } from '../../src/engine/step.ts'
import { fill, type Str, t } from '../../src/engine/text.ts'
import { isKeyless, pushesToGoogle } from '../push-job.ts'
import { policyOf } from './access.ts'
import { principalOf } from './identity.ts'
import { accountOf, accountPath } from './names.ts'

const ID = 'google.act-as'
const USES = [
  'circleJobs',
  'googleJobs',
  'circleProject',
  'googleProject',
  'googleServiceAccountId',
  'googleRoute',
] as const
type Names = { readonly [K in Exclude<(typeof USES)[number], 'googleJobs'>]: Str }

/** Speaks as the account, and does nothing else to it. */
const USER = { role: 'roles/iam.workloadIdentityUser' } as const

/** How long a change takes at most, as a rule (facts/google.md 1, propagation); a job that comes sooner may be refused. */
const AT_MOST_MS = 420_000

export const actAs = defineStep({
  id: ID,
  title: 'Let this CircleCI project speak as the account',
  why: 'Whoever the provider lets in has no right yet. The one identity, this CircleCI project, may speak as the account that pushes; nobody else may.',
  section: 'Google Container Registry',
  document: '(instead of “Enable `Furnish a new private key`”)',
  today:
    'roles/iam.workloadIdentityUser on the account, for the project’s own principal. A grant takes 2 to 7 minutes to count everywhere: that is waited out before the new login is published, so that no job of CI is refused.',
  uses: USES,
  after: ['google.service-account', 'google.provider'],
  needs: ['google'],
  when: answers => pushesToGoogle(answers) && isKeyless(answers),

  async look(look): Promise<Seen<undefined>> {
    const reply = await policyOf(look, 'account', accountPath(look.answers))
    if (reply.status === 403 || reply.status === 404) return { is: 'missing' }
    const principal = fill(principalOf(look.answers), ({ hole }) => look.fact(hole) ?? `<${hole}>`)
    const { own } = rightsIn(reply, principal)
    const isGranted = own.some(({ role, condition }) => role === USER.role && condition === undefined)
    if (!isGranted || own.length > 1) return { is: 'missing' }
    const since = look.fact(`${ID}:changed`)
    if (since !== undefined && !look.hasPassed(AT_MOST_MS, new Date(since), 'google-iam')) {
      return {
        is: 'pending',
        on: 'vendor',
        detail: 'until Google lets CI speak as the account everywhere, which takes up to 7 minutes',
      }
    }
    return { is: 'present', state: undefined }
  },

  actions: (answers, seen) => (seen?.is === 'pending' ? [] : [letIn(answers)]),

  undo: answers => [
    {
      ...letIn(answers),
      key: 'shut-out',
      does: t`let ${answers.circleProject} no longer speak as ${accountOf(answers)}`,
      roles: [],
      byHand: [bindingCommand('remove', answers, '--all')],
    },
  ],
})

const letIn = (names: Names): PolicyAction => ({
  kind: 'policy',
  key: 'let-in',
  does: t`let ${names.circleProject} speak as ${accountOf(names)} (${USER.role})`,
  host: 'google-iam',
  path: accountPath(names),
  reads: 'account',
  member: principalOf(names),
  roles: [USER],
  only: true,
  byHand: [bindingCommand('add', names, '--condition=None')],
})

const bindingCommand = (verb: 'add' | 'remove', names: Names, which: string) => ({
  argv: [
    ...['gcloud', 'iam', 'service-accounts', `${verb}-iam-policy-binding`, accountOf(names)],
    ...[t`--project=${names.googleProject}`, `--role=${USER.role}`, t`--member=${principalOf(names)}`, which],
  ],
})
