import { GOOGLE } from '../../src/clouds/google.ts'
import { isSame } from '../../src/clouds/policy.ts'
import { type Action, defineStep, type Look, type Seen } from '../../src/engine/step.ts'
import { path, type Str, shown, t } from '../../src/engine/text.ts'
import { isKeyless, pushesToGoogle } from '../push-job.ts'
import { notInForce } from './as-account.ts'
import { begunBy, endOf, isFresh, learnOperation } from './begun.ts'
import { grantWriter, WRITER } from './grant.ts'
import { countedTo, locationOf, repositoryPath } from './names.ts'
import { lookAtRepository, notServedYet, rightsOnRepository } from './registry.ts'

const ID = 'google.repository'
/** The making of it, which takes a while. */
const MAKING = { step: ID, key: 'create', host: 'google-registry' } as const
const USES = [
  'googleProject',
  'googleServiceAccountId',
  'googleRoute',
  'registryHost',
  'circleJobs',
  'googleJobs',
] as const
type Questions = Look<(typeof USES)[number]>

/** What is lacking. */
type State = readonly ('repository' | 'grant')[]
const ALL: State = ['repository', 'grant']

export const repository = defineStep({
  id: ID,
  title: 'Make the repository before any push, and let CI push to it',
  why: 'A repository that is there already is never made by a push, so CI’s account needs no right on the whole project, not even for a day.',
  section: 'Google Container Registry',
  document: '“After doing a run and having the Bucket be created, we can strip away permissions”',
  today:
    'Images at us.gcr.io lie in a repository of Artifact Registry of that name, which can be made beforehand. Writer on it lets CI push and not delete: what the document wished for.',
  uses: USES,
  after: ['google.service-account', 'google.services'],
  needs: ['google'],
  when: answers => pushesToGoogle(answers) && (answers.googleRoute === 'least-privilege' || isKeyless(answers)),

  async look(look): Promise<Seen<State>> {
    const { answers } = look
    const there = await lookAtRepository(look)
    if (typeof there === 'string') return (await underWay(look)) ?? { is: 'missing', state: ALL }
    if (there.format !== 'DOCKER') return { is: 'unknown', cause: notForDocker(there.name, there.format) }
    // CI's own push made it on the documented way, which gave CI its right there.
    const record = look.record(ID)
    const isOurs = record !== 'made' && record !== 'adopted' && look.record('google.grant') === 'made'
    const owned = isOurs
      ? undefined
      : {
          id: `${there.name} ${there.createdAt.toISOString()}`,
          what: `the repository ${answers.registryHost}`,
          owner: answers.googleProject,
          since: there.createdAt,
          alsoAccess: [],
        }
    const { own } = await rightsOnRepository(look)
    const isGranted = own.some(binding => isSame(binding, WRITER))
    if (!isGranted)
      return { is: 'missing', state: ['grant'], partly: 'is there, and CI may not push to it', ...(owned && { owned }) }
    const place = shown(repositoryPath(answers))
    const upload = { path: place, permissions: ['artifactregistry.repositories.uploadArtifacts'] }
    const wait = await notInForce(look, look.fact(`${ID}:changed`), { host: 'google-registry', ...upload })
    if (wait)
      return {
        is: 'pending',
        on: 'vendor',
        detail: 'until Google lets CI push to it, usually within 2 minutes',
        ...wait,
      }
    return { is: 'present', state: [], ...(owned && { owned }), learned: endOf(look, MAKING) }
  },

  actions: (answers, seen) => {
    if (seen?.is === 'pending') return []
    const state = seen !== undefined && 'state' in seen && seen.state ? seen.state : ALL
    return [
      ...(state.includes('repository') ? [create(answers)] : []),
      ...(state.includes('grant') ? [grantWriter(answers)] : []),
    ]
  },

  undo: answers => [
    {
      kind: 'request',
      key: 'delete',
      does: t`delete the repository ${answers.registryHost} with all images in it`,
      host: 'google-registry',
      method: 'DELETE',
      path: repositoryPath(answers),
      headers: countedTo(answers),
      again: 'safe',
      okStatus: [404],
      byHand: [
        {
          argv: [
            ...['gcloud', 'artifacts', 'repositories', 'delete', answers.registryHost],
            ...[`--location=${locationOf(answers.registryHost)}`, t`--project=${answers.googleProject}`, '--quiet'],
          ],
        },
      ],
    },
  ],
})

const create = (answers: { readonly googleProject: Str; readonly registryHost: Str }): Action => {
  const { googleProject, registryHost } = answers
  const location = locationOf(registryHost)
  return {
    kind: 'request',
    key: 'create',
    does: t`make the repository ${registryHost} for docker images, in the location ${location}`,
    host: 'google-registry',
    method: 'POST',
    path: t`${path`/v1/projects/${googleProject}/locations/${location}/repositories`}?repositoryId=${registryHost}`,
    headers: countedTo(answers),
    body: { format: 'DOCKER' },
    learn: learnOperation('create'),
    again: 'look-first',
    // Made by a request of ours whose answer was lost, and not to be seen yet.
    okStatus: [409],
    byHand: [
      {
        argv: [
          ...['gcloud', 'artifacts', 'repositories', 'create', registryHost, `--location=${location}`],
          ...['--repository-format=docker', t`--project=${googleProject}`],
        ],
      },
    ],
  }
}

/** What became of the operation that makes it, where one was begun. */
async function underWay(look: Questions): Promise<Seen<State> | undefined> {
  const begun = { ...MAKING, headers: countedTo(look.answers) }
  const operation = await begunBy(look, begun)
  if (operation?.is === 'under-way' || (operation === undefined && isFresh(look, begun))) {
    return { is: 'pending', on: 'vendor', detail: 'Google makes the repository' }
  }
  if (operation?.is === 'refused') return { is: 'failed', cause: GOOGLE.means(operation.reply), state: ALL }
  return notServedYet(look)
}

const notForDocker = (name: string, format: string) => ({
  code: 'not-docker',
  asked: name,
  said: `format ${format}`,
  means: 'The repository of that name is not for docker images, so nothing can be pushed to it.',
  next: 'Take another host of images (--set registryHost=eu.gcr.io), or delete that repository; then run again.',
})
