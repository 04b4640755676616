import { SetupError } from '../../src/clouds/cause.ts'
import { DOCKER_HUB, readPages } from '../../src/clouds/docker-hub.ts'
import { at, type Json } from '../../src/clouds/json.ts'
import { type Needed, neededIn } from '../../src/clouds/needed.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import type { Look, Seen } from '../../src/engine/step.ts'
import { ahead } from '../ahead.ts'
import { partsOf } from './names.ts'
import { whyNoWay } from './ways.ts'

export const BOT = 'docker-hub.bot'
export type Used = 'dockerHubRoute' | 'dockerHubRepository' | 'dockerHubTeam' | 'dockerHubBot'

/** How far the bot has come. */
export type State =
  | { readonly at: 'nowhere' }
  | { readonly at: 'signed-up' }
  | { readonly at: 'invited'; readonly until: string }
  | { readonly at: 'expired'; readonly invite: string }
  | { readonly at: 'member' }
  | { readonly at: 'too-high' }
  /** Of a personal repository: it is not granted a push. */
  | { readonly at: 'reader' }

/** facts/docker-hub.md 8: the link in an invitation's mail. */
const LINK_MS = 14 * 24 * 3_600_000

/** How the bot stands with the organization. Throws SetupError with a refusal. */
export async function seenInOrganization(look: Look<Used>): Promise<Seen<State>> {
  const { dockerHubBot: bot = '', dockerHubTeam: team = '', dockerHubRepository } = look.answers
  const organization = `/v2/orgs/${encodeURIComponent(partsOf(dockerHubRepository).namespace)}`
  const readMembers = () =>
    all(look, `${organization}/members?type=all&search=${encodeURIComponent(bot)}&page_size=100`)
  ahead(readMembers())
  if (look.record(BOT) === undefined) ahead(look.read('docker-hub', `${organization}/invites`))
  const cause = await whyNoWay(look)
  if (cause !== undefined) return { is: 'unknown', cause }
  const { items: members, need } = await readMembers()
  // The search also finds what merely has the name in it; those who are invited are listed too.
  const member = members.find(one => need.text(one, 'username') === bot && !isInvitee(one, need))
  if (member === undefined) return seenOutside(look, organization)
  const role = need.text(member, 'role')
  if (/^(owner|editor)$/i.test(role)) {
    const how = [{ what: `the role of ${bot}`, expected: 'member', found: role.toLowerCase() }] as const
    return { is: 'differs', state: { at: 'too-high' }, how }
  }
  const inTeam = await all(look, `${organization}/groups/${encodeURIComponent(team)}/members?page_size=100`, [404])
  if (!inTeam.items.some(one => inTeam.need.text(one, 'username') === bot)) {
    return { is: 'missing', state: { at: 'member' }, partly: `${bot} is in the organization, and not in the team` }
  }
  return { is: 'present', state: { at: 'member' }, notes: notesOn(member, look.answers) }
}

async function seenOutside(look: Look<Used>, organization: string): Promise<Seen<State>> {
  const { dockerHubBot: bot = '', dockerHubRepository } = look.answers
  const invites = await look.read('docker-hub', `${organization}/invites`)
  if (invites.status >= 300) throw new SetupError(DOCKER_HUB.means(invites))
  const need = neededIn(DOCKER_HUB.name, invites)
  const invite = need.list(invites.body, 'data').find(one => need.text(one, 'invitee') === bot)
  if (invite !== undefined) return seenInvited(invite, need, look)
  const { namespace } = partsOf(dockerHubRepository)
  const asked = { org: namespace, role: 'member', invitees: [bot], dry_run: true }
  const preview = await look.ask('docker-hub', '/v2/invites/bulk', asked)
  if (preview.status >= 300) return { is: 'unknown', cause: noInvitation(preview, namespace) }
  const told = neededIn(DOCKER_HUB.name, preview)
  const [status] = told.list(preview.body, 'invitees')
  if (told.text(status, 'status') === 'invalid_email_or_docker_id') {
    return { is: 'pending', on: 'person', detail: `${bot} is not signed up yet`, state: { at: 'nowhere' } }
  }
  return { is: 'missing', state: { at: 'signed-up' }, partly: `${bot} is signed up, and not invited` }
}

function seenInvited(invite: Json, need: Needed, look: Look<Used>): Seen<State> {
  const { dockerHubBot: bot } = look.answers
  // The list does not tell that it was sent again.
  const sent = [need.date(invite, 'created_at'), look.begunAt(`${BOT}/resend`)]
  const since = new Date(Math.max(...sent.map(date => date?.getTime() ?? 0)))
  const until = new Date(since.getTime() + LINK_MS).toISOString().slice(0, 10)
  if (look.hasPassed(LINK_MS, since, 'docker-hub')) {
    const state = { at: 'expired', invite: need.text(invite, 'id') } as const
    return { is: 'missing', state, partly: `the invitation of ${bot} is older than 14 days: its link no longer works` }
  }
  return { is: 'pending', on: 'person', detail: `${bot} is invited, until ${until}`, state: { at: 'invited', until } }
}

export function noInvitation(reply: VendorReply, organization: string) {
  const cause = DOCKER_HUB.means(reply)
  const isSeats = reply.status === 409 || /seat/i.test(cause.said ?? '')
  if (!isSeats) return cause
  return {
    ...cause,
    code: 'no-seat',
    means: `No seat is left in the organization ${organization}: members and open invitations take one each, and so does a bot.`,
    next: 'Buy a seat, or free one; or choose the way that needs no bot: --set dockerHubRoute=org-token. Then run again.',
  }
}

/** What else the bot can reach. */
function notesOn(member: Json, { dockerHubBot, dockerHubTeam }: Look<Used>['answers']): readonly string[] {
  const groups = at(member, 'groups')
  const others = Array.isArray(groups) ? groups.filter(name => name !== dockerHubTeam) : []
  return others.length > 0 ? [`${dockerHubBot} is also in ${others.join(', ')}: CI can do what these teams may.`] : []
}

const isInvitee = (one: Json, need: Needed) => /^invitee$/i.test(need.text(one, 'role'))

async function all(look: Look<Used>, path: string, none: readonly number[] = []) {
  const { reply, items } = await readPages(page => look.read('docker-hub', `${path}&page=${page}`))
  if (reply.status >= 300 && !none.includes(reply.status)) throw new SetupError(DOCKER_HUB.means(reply))
  return { items, need: neededIn(DOCKER_HUB.name, reply) }
}
