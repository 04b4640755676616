import type { Known } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { GOOGLE, reasonOf } from '../../src/clouds/google.ts'
import { type Rights, rightsIn } from '../../src/clouds/google-rights.ts'
import { type Bucket, readBucket } from '../../src/clouds/google-storage.ts'
import { type Binding, isSame } from '../../src/clouds/policy.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { defineStep, type PolicyAction, type Seen, type Sh } from '../../src/engine/step.ts'
import { type Str, shown, t } from '../../src/engine/text.ts'
import { pushesToGoogle } from '../push-job.ts'
import { notInForce } from './as-account.ts'
import { bucketOf, bucketPath, readOfBucket, readOfPolicy, redirectionOf } from './bucket-policy.ts'
import { roleOf } from './grant.ts'
import { isOurAccount, memberOf } from './names.ts'

const ID = 'google.bucket'
/** What a push to the old registry took (facts/google.md 2); what it can do besides, the notes say. */
const ADMIN = { role: 'roles/storage.admin' } as const

const USES = [
  'googleProject',
  'googleServiceAccountId',
  'googleRoute',
  'registryHost',
  'circleJobs',
  'googleJobs',
] as const
type Given = Pick<Known, (typeof USES)[number]>

/** The roles of CI's account there that are not to stay. */
interface State {
  readonly others: readonly Binding[]
}

export const bucket = defineStep({
  id: ID,
  title: 'Let CI use the bucket of the old registry, and take every other right on it away',
  why: 'In a project that still has the bucket of Container Registry, the right to it is what the document gave CI. It is a wide one: who has it can delete the bucket with all images, and change its policy, so give it to themselves again.',
  section: 'Google Container Registry',
  document: '“manually grant, for this bucket, access to Storage Admin and remove any other permissions for this user”',
  today:
    'roles/storage.admin on the one bucket, by read-modify-write; what every bucket is born with stays. No push makes such a bucket any more, and Container Registry takes none since 2025-03-18. Where Artifact Registry serves the host, a right on a bucket counts for nothing: the route least-privilege gives the one that does.',
  uses: USES,
  after: ['google.service-account', 'google.services'],
  needs: ['google'],
  when: answers => pushesToGoogle(answers) && answers.googleRoute === 'bucket',

  async look(look): Promise<Seen<State>> {
    const { answers } = look
    const [reply, policy] = await Promise.all([readOfBucket(look), readOfPolicy(look)])
    const there = reply.status === 403 ? undefined : readBucket(reply)
    if (there === 'absent') return { is: 'unknown', cause: noBucket(answers) }
    const no = [reply, policy].find(({ status }) => status === 403)
    if (there === undefined || no) return { is: 'unknown', cause: seenBy(no ?? reply, answers) }
    const rights = rightsIn(policy, shown(memberOf(answers)))
    const others = rights.own.filter(binding => !isSame(binding, ADMIN))
    const found = others.map(roleOf).join(', ')
    if (others.length > 0 && !isOurAccount(look)) {
      const what = `what ${shown(memberOf(answers))} may do in the bucket ${there.name}`
      return {
        is: 'differs',
        state: { others },
        how: [{ what, expected: ADMIN.role, found }],
        offer: `leave it nothing there but ${ADMIN.role}`,
        typed: answers.googleServiceAccountId,
      }
    }
    if (others.length > 0) return { is: 'missing', state: { others }, partly: `has ${found} there` }
    if (rights.own.length === 0) return { is: 'missing', state: { others } }
    const write = { path: shown(bucketPath(answers)), permissions: ['storage.objects.create'] }
    const wait = await notInForce(look, look.fact(`${ID}:changed`), { host: 'google-storage', ...write })
    if (wait)
      return {
        is: 'pending',
        on: 'vendor',
        detail: 'until Google lets CI use the bucket, usually within 2 minutes',
        ...wait,
      }
    const notes = [...wide(there), pushes(answers, await redirectionOf(look)), ...openTo(there, rights)]
    return { is: 'present', state: { others }, notes }
  },

  actions: (answers, seen) => {
    if (seen?.is === 'pending') return []
    const { others } = (seen !== undefined && 'state' in seen ? seen.state : undefined) ?? { others: [] }
    return [grantOnBucket(answers, others)]
  },

  undo: answers => [
    {
      ...grantOnBucket(answers, []),
      key: 'take-away',
      does: t`take every role of ${answers.googleServiceAccountId} on the bucket ${bucketOf(answers)} away`,
      roles: [],
      byHand: [removeCommand(answers, ADMIN.role)],
    },
  ],

  means: refused,
})

