import { DOCKER_HUB, grantedIn, readRepository } from '../../src/clouds/docker-hub.ts'
import { type Action, defineStep, type Look, type PersonAction, type Seen } from '../../src/engine/step.ts'
import { path, type Str, shown, t } from '../../src/engine/text.ts'
import { HUB_JOBS, pushesToHub } from '../push-job.ts'
import { BOT, noInvitation, type State, seenInOrganization, type Used } from './invitation.ts'
import { pageOf, partsOf, repositoryPath } from './names.ts'
import { isWay as isTeamWay } from './team.ts'
import { grantPath } from './tokens.ts'

const SIGN_UP_PAGE = 'https://app.docker.com/signup/'

type Names = Readonly<Record<'dockerHubRoute' | 'dockerHubRepository', Str>> & {
  readonly dockerHubTeam?: Str
  readonly dockerHubBot?: Str
}

export const bot = defineStep({
  id: BOT,
  title: 'Have a bot account that CI pushes as',
  why: 'CI does not push as a person: what leaks from CI then opens no more than this one repository.',
  section: 'Authentication',
  document: '“create a bot account for Docker Hub via normal sign-up”, and add it to the team',
  today:
    'A person signs it up and verifies its mail: until then it reads only, whatever it was given. Into the organization it comes by an invitation, good for 14 days, which puts it into the team; on the free plan a person makes it a collaborator. All of it is watched, and goes on by itself. On the way of the organization token there is no bot.',
  uses: ['dockerHubRoute', 'dockerHubRepository', 'dockerHubTeam', 'dockerHubBot', ...HUB_JOBS],
  after: ['docker-hub.repository', 'docker-hub.team'],
  needs: ['docker-hub'],
  when: answers => answers.dockerHubRoute !== 'org-token' && pushesToHub(answers),

  look: look => (look.answers.dockerHubRoute === 'personal' ? seenByItsRight(look) : seenInOrganization(look)),

  actions: (answers, seen) => {
    const state = seen !== undefined && 'state' in seen && seen.state ? seen.state : ({ at: 'nowhere' } as const)
    return isTeamWay(answers.dockerHubRoute) ? intoTeam(answers, state) : [...intoRepository(answers, state)]
  },

  // Its right goes with the team that we made; the account is its keeper’s.
  undo: () => [],

  means: (reply, { dockerHubRepository }) =>
    reply.asked.includes('/v2/invites/bulk') ? noInvitation(reply, partsOf(dockerHubRepository).namespace) : undefined,
})

/**
 * Of a personal repository only the bot itself can see its right: the registry grants it the part that is there, and a
 * mail that is not verified shows in nothing else (facts/docker-hub.md 8, 11).
 */
async function seenByItsRight(look: Look<Used>): Promise<Seen<State>> {
  const { dockerHubBot = '', dockerHubRepository } = look.answers
  const reply = await look.read('docker-hub-auth', grantPath(dockerHubRepository), { as: BOT })
  if (reply.status === 401) {
    const detail = `Docker lets nobody in as ${dockerHubBot} with that password: it is not signed up yet, or the password is another`
    return { is: 'pending', on: 'person', detail, state: { at: 'nowhere' } }
  }
  if (reply.status >= 300) return { is: 'unknown', cause: DOCKER_HUB.means(reply) }
  const granted = grantedIn(reply, dockerHubRepository)
  const mayPush = granted === 'opaque' ? await mayWrite(look) : ['pull', 'push'].every(one => granted.includes(one))
  if (mayPush) return { is: 'present', state: { at: 'member' }, notes: notesOn(look) }
  const has = granted === 'opaque' || granted.length === 0 ? 'nothing' : granted.join(', ')
  const detail = `the registry grants ${dockerHubBot} ${has}, not yet push`
  return { is: 'pending', on: 'person', detail, state: { at: 'reader' } }
}

/** Where the registry’s answer cannot be read, Docker Hub itself is asked, as the bot. */
async function mayWrite(look: Look<Used>): Promise<boolean> {
  const reply = await look.read('docker-hub', repositoryPath(look.answers.dockerHubRepository), { as: BOT })
  return readRepository(reply)?.may.write === true
}

const notesOn = ({ answers: { dockerHubBot, dockerHubRepository } }: Look<Used>): readonly string[] =>
  partsOf(dockerHubRepository).namespace === dockerHubBot
    ? [
        `${dockerHubBot} owns the repository: its token can push to every repository of that account, not to this one alone.`,
      ]
    : []

