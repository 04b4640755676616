import type { Known } from '../../src/answers/schema.ts'
import { type Cause, NeedsSecret } from '../../src/clouds/cause.ts'
import { grantedIn, readRepository } from '../../src/clouds/docker-hub.ts'
import { at } from '../../src/clouds/json.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep, type Look, type RequestAction, type Seen } from '../../src/engine/step.ts'
import { hole, type Str, secretHole, shown, t } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import {
  CLOSED,
  closedFirst,
  type Delivery,
  deliver,
  everyPlace,
  lookAtDelivery,
  NOTHING,
  openToAll,
  placeNow,
  renewed,
  type Standing,
  standing,
  type Target,
  takeOut,
  type Value,
} from '../delivery.ts'
import { pushesToHub } from '../push-job.ts'
import { type Earlier, earlierTokens, isOfSameOwner, learnedOf, notesOn } from './earlier.ts'
import { pageOf, repositoryPath } from './names.ts'
import {
  endOf,
  grantPath,
  isNarrow,
  kindOf,
  type Names,
  noTokenLeft,
  ownerOf,
  revoke,
  TOKEN,
  TOKEN_USES,
  type Used,
} from './tokens.ts'

const CONTEXT_STEP = 'circleci.context-heroku'

export const token = defineStep({
  id: TOKEN,
  title: 'Make the token that CI pushes with, and put it into CI',
  why: 'CI signs in to Docker Hub with DOCKERHUB_USER and DOCKERHUB_PASS. A token can be revoked and reaches less than a password, which opens the whole account.',
  section: 'Authentication',
  document: '“You can now use the usercode/password for the bot account in `DOCKERHUB_USER` and `DOCKERHUB_PASS`.”',
  today:
    'Never the password: an access token of the bot that may read and write, or one of the organization that can push to this repository alone. It is made only when the context is closed to other projects, proven at once by asking the registry what it grants, delivered, and an older one of this set-up is revoked last.',
  uses: TOKEN_USES,
  after: ['docker-hub.bot', 'docker-hub.team', 'docker-hub.repository', 'circleci.restrict', 'circleci.config'],
  brings: ['circleci.project', 'circleci.context-heroku', 'circleci.context-google', 'circleci.restrict'],
  needs: ['docker-hub', 'circleci'],
  when: pushesToHub,

  async look(look) {
    const { answers } = look
    const place = await placeNow(look, contextOf(answers))
    if (mayBeOurs(look)) ahead(kindOf(answers.dockerHubRoute).list(look, idsOf(look)))
    const delivery = await lookAtDelivery(look, TOKEN, place, valuesOf(answers))
    try {
      return await withEarlier(await seenWith(delivery, look), look)
    } catch (error) {
      // What was made and delivered is there; to see that it lives takes a password that nobody should be asked for.
      const isThere = delivery.is === 'proven' && delivery.by === 'record' && isOfSameOwner(look)
      if (!(error instanceof NeedsSecret) || !isThere) throw error
      const note = `Whether it is still valid was not asked: only ${answers.dockerHubBot}’s own password shows its tokens.`
      return { is: 'present', state: { mint: false, old: [], unproven: [] }, learned: delivery.learned, notes: [note] }
    }
  },

  actions: (answers, seen) => {
    const state: State = seen !== undefined && 'state' in seen && seen.state !== undefined ? seen.state : NOTHING
    const target = state.into === 'project' ? { project: answers.circleProject } : contextOf(answers)
    const owner = ownerOf(answers)
    const earlier = state.earlier?.map(one => revoke(one.owner, one.id)) ?? []
    return [...renewed(state, making(answers, target, state.until), id => revoke(owner, id)), ...earlier]
  },

  reach: answers => ({
    where: 'Docker Hub',
    before: 'nobody from CI',
    now: `${answers.dockerHubRoute === 'org-token' ? 'the organization’s token' : `${answers.dockerHubBot}’s token`}: ${answers.dockerHubRepository}`,
  }),

  undo: answers => [
    ...everyPlace(contextOf(answers), answers).flatMap(place =>
      valuesOf(answers).map(({ variable }) => takeOut(place, variable)),
    ),
    undoing(revoke(ownerOf(answers), '')),
  ],

  means: refused,

  isNo(key, reply, answers, saved) {
    if (key === CLOSED) return openToAll(reply, answers.herokuContext, saved)
    if (key === 'check') return mayNotWrite(reply, answers)
    if (key === 'mint') return isTooWide(reply, answers)
    return key === 'prove' ? notGranted(reply, answers) : undefined
  },
})

