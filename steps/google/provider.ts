import type { Known } from '../../src/answers/schema.ts'
import { GOOGLE } from '../../src/clouds/google.ts'
import { type Provider, providerIn, providersIn } from '../../src/clouds/google-identities.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, type Difference, defineStep, type Seen, type Sh } from '../../src/engine/step.ts'
import { fill, hole, type Str, shown, t } from '../../src/engine/text.ts'
import { PROVIDER, poolOf } from '../google-identity.ts'
import { isKeyless, pushesToGoogle } from '../push-job.ts'
import { begunBy, endOf, isFresh, learnOperation } from './begun.ts'
import { celText } from './cel.ts'
import { poolPath } from './identity.ts'

const ID = 'google.provider'
const USES = [
  'githubProject',
  'circleJobs',
  'googleJobs',
  'circleProject',
  'googleProject',
  'googleRoute',
  'googleBranch',
] as const
type Used = (typeof USES)[number]
type Names = { readonly [K in Exclude<Used, 'googleBranch' | 'googleJobs'>]: Str } & { readonly googleBranch?: Str }

/** What is lacking. */
type State = 'all' | 'deleted' | 'values'

const ORGANIZATION = hole('circleci.project:organization')
const PROJECT = hole('circleci.project:id')

export const provider = defineStep({
  id: ID,
  title: 'Let Google take CircleCI’s word, for this one project',
  why: 'The provider says whose signature counts, and the condition says for whom: this CircleCI project, building this very repository. A token of another project, of a fork or of another organization is refused.',
  section: 'Google Container Registry',
  document: '(nothing: in 2018 there were only keys)',
  today:
    'The subject is CircleCI’s id of the project, since the whole one does not always fit Google’s 127 bytes. Where googleBranch is set, only builds of that branch are let in, and none that was run again with SSH. One that is there counts only if its issuer, audience, mapping and condition are these.',
  uses: USES,
  after: ['google.pool', 'circleci.project'],
  brings: ['circleci.project'],
  needs: ['google', 'circleci'],
  when: answers => pushesToGoogle(answers) && isKeyless(answers),

  async look(look): Promise<Seen<State>> {
    const { answers } = look
    const making = { step: ID, key: keyOf('create', answers), host: 'google-iam' } as const
    const begun = await begunBy(look, making)
    const reply = await look.read('google-iam', providerPath(answers))
    const there = providerIn(reply)
    if (there === undefined && (reply.status === 404 || reply.status === 403)) {
      if (begun?.is === 'under-way' || (begun === undefined && isFresh(look, making))) return waiting
      if (begun?.is === 'refused') {
        return { is: 'failed', state: 'all', cause: { ...GOOGLE.means(begun.reply), ...refused(begun.reply, answers) } }
      }
      return { is: 'missing', state: 'all' }
    }
    if (there === undefined) return { is: 'unknown', cause: GOOGLE.means(reply) }
    if (there.isDeleted) {
      const isComing = isFresh(look, { ...making, key: keyOf('undelete', answers) })
      return isComing ? waiting : { is: 'missing', state: 'deleted', partly: 'was deleted, and is brought back' }
    }
    const others = providersIn(await look.read('google-iam', providersPath(answers))).filter(
      ({ id }) => id !== PROVIDER,
    )
    const wanted = wantedOf(answers, name => look.fact(name) ?? `<${name}>`)
    const [first, ...more] = differences(there, wanted)
    if (first !== undefined) return { is: 'differs', state: 'values', how: [first, ...more] }
    const notes = others.map(
      ({ id, issuer }) =>
        `The pool ${shown(poolOf(answers))} has another provider, ${id} (${issuer}): whoever it lets in could take this project’s name. Delete it, unless you know why it is there.`,
    )
    return { is: 'present', state: 'all', learned: endOf(look, making), notes }
  },

  actions: (answers, seen) => {
    if (seen?.is === 'pending') return []
    const state = seen !== undefined && 'state' in seen ? seen.state : 'all'
    if (state === 'deleted') return [undelete(answers)]
    return [state === 'values' ? update(answers) : create(answers)]
  },

  undo: answers => [
    {
      kind: 'request',
      key: 'delete',
      does: t`delete the provider ${PROVIDER} (for 30 days it can be brought back)`,
      host: 'google-iam',
      method: 'DELETE',
      path: providerPath(answers),
      again: 'look-first',
      okStatus: [404],
      byHand: [gcloud('delete', answers, '--quiet')],
    },
  ],

  means: refused,
})

const waiting = { is: 'pending', on: 'vendor', detail: 'Google makes the provider; it usually takes seconds' } as const

const providersPath = (names: Pick<Names, 'circleProject' | 'googleProject'>): Str => t`${poolPath(names)}/providers`
const providerPath = (names: Pick<Names, 'circleProject' | 'googleProject'>): Str =>
  t`${providersPath(names)}/${PROVIDER}`

/** The intents are about one pool’s. */
const keyOf = (verb: string, names: Pick<Names, 'circleProject'>): string => `${verb}-${shown(poolOf(names))}`

/** facts/google.md 1.9, facts/circleci.md 9. */
const ISSUER = t`https://oidc.circleci.com/org/${ORGANIZATION}`
const MAPPING = { 'google.subject': "assertion['oidc.circleci.com/project-id']" } as const

const claim = (name: string): Str => t`assertion[${celText(`oidc.circleci.com/${name}`)}]`