/** In an empty world all of it; else what is left from where the bot stands. */
function intoTeam(names: Names, state: State): readonly Action[] {
  switch (state.at) {
    case 'signed-up':
      return [invite(names), accept(names)]
    case 'invited':
      return [accept(names, state.until)]
    case 'expired':
      return [resend(names, state.invite), accept(names)]
    case 'member':
      return [add(names)]
    case 'too-high':
      return [lower(names), add(names)]
    default:
      return [signUp(names), invite(names), accept(names)]
  }
}

const intoRepository = (names: Names, { at }: State): readonly PersonAction[] =>
  at === 'reader' ? [collaborate(names)] : [signUp(names), collaborate(names)]

const namesIn = ({ dockerHubRepository, dockerHubBot = '', dockerHubTeam = '' }: Names) => ({
  ...partsOf(dockerHubRepository),
  bot: dockerHubBot,
  team: dockerHubTeam,
  repository: dockerHubRepository,
})

function signUp(names: Names): PersonAction {
  const { bot } = namesIn(names)
  return {
    kind: 'person',
    key: 'sign-up',
    does: t`sign up the bot account ${bot}`,
    who: 'whoever keeps the bot’s mailbox',
    instructions: [
      t`To forward: “Please open the page below in a private window, and sign up with the Docker ID ${bot}, exactly so: it can never be changed. Take a mail address of its own that you can read, and a password of 9 characters or more that you keep. Then open the link in the mail that comes: before that the account can push nothing.”`,
      'Switch on no second factor yet: the bot makes its own token with its password, once.',
      ...(isTeamWay(names.dockerHubRoute)
        ? []
        : ['If it is signed up already, its password is not the one given here: run again, and give that.']),
    ],
    url: SIGN_UP_PAGE,
  }
}

function invite(names: Names): Action {
  const { bot, namespace, team } = namesIn(names)
  return {
    kind: 'request',
    key: 'invite',
    does: t`invite ${bot} into ${namespace}, right into the team ${team}`,
    host: 'docker-hub',
    method: 'POST',
    path: '/v2/invites/bulk',
    body: { org: namespace, team, role: 'member', invitees: [bot] },
    again: 'look-first',
  }
}

function accept(names: Names, until?: string): PersonAction {
  const { bot, namespace } = namesIn(names)
  return {
    kind: 'person',
    key: 'accept',
    does: t`accept the invitation of ${bot} to ${namespace}`,
    who: 'whoever keeps the bot’s mailbox',
    instructions: [
      t`To forward: “Docker Hub has sent ${bot} a mail with an invitation to ${namespace}. Please sign in as ${bot} and open its link${until === undefined ? ' within 14 days' : ` before ${until}`}.”`,
      'After that the link no longer works; run again, and it is sent anew.',
    ],
    url: 'https://hub.docker.com/notifications',
  }
}

const resend = (names: Names, id: string): Action => ({
  kind: 'request',
  key: 'resend',
  does: t`send the invitation of ${names.dockerHubBot ?? ''} again`,
  host: 'docker-hub',
  method: 'PATCH',
  path: path`/v2/invites/${id}/resend`,
  again: 'safe',
})

function add(names: Names): Action {
  const { bot, namespace, team } = namesIn(names)
  return {
    kind: 'request',
    key: 'add',
    does: t`add ${bot} to the team ${team}`,
    host: 'docker-hub',
    method: 'POST',
    path: path`/v2/orgs/${namespace}/groups/${team}/members`,
    body: { member: bot },
    again: 'safe',
  }
}

function lower(names: Names): Action {
  const { bot, namespace } = namesIn(names)
  return {
    kind: 'request',
    key: 'lower',
    does: t`make ${bot} a mere member of ${namespace}`,
    host: 'docker-hub',
    method: 'PUT',
    path: path`/v2/orgs/${namespace}/members/${bot}`,
    body: { role: 'member' },
    again: 'safe',
  }
}

function collaborate(names: Names): PersonAction {
  const { bot, namespace, repository } = namesIn(names)
  return {
    kind: 'person',
    key: 'collaborate',
    does: t`make ${bot} a collaborator of ${repository}`,
    who: shown(t`the owner of ${namespace}`),
    instructions: [
      t`On the page below add ${bot} under Collaborators (no API does that).`,
      t`If that is done, and a push is still not granted: the mail of ${bot} is not verified. Open the link in the mail that came after its sign-up.`,
    ],
    url: t`${pageOf(repository)}/collaborators`,
  }
}