interface State extends Standing {
  /** What CI pushed with before the route changed: revoked last. */
  readonly earlier?: readonly Earlier[]
  /** The day on which the organization's token ends, if one is made today. */
  readonly until?: string
}

/** It is not done while a token of an earlier route is valid that can be revoked. */
async function withEarlier(seen: Seen<Standing>, look: Look<Used>): Promise<Seen<State>> {
  if (!('state' in seen) || seen.state === undefined || seen.state.isOvertaken) return seen
  const found = await earlierTokens(look)
  const state: State = {
    ...seen.state,
    ...(found.toRevoke.length > 0 && { earlier: found.toRevoke }),
    ...(seen.state.mint && look.answers.dockerHubRoute === 'org-token' && { until: endOf(look.timeAt('docker-hub')) }),
  }
  if (seen.is !== 'present') return { ...seen, state } as Seen<State>
  if (found.toRevoke.length > 0) {
    return { is: 'missing', partly: 'delivered; what CI pushed with before is still valid', state }
  }
  return { ...seen, state, learned: { ...seen.learned, ...learnedOf(look, found) }, notes: notesOn(found, look) }
}

/** What is seen with the tokens that are there; they are listed only where one of them may be ours. */
async function seenWith(delivery: Delivery, look: Look<Used>): Promise<Seen<Standing>> {
  const { answers } = look
  const kind = kindOf(answers.dockerHubRoute)
  const isOrganizations = answers.dockerHubRoute === 'org-token'
  const listed = isOrganizations || mayBeOurs(look) ? await kind.list(look, idsOf(look)) : []
  const seen = standing(look, TOKEN, { listed, delivery, context: answers.herokuContext })
  if ('state' in seen && seen.state?.mint && seen.state.unproven.length === 0) {
    const cause = await kind.whyNoMore(look, listed)
    if (cause !== undefined) return { is: 'unknown', cause }
  }
  return seen
}

const idsOf = (look: Look<Used>): readonly string[] =>
  [look.fact(`${TOKEN}:id`), look.fact(`${TOKEN}:new`)].filter(id => id !== undefined)

const mayBeOurs = (look: Look<Used>): boolean => idsOf(look).length > 0 || look.begunAt(`${TOKEN}/mint`) !== undefined

const contextOf = <Name extends Str>({ herokuContext }: { readonly herokuContext: Name }) =>
  ({ name: herokuContext, madeBy: CONTEXT_STEP }) as const

const valuesOf = <Name extends Str>(
  names: Names & { readonly [K in 'dockerHubUserVariable' | 'dockerHubTokenVariable']: Name },
): readonly Value<Name>[] => [
  { variable: names.dockerHubUserVariable, value: ownerOf(names).name },
  { variable: names.dockerHubTokenVariable, value: secretHole(`${TOKEN}:token`) },
]

/** In this order nothing secret is made that could not be used or kept, and nothing is delivered that was not proven. */
function making(names: Names, target: Target, until: string | undefined): readonly Action[] {
  const kind = kindOf(names.dockerHubRoute)
  return [
    ...closedFirst(target, names),
    ...(names.dockerHubRoute === 'org-token' ? [] : [check(names)]),
    kind.make(names, until),
    prove(names),
    ...valuesOf(names).map(value => deliver(target, value)),
  ]
}

/** What Docker Hub itself says of the bot: it tells causes apart that look the same to the registry. */
const check = ({ dockerHubBot = '', dockerHubRepository }: Names): RequestAction => ({
  kind: 'request',
  key: 'check',
  does: t`ask Docker Hub whether ${dockerHubBot} may write to ${dockerHubRepository}`,
  host: 'docker-hub',
  as: 'docker-hub.bot',
  method: 'GET',
  path: repositoryPath(dockerHubRepository),
  again: 'safe',
})

