import type { Cause } from '../../src/clouds/cause.ts'
import { DOCKER_HUB, readPages } from '../../src/clouds/docker-hub.ts'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import { neededIn } from '../../src/clouds/needed.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep, type Look, type Owned, type Seen } from '../../src/engine/step.ts'
import { numberHole, path, type Str, t } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import { HUB_JOBS, pushesToHub } from '../push-job.ts'
import { legacyPath, partsOf } from './names.ts'
import { whyNoWay } from './ways.ts'

const ID = 'docker-hub.team'
const USES = ['dockerHubRoute', 'dockerHubRepository', 'dockerHubTeam', 'dockerHubBot'] as const
type Used = (typeof USES)[number]
type Names = Readonly<Record<'dockerHubRepository', Str>> & { readonly dockerHubTeam?: Str }

/** What the team that is there has to do with the repository. */
interface Team {
  /** The number: rights are given by it, not by the uuid (facts/docker-hub.md 7). */
  readonly id: number
  readonly right: string | undefined
}

/** It comes back when the answer to its making was lost: a hint, with the intent. */
const DESCRIPTION = 'CI pushes as its members (dummyapp-setup)'

export const team = defineStep({
  id: ID,
  title: 'Make the team that may write to the repository',
  why: 'The bot gets its right by a team, and the team has this repository alone; who leaves the team has nothing.',
  section: 'Authentication',
  document:
    'click `Organizations`, your organization, `Teams`, create `dummyapppushers`; in the repository’s `Collaborators` add it with Write access',
  today:
    'The same by two requests. Teams need a Team or Business plan, which is looked for before anything is made. A team of that name may be there: who is in it is told, and it is used with consent alone.',
  uses: [...USES, ...HUB_JOBS],
  after: ['docker-hub.repository'],
  needs: ['docker-hub'],
  when: answers => isWay(answers.dockerHubRoute) && pushesToHub(answers),

  async look(look) {
    const { dockerHubTeam = '' } = look.answers
    const groups = `${organizationOf(look)}/groups`
    const readTeams = () =>
      readPages(page =>
        look.read('docker-hub', `${groups}?page_size=100&page=${page}&search=${encodeURIComponent(dockerHubTeam)}`),
      )
    ahead(readTeams())
    const known = look.fact(`${ID}:id`)
    if (known !== undefined) ahead(rightOf(Number(known), look), readMembers(look))
    const cause = await whyNoWay(look)
    if (cause !== undefined) return { is: 'unknown', cause }
    const { reply, items } = await readTeams()
    if (reply.status >= 300) return { is: 'unknown', cause: DOCKER_HUB.means(reply) }
    // The search also finds what merely has the name in it.
    const found = items.find(item => textAt(item, 'name') === dockerHubTeam)
    if (found === undefined) return { is: 'missing' }
    const id = neededIn(DOCKER_HUB.name, reply).number(found, 'id')
    const right = await rightOf(id, look)
    if (typeof right === 'object') return { is: 'unknown', cause: right }
    return asSeen({ id, right }, await ownedBy(found, look), look)
  },

  actions: (answers, seen) => {
    const there = seen !== undefined && 'state' in seen ? seen.state : undefined
    if (there === undefined) return [create(answers), grant(answers, numberHole(`${ID}:id`))]
    return [there.right === undefined ? grant(answers, there.id) : change(answers, there.id)]
  },

  undo: answers => [
    {
      kind: 'request',
      key: 'delete',
      does: t`delete the team ${answers.dockerHubTeam ?? ''} with its right`,
      host: 'docker-hub',
      method: 'DELETE',
      path: t`${groupsPath(answers)}/${path`${answers.dockerHubTeam ?? ''}`}`,
      again: 'safe',
      okStatus: [404],
    },
  ],

  means: refused,
})

/**
 * What a team may do with the repository; undefined for nothing. The list of its teams is in no published description;
 * where it is not to be had, the one team is asked about, as Docker's own Terraform provider does.
 */
async function rightOf(id: number, look: Look<Used>): Promise<string | undefined | Cause> {
  const teams = t`${legacyPath(look.answers.dockerHubRepository)}/groups`
  const { reply, items } = await readPages(page =>
    look.read('docker-hub', t`${teams}?page_size=100&page=${String(page)}`),
  )
  if (reply.status < 300) {
    const need = neededIn(DOCKER_HUB.name, reply)
    const given = items.find(item => need.number(item, 'group_id') === id)
    return given === undefined ? undefined : need.text(given, 'permission')
  }
  const one = await look.read('docker-hub', t`${teams}/${String(id)}/`)
  if (one.status < 300) return neededIn(DOCKER_HUB.name, one).text(one.body, 'permission')
  return one.status === 404 && reply.status === 404 ? undefined : DOCKER_HUB.means(reply)
}

