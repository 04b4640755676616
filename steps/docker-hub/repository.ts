import type { Known } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { DOCKER_HUB, type HubRepository, readPages, readRepository } from '../../src/clouds/docker-hub.ts'
import { at, textAt } from '../../src/clouds/json.ts'
import { neededIn } from '../../src/clouds/needed.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep, type Look, type Owned } from '../../src/engine/step.ts'
import { path, type Str, t } from '../../src/engine/text.ts'
import { HUB_JOBS, pushesToHub } from '../push-job.ts'
import { legacyPath, partsOf, repositoryPath } from './names.ts'
import { whyNoWay } from './ways.ts'

const USES = ['dockerHubRoute', 'dockerHubRepository', 'dockerHubVisibility'] as const
type Used = (typeof USES)[number]

export const repository = defineStep({
  id: 'docker-hub.repository',
  title: 'Create the repository on Docker Hub',
  why: 'CI pushes the image there. It is made beforehand: who may only write to it cannot create it, and a token for one repository needs the repository first.',
  section: 'Setup',
  document: 'Created repo on Docker Hub through web UI: `pennocktech/dummyapp`',
  today:
    'The same by a request. It is looked for first: one that is there is yours, and then it is offered for use, or somebody else’s. The plan that the chosen way needs, and the private repositories that the plan covers, are told before anything is made.',
  uses: [...USES, ...HUB_JOBS],
  needs: ['docker-hub'],
  when: pushesToHub,

  async look(look) {
    const { dockerHubRepository, dockerHubVisibility } = look.answers
    const reply = await look.read('docker-hub', repositoryPath(dockerHubRepository))
    if (reply.status === 404) {
      const cause = (await whyNoWay(look)) ?? (await whyNotPrivate(look))
      return cause ? { is: 'unknown', cause } : { is: 'missing' }
    }
    const there = readRepository(reply)
    if (there === undefined) return { is: 'unknown', cause: DOCKER_HUB.means(reply) }
    if (!there.may.admin) return { is: 'unknown', cause: { asked: reply.asked, ...anothers(look) } }
    const seen = { state: there, owned: await ownedBy(there, look) }
    const found = there.isPrivate ? 'private' : 'public'
    if (found === dockerHubVisibility) return { is: 'present', ...seen }
    return { is: 'differs', ...seen, how: [{ what: 'its visibility', expected: dockerHubVisibility, found }] }
  },

  actions: (answers, seen) => [seen?.is === 'differs' ? changeVisibility(answers) : create(answers)],

  undo: ({ dockerHubRepository }) => [
    {
      kind: 'request',
      key: 'delete',
      does: t`delete the repository ${dockerHubRepository} with every image in it`,
      host: 'docker-hub',
      method: 'DELETE',
      path: t`${legacyPath(dockerHubRepository)}/`,
      again: 'look-first',
    },
  ],

  means: refused,
})

type Names = Readonly<Record<Used, Str>>

function create({ dockerHubRepository, dockerHubVisibility }: Names): Action {
  const { namespace, name } = partsOf(dockerHubRepository)
  return {
    kind: 'request',
    key: 'create',
    does: t`create the ${dockerHubVisibility} repository ${dockerHubRepository}`,
    host: 'docker-hub',
    method: 'POST',
    path: path`/v2/namespaces/${namespace}/repositories`,
    body: { namespace, name, registry: 'docker.io', is_private: dockerHubVisibility === 'private' },
    // A second one of that name cannot come about, but a clash would then be said of our own.
    again: 'look-first',
  }
}

const changeVisibility = ({ dockerHubRepository, dockerHubVisibility }: Names): Action => ({
  kind: 'request',
  key: 'visibility',
  does: t`make the repository ${dockerHubRepository} ${dockerHubVisibility}`,
  host: 'docker-hub',
  method: 'POST',
  path: t`${legacyPath(dockerHubRepository)}/privacy`,
  body: { is_private: dockerHubVisibility === 'private' },
  again: 'safe',
})

async function ownedBy({ since, collaborators }: HubRepository, look: Look<Used>): Promise<Owned> {
  const { dockerHubRepository } = look.answers
  const { namespace } = partsOf(dockerHubRepository)
  const isOwn = namespace === look.account('docker-hub').name
  return {
    // A name can be given again once it was deleted.
    id: [dockerHubRepository, ...(since === undefined ? [] : [since])].join(' '),
    what: `repository ${dockerHubRepository}`,
    owner: isOwn ? namespace : `organization ${namespace}`,
    ...(since !== undefined && { since: new Date(since) }),
    alsoAccess: isOwn ? collaboratorsOf(collaborators) : await teamsOn(look),
  }
}

