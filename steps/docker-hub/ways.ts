import type { Known } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { DOCKER_HUB } from '../../src/clouds/docker-hub.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import type { Look } from '../../src/engine/step.ts'
import { path } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import { partsOf } from './names.ts'

type Used = 'dockerHubRoute' | 'dockerHubRepository'

/**
 * Why the chosen way leads nowhere in the namespace of the repository; undefined where it can be gone. Asked before
 * anything is made there. The documented look-up of a plan is to ask for the teams, and to read the refusal
 * (facts/docker-hub.md 9).
 */
export async function whyNoWay(look: Look<Used>): Promise<Cause | undefined> {
  const { namespace } = partsOf(look.answers.dockerHubRepository)
  const isPersonal = look.answers.dockerHubRoute === 'personal'
  if (namespace === look.account('docker-hub').name) return isPersonal ? undefined : ownAccount(look.answers)
  const readTeams = () => look.read('docker-hub', path`/v2/orgs/${namespace}/groups?page_size=1`)
  if (!isPersonal) ahead(readTeams())
  const organization = await look.read('docker-hub', path`/v2/orgs/${namespace}`)
  if (organization.status === 404 || organization.status === 403) return notYours(organization, look)
  if (organization.status >= 300) return DOCKER_HUB.means(organization)
  if (isPersonal) return noCollaborators(look.answers)
  const teams = await readTeams()
  return teams.status < 300 ? undefined : noTeams(teams, look.answers)
}

/** What each way costs, and how it is chosen (facts/docker-hub.md 0, 14). */
const WAYS: Readonly<Record<string, string>> = {
  'bot-team':
    '--set dockerHubRoute=bot-team: a bot in a team; an organization with a Team or Business plan, and a seat for the bot',
  'org-token':
    '--set dockerHubRoute=org-token: one token of the organization for this repository alone; the same plan, no bot, no seat',
  personal:
    '--set dockerHubRoute=personal --set dockerHubRepository=YOURNAME/NAME: a bot as collaborator of a repository of your own account; free',
}

const OPEN_SOURCE = 'Docker gives open-source projects a Team plan free of charge, by application.'

/** The ways to choose from, without one that was found closed. */
const choose = (...ways: readonly string[]): string =>
  `Nothing was made. Choose: ${ways.map(way => WAYS[way]).join(' · or ')}.`

const ownAccount = ({ dockerHubRepository, dockerHubRoute }: Pick<Known, Used>): Cause => ({
  code: 'plan',
  means: `${partsOf(dockerHubRepository).namespace} is your own account, and ${dockerHubRoute === 'bot-team' ? 'teams' : 'organization tokens'} are for organizations with a Team or Business plan.`,
  next: `${choose('personal')} Or name an organization of yours: --set dockerHubRepository=ORGANIZATION/NAME. ${OPEN_SOURCE}`,
})

function noTeams(reply: VendorReply, { dockerHubRepository }: Pick<Known, Used>): Cause {
  const { namespace } = partsOf(dockerHubRepository)
  const cause = DOCKER_HUB.means(reply)
  if (reply.status !== 403 || cause.code === 'organization-token') return cause
  return {
    ...cause,
    code: 'plan',
    means: `Docker Hub does not show the teams of ${namespace}: teams and organization tokens need a Team or Business plan, and an account that may see them.`,
    // facts/docker-hub.md 3: a personal access token sees no teams, whatever the plan.
    next: `${cause.code === 'plan' ? '' : 'Where a token has signed in: do it with an owner’s password (DOCKERHUB_ADMIN_PASSWORD), and run again. Else: '}${choose('personal')} With the plan bought: run again. ${OPEN_SOURCE}`,
  }
}

function notYours(reply: VendorReply, look: Look<Used>): Cause {
  const { namespace } = partsOf(look.answers.dockerHubRepository)
  const { name } = look.account('docker-hub')
  return {
    ...DOCKER_HUB.means(reply),
    code: 'not-yours',
    means: `${namespace} is neither the signed-in account (${name}) nor an organization that it is in. A new organization is made by a person, together with its paid plan.`,
    next: `Sign in as an owner of ${namespace}, or name a namespace of yours: --set dockerHubRepository=NAMESPACE/NAME. Then run again.`,
  }
}

const noCollaborators = ({ dockerHubRepository }: Pick<Known, Used>): Cause => ({
  code: 'organization',
  means: `${partsOf(dockerHubRepository).namespace} is an organization: its repositories have teams, and no collaborators.`,
  next: choose('bot-team', 'org-token', 'personal'),
})
