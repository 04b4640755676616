import type { Known } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { HEROKU, type HerokuApp, readApp, readCollaborators } from '../../src/clouds/heroku.ts'
import { textAt } from '../../src/clouds/json.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep, type Look, type Owned } from '../../src/engine/step.ts'
import { path, type Str, t } from '../../src/engine/text.ts'

/** Container deploys are refused on any other stack (facts/heroku.md 4). */
const STACK = 'container'

const USES = ['herokuApp', 'herokuTeam'] as const
type Used = (typeof USES)[number]

export const createApp = defineStep({
  id: 'heroku.create-app',
  title: 'Create the Heroku app',
  why: 'CI releases its container images to this app. Heroku takes images on the stack container only, so it is set at once.',
  section: 'Setup',
  document: '`heroku apps:create pt-dummy-app`',
  today:
    'Images need the stack container, so the app is made with it. Heroku makes apps only for accounts with a payment method. A name that is taken may be your own app of an earlier day: then it is offered for use.',
  uses: USES,
  needs: ['heroku'],

  async look(look) {
    const { answers } = look
    const reply = await look.read('heroku', path`/apps/${answers.herokuApp}`)
    if (reply.status === 404) return { is: 'missing' }
    const app = readApp(reply)
    if (app === undefined) return { is: 'unknown', cause: { ...HEROKU.means(reply), ...refused(reply, answers) } }
    if (!isOurs(app, look)) return { is: 'unknown', cause: { asked: reply.asked, ...anothers(app, answers) } }
    const there = { state: app, owned: await ownedApp(app, look), learned: { 'heroku.create-app:id': app.id } }
    return app.stack === STACK
      ? { is: 'present', ...there }
      : { is: 'differs', ...there, how: [{ what: 'the stack', expected: STACK, found: app.stack }] }
  },

  actions: ({ herokuApp, herokuTeam }, seen) => [
    seen?.is === 'differs' ? changeStack(herokuApp) : create(herokuApp, herokuTeam),
  ],

  undo: ({ herokuApp: name }) => [
    {
      kind: 'request',
      key: 'destroy',
      does: t`delete the app ${name} with its releases and settings`,
      host: 'heroku',
      method: 'DELETE',
      path: path`/apps/${name}`,
      again: 'look-first',
      byHand: [{ argv: ['heroku', 'apps:destroy', '--app', name, '--confirm', name] }],
    },
  ],

  means: refused,
})

const create = (name: Str, team: Str | undefined): Action => ({
  kind: 'request',
  key: 'create',
  does: t`create the app ${name} on the stack ${STACK}${team ? t`, owned by the team ${team}` : ''}`,
  host: 'heroku',
  method: 'POST',
  path: team ? '/teams/apps' : '/apps',
  body: { name, stack: STACK, team },
  learn: { id: ['id'] },
  // A second app of that name cannot come about, but "taken" would then be said of our own.
  again: 'look-first',
  byHand: [
    { argv: ['heroku', 'apps:create', name, '--stack', STACK, '--no-remote', ...(team ? ['--team', team] : [])] },
  ],
})

const changeStack = (name: Str): Action => ({
  kind: 'request',
  key: 'stack',
  does: t`switch the app ${name} to the stack ${STACK}`,
  host: 'heroku',
  method: 'PATCH',
  path: path`/apps/${name}`,
  body: { build_stack: STACK },
  again: 'safe',
  byHand: [{ argv: ['heroku', 'stack:set', STACK, '--app', name] }],
})

/** A team's app belongs to the team; any other to the account of its owner's address. */
const isOurs = (app: HerokuApp, { answers, account }: Look<Used>): boolean =>
  answers.herokuTeam === undefined
    ? app.team === undefined && app.ownerEmail === account('heroku').name
    : app.team === answers.herokuTeam

async function ownedApp(app: HerokuApp, look: Look<Used>): Promise<Owned> {
  const reply = await look.read('heroku', path`/apps/${app.name}/collaborators`)
  const others = readCollaborators(reply).filter(email => email !== app.ownerEmail)
  return {
    id: app.id,
    what: `app ${app.name}`,
    owner: app.team === undefined ? app.ownerEmail : `team ${app.team}`,
    since: app.createdAt,
    alsoAccess: reply.status < 300 ? others : ['somebody (Heroku did not list the collaborators)'],
  }
}

/** 403 on reading and 422 on creating both mean that the name is somebody else's (facts/heroku.md 1.3). */
function refused({ status, body }: VendorReply, { herokuApp, herokuTeam }: Pick<Known, Used>): Cause | undefined {
  const message = textAt(body, 'message') ?? ''
  if (status === 403 && herokuTeam !== undefined && /access to the team/i.test(message)) {
    return {
      code: 'not-in-team',
      means: `The signed-in account may not create apps in the team ${herokuTeam}.`,
      next: `Ask an admin of ${herokuTeam} for that right, or do without a team (--set herokuTeam=), and run again.`,
    }
  }
  if (status === 404 && herokuTeam !== undefined && /find that team/i.test(message)) {
    return {
      code: 'no-team',
      means: `Heroku knows no team ${herokuTeam}.`,
      next: 'Correct its name (--set herokuTeam=NAME), or do without a team (--set herokuTeam=), and run again.',
    }
  }
  const taken = status === 422 ? /already taken/i.test(message) : status === 403 && /access to the app/i.test(message)
  if (!taken) return undefined
  return {
    code: 'taken',
    means: `The app name ${herokuApp} is in use by somebody else; names are shared by all of Heroku.`,
    next: 'Choose another: dummyapp-setup --set herokuApp=NAME',
  }
}

function anothers(app: HerokuApp, { herokuApp }: Pick<Known, Used>): Cause {
  const owner = app.team === undefined ? app.ownerEmail : `the team ${app.team}`
  const mend = app.team === undefined ? `sign in as ${app.ownerEmail}` : `--set herokuTeam=${app.team}`
  return {
    code: 'another-owner',
    means: `The app ${herokuApp} belongs to ${owner}: the signed-in account can see it, but does not own it.`,
    next: `If it is the app you want: ${mend}. If not: --set herokuApp=NAME. Then run again.`,
  }
}