const collaboratorsOf = (count: number): readonly string[] =>
  count === 0 ? [] : [count === 1 ? '1 collaborator' : `${count} collaborators`]

/** Owners and editors of an organization reach every repository; its teams what they were given. */
async function teamsOn({ answers, read }: Look<Used>): Promise<readonly string[]> {
  const list = t`${legacyPath(answers.dockerHubRepository)}/groups`
  const { reply, items } = await readPages(page => read('docker-hub', t`${list}?page_size=100&page=${String(page)}`))
  const need = neededIn(DOCKER_HUB.name, reply)
  const teams =
    reply.status >= 300
      ? ['perhaps teams (Docker Hub did not list them)']
      : items.map(item => `team ${need.text(item, 'group_name')} (${need.text(item, 'permission')})`)
  return ['owners and editors of the organization', ...teams]
}

/**
 * Why there can be no private repository more, where the plan tells. The look-up is not documented and may vanish
 * (facts/docker-hub.md 9): then the refusal of the request tells it.
 */
async function whyNotPrivate(look: Look<Used>): Promise<Cause | undefined> {
  const { dockerHubRepository, dockerHubVisibility } = look.answers
  if (dockerHubVisibility !== 'private') return undefined
  const { namespace } = partsOf(dockerHubRepository)
  const account = look.account('docker-hub')
  const id =
    namespace === account.name
      ? account.id
      : textAt((await look.read('docker-hub', path`/v2/orgs/${namespace}`)).body, 'id')
  const plan = await look.read('docker-hub', path`/api/billing/v4/accounts/${id ?? ''}/hub-plan`)
  const most = at(plan.body, 'private_repos')
  if (plan.status >= 300 || typeof most !== 'number') return undefined
  const list = path`/v2/namespaces/${namespace}/repositories`
  const { items } = await readPages(page => look.read('docker-hub', t`${list}?page_size=100&page=${String(page)}`))
  const taken = items.filter(item => at(item, 'is_private') === true).length
  return taken < most
    ? undefined
    : noPrivateLeft(
        `The plan ${textAt(plan.body, 'name')} of ${namespace} covers ${most} private repositories, and ${taken} are there.`,
      )
}

const noPrivateLeft = (means: string): Cause => ({
  code: 'private-limit',
  means,
  next: 'Make it public (--set dockerHubVisibility=public), delete a private one, or enlarge the plan; then run again.',
})

function anothers(look: Look<Used>): Cause {
  const { dockerHubRepository } = look.answers
  const { namespace } = partsOf(dockerHubRepository)
  const { name } = look.account('docker-hub')
  return {
    code: 'another-owner',
    means: `The repository ${dockerHubRepository} belongs to ${namespace}, and ${name} does not administer it.`,
    next: `Sign in as an owner or editor of ${namespace} with the password, or choose another: --set dockerHubRepository=NAMESPACE/NAME. Then run again.`,
  }
}

function refused({ status, body }: VendorReply, { dockerHubRepository }: Pick<Known, Used>): Cause | undefined {
  const words = [textAt(body, 'detail'), textAt(body, 'message'), textAt(body, 'text')].join(' ')
  const { namespace } = partsOf(dockerHubRepository)
  if (status === 403 && /private repositor/i.test(words)) {
    return noPrivateLeft(`The plan of ${namespace} covers no private repository more.`)
  }
  if (status === 403 && !/organization access token/i.test(words)) {
    return {
      code: 'may-not-create',
      means: `The signed-in account may not make repositories in ${namespace}: its owners and editors may.`,
      next: `Sign in as an owner or editor of ${namespace}, or choose another: --set dockerHubRepository=NAMESPACE/NAME. Then run again.`,
    }
  }
  // It was looked for first, and was not to be seen.
  if ((status === 400 || status === 409) && /already exists/i.test(words)) {
    return {
      code: 'taken',
      means: `There is a repository ${dockerHubRepository}, and Docker Hub does not show it to the signed-in account.`,
      next: `Sign in as an owner of ${namespace}, or choose another: --set dockerHubRepository=NAMESPACE/NAME. Then run again.`,
    }
  }
  return undefined
}