/**
 * Forks may get tokens of the project, where they get its secrets: then the repository is theirs (facts/circleci.md 9). With
 * one branch alone let in, a build of it that somebody runs again to log in to by SSH is not: there they run what they like.
 */
const conditionOf = ({ githubProject, googleBranch }: Names): Str => {
  const isProject = t`${claim('project-id')} == ${celText(PROJECT)}`
  const isRepository = t`${claim('vcs-origin')} == ${celText(t`github.com/${githubProject}`)}`
  const both = t`${isProject} && ${isRepository}`
  if (googleBranch === undefined) return both
  const isBranch = t`${claim('vcs-ref')} == ${celText(t`refs/heads/${googleBranch}`)}`
  return t`${both} && ${isBranch} && ${claim('ssh-rerun')} == false`
}

const bodyOf = (names: Names) => ({
  oidc: { issuerUri: ISSUER, allowedAudiences: [ORGANIZATION] },
  attributeMapping: MAPPING,
  attributeCondition: conditionOf(names),
})

interface Wanted {
  readonly issuer: string
  readonly audience: string
  readonly condition: string
}

const wantedOf = (names: Names, value: (fact: string) => string): Wanted => ({
  issuer: fillIn(ISSUER, value),
  audience: value(ORGANIZATION.hole),
  condition: fillIn(conditionOf(names), value),
})

const fillIn = (text: Str, value: (fact: string) => string): string => fill(text, one => value(one.hole))

function differences(there: Provider, wanted: Wanted): readonly Difference[] {
  const shownMapping = (mapping: Readonly<Record<string, string>>) =>
    Object.entries(mapping)
      .map(([name, expression]) => `${name}=${expression}`)
      .toSorted()
      .join(', ')
  const all = [
    { what: 'the issuer', expected: wanted.issuer, found: there.issuer },
    { what: 'the audience', expected: wanted.audience, found: there.audiences.join(', ') },
    { what: 'the mapping', expected: shownMapping(MAPPING), found: shownMapping(there.mapping) },
    { what: 'the condition', expected: wanted.condition, found: there.condition },
    { what: 'the provider', expected: 'enabled', found: there.isDisabled ? 'disabled' : 'enabled' },
  ]
  return all.flatMap(one => (one.expected === one.found ? [] : [{ ...one, found: one.found || 'none' }]))
}

const gcloud = (verb: string, names: Names, ...more: readonly Str[]): Sh => ({
  argv: [
    ...['gcloud', 'iam', 'workload-identity-pools', 'providers', verb, PROVIDER],
    ...[
      t`--workload-identity-pool=${poolOf(names)}`,
      '--location=global',
      t`--project=${names.googleProject}`,
      ...more,
    ],
  ],
})

const valuesByHand = (names: Names): readonly Str[] => [
  t`--issuer-uri=${ISSUER}`,
  t`--allowed-audiences=${ORGANIZATION}`,
  `--attribute-mapping=${Object.entries(MAPPING)
    .map(([name, expression]) => `${name}=${expression}`)
    .join(',')}`,
  t`--attribute-condition=${conditionOf(names)}`,
]

const create = (names: Names): Action => ({
  kind: 'request',
  key: keyOf('create', names),
  does: t`make the provider ${PROVIDER}, which lets in jobs of ${names.circleProject} alone`,
  host: 'google-iam',
  method: 'POST',
  path: t`${providersPath(names)}?workloadIdentityPoolProviderId=${PROVIDER}`,
  body: { displayName: 'CircleCI', ...bodyOf(names) },
  learn: learnOperation(keyOf('create', names)),
  again: 'look-first',
  byHand: [gcloud('create-oidc', names, '--display-name=CircleCI', ...valuesByHand(names))],
  // Until it is made, it would not be found by itself.
  waits: [
    {
      host: 'google-iam',
      path: providersPath(names),
      until: `any(.workloadIdentityPoolProviders[]?; .name | endswith("/${PROVIDER}"))`,
    },
  ],
})

const undelete = (names: Names): Action => ({
  kind: 'request',
  key: keyOf('undelete', names),
  does: t`bring the provider ${PROVIDER} back, which was deleted`,
  host: 'google-iam',
  method: 'POST',
  path: t`${providerPath(names)}:undelete`,
  body: {},
  again: 'look-first',
  byHand: [gcloud('undelete', names)],
})

const update = (names: Names): Action => ({
  kind: 'request',
  key: keyOf('update', names),
  does: t`give the provider ${PROVIDER} this issuer, audience, mapping and condition`,
  host: 'google-iam',
  method: 'PATCH',
  path: t`${providerPath(names)}?updateMask=disabled,oidc.issuerUri,oidc.allowedAudiences,attributeMapping,attributeCondition`,
  body: { disabled: false, ...bodyOf(names) },
  again: 'safe',
  byHand: [gcloud('update-oidc', names, '--no-disabled', ...valuesByHand(names))],
})

/** facts/google.md 3: an organization may list the issuers that it allows. */
function refused({ status, body }: VendorReply, { googleProject }: Pick<Known, Used>) {
  if (status < 400 || !/workloadIdentityPoolProviders/.test(JSON.stringify(body))) return undefined
  return {
    code: 'issuer-forbidden',
    means: `The organization of ${googleProject} allows only certain issuers of identities (constraints/iam.workloadIdentityPoolProviders), and CircleCI is not among them.`,
    next: 'Ask its policy administrator (roles/orgpolicy.policyAdmin) to allow https://oidc.circleci.com, and run again. A way with a key: --set googleRoute=least-privilege',
  }
}
