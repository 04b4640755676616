import { HEROKU } from '../../src/clouds/heroku.ts'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import { type Needed, neededIn } from '../../src/clouds/needed.ts'
import { type Action, defineStep } from '../../src/engine/step.ts'
import { type Body, numberHole, path, type Str, secretHole, shown, t } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import {
  CLOSED,
  closedFirst,
  deliver,
  everyPlace,
  type Listed,
  labelOf,
  lookAtDelivery,
  NOTHING,
  openToAll,
  placeNow,
  renewed,
  standing,
  takeOut,
} from '../delivery.ts'
import { jobsOf } from '../push-job.ts'

const ID = 'heroku.ci-token'
const TOKEN = secretHole(`${ID}:token`)

export const ciToken = defineStep({
  id: ID,
  title: 'Make CI’s own Heroku token and put it into its context',
  why: 'CI releases with a token of its own, which can be revoked without touching anybody’s login. It is made only once its context is closed, and proven to have arrived.',
  section: 'Authentication',
  document: '`heroku authorizations:create -d …`; expiry and scope unexplored; variable HEROKU_TOKEN',
  today:
    'Scopes read-protected and write-protected do for push and release; Heroku has no finer grain, so it reaches every app that you can. The config reads HEROKU_API_KEY. The token is shown once, at its making: lost ones are revoked and made anew.',
  uses: [
    'githubProject',
    'circleOrg',
    'circleProject',
    'circleJobs',
    'herokuJobs',
    'herokuContext',
    'secretsUntilRestricted',
    'herokuTokenVariable',
    'herokuTokenScopes',
    'herokuTokenExpiresIn',
  ],
  // Where the name is taken by somebody else's app, there is nothing that a token could push to.
  after: ['heroku.create-app', 'circleci.restrict', 'circleci.config'],
  brings: ['circleci.project', 'circleci.context-heroku', 'circleci.context-google', 'circleci.restrict'],
  needs: ['heroku', 'circleci'],
  // Without a job that needs it, nobody reads the token.
  when: answers => jobsOf(answers, 'herokuJobs').length > 0,

  async look(look) {
    const { githubProject, herokuContext, herokuTokenVariable, herokuTokenScopes } = look.answers
    const place = await placeNow(look, contextOf(look.answers))
    const value = [{ variable: herokuTokenVariable, value: TOKEN }]
    ahead(lookAtDelivery(look, ID, place, value))
    // The most that a page takes (Platform API reference, Ranges).
    const reply = await look.read('heroku', '/oauth/authorizations', { headers: { range: 'id ..; max=1000' } })
    if (reply.status >= 300 || !Array.isArray(reply.body)) return { is: 'unknown', cause: HEROKU.means(reply) }
    const label = shown(labelOf(githubProject, herokuContext))
    const need = neededIn(HEROKU.name, reply)
    const listed = reply.body.map(item => readAuthorization(item, need, label, herokuTokenScopes.split(',')))
    const delivery = await lookAtDelivery(look, ID, place, value)
    const seen = standing(look, ID, { listed, delivery, context: herokuContext })
    const { noTokens } = look.account('heroku')
    const isToBeMade = seen.is === 'missing' || seen.is === 'differs'
    return noTokens !== undefined && isToBeMade && seen.state?.mint !== false
      ? { is: 'unknown', cause: noTokens }
      : seen
  },

  actions: (answers, seen) => {
    const state = seen !== undefined && 'state' in seen && seen.state ? seen.state : NOTHING
    const target = state.into === 'project' ? { project: answers.circleProject } : contextOf(answers)
    const value = { variable: answers.herokuTokenVariable, value: TOKEN }
    const made = [...closedFirst(target, answers), create(answers), deliver(target, value)]
    return renewed(state, made, revoke)
  },

  isNo: (key, reply, { herokuContext }, saved) => (key === CLOSED ? openToAll(reply, herokuContext, saved) : undefined),

  reach: ({ herokuTokenScopes, herokuTokenExpiresIn }) => ({
    where: 'Heroku',
    before: 'nobody from CI',
    now: `${herokuTokenScopes} ${shown(lastingFor(herokuTokenExpiresIn))}: every app that you can reach (no finer grain)`,
  }),

  undo: answers => [
    ...everyPlace(contextOf(answers), answers).map(place => takeOut(place, answers.herokuTokenVariable)),
    revokeBy({ hole: `${ID}:id` }),
  ],
})

const contextOf = <Name extends Str>({ herokuContext }: { readonly herokuContext: Name }) =>
  ({ name: herokuContext, madeBy: 'circleci.context-heroku' }) as const

function create(answers: {
  readonly githubProject: Str
  readonly herokuContext: Str
  readonly herokuTokenScopes: Str
  readonly herokuTokenExpiresIn: Str
}): Action {
  const { githubProject, herokuContext, herokuTokenScopes: scopes, herokuTokenExpiresIn } = answers
  const description = labelOf(githubProject, herokuContext)
  const seconds = herokuTokenExpiresIn === 'never' ? undefined : herokuTokenExpiresIn
  return {
    kind: 'request',
    key: 'mint',
    does: t`make an authorization of the scopes ${scopes} ${lastingFor(herokuTokenExpiresIn)}`,
    host: 'heroku',
    method: 'POST',
    path: '/oauth/authorizations',
    body: {
      description,
      scope: typeof scopes === 'string' ? scopes.split(',') : [scopes],
      expires_in: seconds && asNumber(seconds),
    },
    learn: { new: ['id'] },
    mint: { token: ['access_token', 'token'] },
    // A second one of the same description comes about without a word (facts/heroku.md 8).
    again: 'look-first',
    byHand: [
      {
        argv: [
          ...['heroku', 'authorizations:create', '--json', '--description', description, '--scope', scopes],
          ...(seconds === undefined ? [] : ['--expires-in', seconds]),
        ],
        into: { [`${ID}:new`]: '.id', [`${ID}:token`]: '.access_token.token' },
      },
    ],
  }
}

/** As Heroku's schema has it; its command sends a text. */
const asNumber = (text: Str): Body =>
  typeof text === 'string' ? Number(text) : 'hole' in text ? numberHole(text.hole) : text

const DAY_SECONDS = 86_400

function lastingFor(seconds: Str): Str {
  if (seconds === 'never') return 'that never expires'
  const days = Number(shown(seconds)) / DAY_SECONDS
  return Number.isInteger(days) ? t`for ${String(days)} days` : t`for ${seconds} seconds`
}

const revoke = (id: string): Action => ({ ...revokeBy(id), takesBack: true })

const revokeBy = (id: Str): Action => ({
  kind: 'request',
  key: `revoke-${shown(id)}`,
  does: t`revoke the authorization ${id}, which CI does not use`,
  host: 'heroku',
  method: 'DELETE',
  path: path`/oauth/authorizations/${id}`,
  again: 'safe',
  // What is gone is revoked.
  okStatus: [404],
  byHand: [{ argv: ['heroku', 'authorizations:revoke', id] }],
})

function readAuthorization(item: Json, need: Needed, label: string, scopes: readonly string[]): Listed {
  const given = need.list(item, 'scope')
  const has = (scope: string) => given.includes(scope) || given.includes('global')
  const left = at(item, 'access_token', 'expires_in')
  return {
    id: need.text(item, 'id'),
    madeAt: need.date(item, 'created_at'),
    isLabelled: textAt(item, 'description') === label,
    isGood: scopes.every(has) && (left === null || (typeof left === 'number' && left > 0)),
  }
}
