import { type Binding, isSame } from '../../src/clouds/policy.ts'
import { defineStep, type PolicyAction, type Seen } from '../../src/engine/step.ts'
import { type Str, shown, t } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import { pushesToGoogle } from '../push-job.ts'
import { countedTo, isOurAccount, locationOf, memberOf, repositoryPath } from './names.ts'
import { lookAtRepository, rightsOnRepository } from './registry.ts'

/** Uploads, and never deletes (facts/google.md 2). */
export const WRITER = { role: 'roles/artifactregistry.writer' } as const

const USES = [
  'googleProject',
  'googleServiceAccountId',
  'googleRoute',
  'registryHost',
  'circleJobs',
  'googleJobs',
] as const

export const grant = defineStep({
  id: 'google.grant',
  title: 'Let CI push to this one repository, and take every other right on it away',
  why: 'With a right on the one repository, CI needs none on the project. It is given as soon as the repository is there, so that there is no moment in which CI is locked out.',
  section: 'Google Container Registry',
  document: '“manually grant, for this bucket, access to Storage Admin and remove any other permissions for this user”',
  today:
    'roles/artifactregistry.writer on the repository, which cannot delete: what the document wished for and could not have. Given as soon as the first push has made the repository, even where other jobs of that run are red.',
  uses: USES,
  after: ['google.service-account', 'google.temporary-role', 'google.repository'],
  beside: ['circleci.first-run'],
  needs: ['google'],
  when: answers => pushesToGoogle(answers) && answers.googleRoute !== 'bucket',

  async look(look): Promise<Seen<undefined>> {
    const { answers } = look
    if (look.record('google.repository') !== undefined) ahead(rightsOnRepository(look))
    const there = await lookAtRepository(look)
    if (typeof there === 'string') {
      const detail = `for the repository ${answers.registryHost}, which the first push makes`
      return { is: 'missing', awaits: { on: 'ci', detail } }
    }
    const member = shown(memberOf(answers))
    const { own } = await rightsOnRepository(look)
    const others = own.filter(binding => !isSame(binding, WRITER))
    if (others.length === 0 && own.length > 0) return { is: 'present', state: undefined }
    if (others.length === 0) return { is: 'missing' }
    const found = others.map(roleOf).join(', ')
    if (isOurAccount(look)) return { is: 'missing', partly: `has ${found} there` }
    return {
      is: 'differs',
      state: undefined,
      how: [{ what: `what ${member} may do in ${answers.registryHost}`, expected: WRITER.role, found }],
      offer: `leave it nothing there but ${WRITER.role}`,
      typed: answers.googleServiceAccountId,
    }
  },

  actions: answers => [grantWriter(answers)],

  undo: answers => [
    {
      ...grantWriter(answers),
      key: 'take-away',
      does: t`take every role of ${answers.googleServiceAccountId} in ${answers.registryHost} away`,
      roles: [],
      byHand: [bindingCommand('remove', answers, WRITER.role, '--all')],
    },
  ],
})

interface Names {
  readonly googleProject: Str
  readonly googleServiceAccountId: Str
  readonly registryHost: Str
}

/** Gives the one right, and leaves no other. */
export const grantWriter = (answers: Names): PolicyAction => ({
  kind: 'policy',
  key: 'grant',
  does: t`let ${answers.googleServiceAccountId} push to ${answers.registryHost} (${WRITER.role}), and nothing else there`,
  host: 'google-registry',
  path: repositoryPath(answers),
  reads: 'repository',
  headers: countedTo(answers),
  member: memberOf(answers),
  roles: [WRITER],
  only: true,
  byHand: [bindingCommand('add', answers, WRITER.role, '--condition=None')],
})

const bindingCommand = (verb: 'add' | 'remove', answers: Names, role: string, which: string) => ({
  argv: [
    ...['gcloud', 'artifacts', 'repositories', `${verb}-iam-policy-binding`, answers.registryHost],
    ...[`--location=${locationOf(answers.registryHost)}`, t`--project=${answers.googleProject}`],
    ...[t`--member=${memberOf(answers)}`, `--role=${role}`, which],
  ],
})

/** A role as people read it, with its condition. */
export const roleOf = ({ role, condition }: Binding): string =>
  condition ? `${role} (on the condition “${condition.title}”)` : role