/** On the other ways there is no team; what is not known yet is the document's way. */
export const isWay = (route: Str | undefined): boolean => typeof route !== 'string' || route === 'bot-team'

const organizationOf = ({ answers }: Look<Used>) =>
  `/v2/orgs/${encodeURIComponent(partsOf(answers.dockerHubRepository).namespace)}`

const groupsPath = ({ dockerHubRepository }: Names) => path`/v2/orgs/${partsOf(dockerHubRepository).namespace}/groups`

const create = (names: Names): Action => ({
  kind: 'request',
  key: 'create',
  does: t`create the team ${names.dockerHubTeam ?? ''}`,
  host: 'docker-hub',
  method: 'POST',
  path: groupsPath(names),
  body: { name: names.dockerHubTeam, description: DESCRIPTION },
  learn: { id: ['id'] },
  again: 'look-first',
})

const grant = ({ dockerHubRepository, dockerHubTeam }: Names, id: number | ReturnType<typeof numberHole>): Action => ({
  kind: 'request',
  key: 'grant',
  does: t`let the team ${dockerHubTeam ?? ''} write to ${dockerHubRepository}`,
  host: 'docker-hub',
  method: 'POST',
  path: t`${legacyPath(dockerHubRepository)}/groups`,
  body: { group_id: id, permission: 'write' },
  again: 'safe',
})

const change = ({ dockerHubRepository, dockerHubTeam }: Names, id: number): Action => ({
  kind: 'request',
  key: 'change',
  does: t`give the team ${dockerHubTeam ?? ''} the right to write to ${dockerHubRepository}, instead of what it has`,
  host: 'docker-hub',
  method: 'PATCH',
  path: t`${legacyPath(dockerHubRepository)}/groups/${String(id)}/`,
  body: { permission: 'write' },
  again: 'safe',
})

/** A wider right would let CI delete; a narrower one is somebody's decision too. */
function asSeen(state: Team, owned: Owned, { answers }: Look<Used>): Seen<Team> {
  const { right } = state
  const there = { state, owned, learned: { [`${ID}:id`]: String(state.id) } }
  if (right === 'write') return { is: 'present', ...there }
  if (right === undefined) {
    return { is: 'missing', ...there, partly: 'the team is there; it has no right on the repository yet' }
  }
  const what = `the right of ${answers.dockerHubTeam} on ${answers.dockerHubRepository}`
  return { is: 'differs', ...there, how: [{ what, expected: 'write', found: right }] }
}

const readMembers = (look: Look<Used>) =>
  readPages(page =>
    look.read(
      'docker-hub',
      `${organizationOf(look)}/groups/${encodeURIComponent(look.answers.dockerHubTeam ?? '')}/members?page_size=100&page=${page}`,
    ),
  )

/** Docker Hub does not tell when a team was made: ours is the one that carries our words after our intent, or was learned. */
async function ownedBy(found: Json, look: Look<Used>): Promise<Owned> {
  const { dockerHubTeam = '', dockerHubBot } = look.answers
  const { reply, items } = await readMembers(look)
  const need = neededIn(DOCKER_HUB.name, reply)
  const others = items.map(item => need.text(item, 'username')).filter(name => name !== dockerHubBot)
  const id = String(at(found, 'id'))
  const begun = look.begunAt(`${ID}/create`)
  const isOurs = look.fact(`${ID}:id`) === id || textAt(found, 'description') === DESCRIPTION
  return {
    id: textAt(found, 'uuid') ?? id,
    what: `team ${dockerHubTeam}`,
    owner: `organization ${partsOf(look.answers.dockerHubRepository).namespace}`,
    ...(isOurs && begun !== undefined && { since: begun }),
    alsoAccess: reply.status < 300 ? others : ['perhaps others (Docker Hub did not list its members)'],
  }
}

function refused({ status, asked, body }: VendorReply, { dockerHubTeam }: { readonly dockerHubTeam?: string }) {
  const words = [textAt(body, 'detail'), textAt(body, 'message'), textAt(body, 'text')].join(' ')
  if ((status !== 400 && status !== 409) || !asked.includes('/groups') || !/already exists/i.test(words)) return
  return {
    code: 'taken',
    means: `A team ${dockerHubTeam} came about since it was looked for.`,
    next: 'Run again: it is looked at, and offered for use.',
  }
}