interface Names {
  readonly googleProject: Str
  readonly googleServiceAccountId: Str
  readonly registryHost: Str
}

/** Gives the one role, and leaves no other. */
const grantOnBucket = (answers: Names, others: readonly Binding[]): PolicyAction => ({
  kind: 'policy',
  key: 'grant',
  does: t`let ${answers.googleServiceAccountId} use the bucket ${bucketOf(answers)} (${ADMIN.role}), with no other role there`,
  host: 'google-storage',
  path: bucketPath(answers),
  reads: 'bucket',
  member: memberOf(answers),
  roles: [ADMIN],
  only: true,
  byHand: [
    ...[...new Set(others.map(({ role }) => role))].map(role => removeCommand(answers, role)),
    { argv: [...bindingCommand('add', answers, ADMIN.role), '--condition=None'] },
  ],
})

/** With and without conditions; it says 1 where the binding is gone already (facts/google.md 1.7). */
const removeCommand = (answers: Names, role: string): Sh => ({
  argv: [...bindingCommand('remove', answers, role), '--all'],
  okExit: [0, 1],
})

const bindingCommand = (verb: 'add' | 'remove', answers: Names, role: string): readonly Str[] => [
  ...['gcloud', 'storage', 'buckets', `${verb}-iam-policy-binding`, t`gs://${bucketOf(answers)}`],
  ...[t`--member=${memberOf(answers)}`, `--role=${role}`],
]

const OTHER_ROUTE = '--set googleRoute=least-privilege'

const noBucket = (answers: Given): Cause => ({
  code: 'no-bucket',
  asked: shown(bucketPath(answers)),
  said: '404',
  means: `There is no bucket ${shown(bucketOf(answers))}. The route bucket is only for a project that still has it: no push makes one any more.`,
  next: `Take the route that gives CI a right on one repository (${OTHER_ROUTE}); or correct the project or the host of its images (--set googleProject=ID, --set registryHost=HOST). Then run again.`,
})

/** facts/google.md 2 and 8. */
const wide = ({ name }: Bucket): readonly string[] => [
  `${ADMIN.role} on ${name} lets CI delete every image, delete the bucket, and change its policy, so give itself any role there again.`,
]

const pushes = ({ registryHost }: Given, redirection: string | undefined): string =>
  redirection === undefined
    ? `Container Registry takes no writes since 2025-03-18: a push to ${registryHost} is refused, unless Google serves it from Artifact Registry, where a right on a bucket counts for nothing. For pushes: ${OTHER_ROUTE}`
    : `Google serves ${registryHost} of this project from Artifact Registry (${redirection}), where a right on a bucket counts for nothing: a push is refused. For pushes: ${OTHER_ROUTE}`

/** Who else gets in: by what every bucket is born with, by lists of single objects, and everybody (facts/google.md 8). */
const openTo = ({ isUniform, name }: Bucket, { legacy, everybodys }: Rights): readonly string[] => [
  ...(legacy.length > 0
    ? [
        `Left as the bucket was born: ${legacy.map(said).join('; ')}. An account with the role of owner, editor or viewer on the project gets in by these.`,
      ]
    : []),
  ...(isUniform
    ? []
    : [
        `Uniform bucket-level access is off for ${name}: lists of single objects (ACLs) can let others in, which no policy shows.`,
      ]),
  ...everybodys.map(binding => `The bucket is open: ${said(binding)}.`),
]

const said = (binding: Binding): string => `${binding.members.join(', ')} has ${roleOf(binding)}`

const seenBy = (reply: VendorReply, answers: Given): Cause => ({ ...GOOGLE.means(reply), ...refused(reply, answers) })

function refused(reply: VendorReply, answers: Given): Cause | undefined {
  const { status, asked } = reply
  if (status !== 403 || reasonOf(reply) !== undefined || !asked.includes('/storage/v1/b/')) return undefined
  return {
    code: 'may-not-grant',
    means: `The signed-in account may not see or change the policy of the bucket ${shown(bucketOf(answers))}.`,
    next: `Ask an owner of ${answers.googleProject}, or somebody with ${ADMIN.role} on the bucket, to do this step; or have them give you that role there. Then run again.`,
  }
}