/** Docker's own question before a push, with the new token (facts/docker-hub.md 11). */
const prove = (names: Names): RequestAction => ({
  kind: 'request',
  key: 'prove',
  does: t`prove with the new token that the registry grants pull and push on ${names.dockerHubRepository}`,
  host: 'docker-hub-auth',
  as: { user: ownerOf(names).name, secret: secretHole(`${TOKEN}:token`) },
  method: 'GET',
  path: grantPath(names.dockerHubRepository),
  learn: { proven: ['issued_at'] },
  again: 'safe',
})

/** The recorded one. */
const undoing = (action: RequestAction): RequestAction => ({
  ...action,
  key: 'revoke',
  does: 'revoke the token that CI pushes with',
  path: t`${action.path}${hole(`${TOKEN}:id`)}`,
})

type Given = Pick<Known, Used>

/** A scope that is wider than asked for would let CI do more than push here. */
function isTooWide({ body }: VendorReply, answers: Given): Cause | undefined {
  if (answers.dockerHubRoute !== 'org-token' || at(body, 'resources') === undefined || isNarrow(body, answers)) return
  return {
    code: 'too-wide',
    means: `The token that Docker Hub made does not reach ${answers.dockerHubRepository} alone, so it is not used.`,
    next: 'Run again: it is revoked and made anew. If that stays, report it.',
  }
}

function mayNotWrite(reply: VendorReply, answers: Given): Cause | undefined {
  return readRepository(reply)?.may.write ? undefined : noRight(answers)
}

/** All of these look the same from outside: an account whose mail is not verified reads only (facts/docker-hub.md 8). */
function noRight({ dockerHubBot, dockerHubRepository, dockerHubRoute }: Given): Cause {
  const where =
    dockerHubRoute === 'personal' ? `a collaborator of ${dockerHubRepository}` : 'in the team that may write'
  return {
    code: 'no-right',
    means: `${dockerHubBot} may not write to ${dockerHubRepository}. Either its mail is not verified, and then it only reads whatever it was given; or it is not ${where}.`,
    next: `Open the link in the mail that came after the sign-up (or ask for it again at https://app.docker.com/settings), then run again.`,
  }
}

function notGranted(reply: VendorReply, answers: Given): Cause | undefined {
  const { dockerHubRepository, dockerHubRoute } = answers
  const granted = grantedIn(reply, dockerHubRepository)
  // A token that cannot be read proves nothing either way; what Docker Hub said before of right and scope stands.
  if (granted === 'opaque' || ['pull', 'push'].every(action => granted.includes(action))) return undefined
  const [has, lacks] =
    granted.length === 0 ? ['nothing', 'pull and push'] : [granted.join(), granted.includes('push') ? 'pull' : 'push']
  const reasons =
    dockerHubRoute === 'org-token'
      ? 'the token does not reach this repository (it was deleted, or made anew after the token)'
      : 'the account’s mail is not verified, or its right was taken back a moment ago'
  return {
    code: 'not-granted',
    means: `The registry takes the new token and grants ${has} on ${dockerHubRepository}; ${lacks} is missing. Docker Hub said before that the right is there, so: ${reasons}; or the repository is private and the plan of its namespace covers no more private ones.`,
    next: `Look at ${repositoryAddress(dockerHubRepository)} and the plan, and run again: the token is revoked and made anew.`,
  }
}

const repositoryAddress = (repository: string): string => pageOf(repository).parts.join('')

function refused({ status, asked, body }: VendorReply, answers: Given): Cause | undefined {
  if (status === 401 && asked.includes('/token?')) {
    return {
      code: 'token-refused',
      means: `Docker does not let ${shown(ownerOf(answers).name)} in with the token that was just made: another account made it, or single sign-on forbids it.`,
      next: `See that the sign-in of the bot (DOCKERHUB_BOT_USER) is that of ${answers.dockerHubBot ?? 'the bot'}, and run again: the token is revoked and made anew.`,
    }
  }
  if (status === 404 && asked.includes('/repositories/')) return noRight(answers)
  if (status === 403 && /limit/i.test(JSON.stringify(body)))
    return noTokenLeft(answers.dockerHubRepository.split('/')[0] ?? '')
  return undefined
}
