import type { Cause } from '../../src/clouds/cause.ts'
import { ancestorsIn, permissionsIn, type Rights, rightsIn } from '../../src/clouds/google-rights.ts'
import { type Binding, savedBindings } from '../../src/clouds/policy.ts'
import { defineStep, type Look, type PersonAction, type Seen } from '../../src/engine/step.ts'
import { fill, path, shown } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import { isKeyless, pushesToGoogle, STRIPPED } from '../push-job.ts'
import { bindingsOn, policyOf } from './access.ts'
import { type Asked, grantedToAccount } from './as-account.ts'
import { bucketOf } from './bucket-policy.ts'
import { roleOf } from './grant.ts'
import { principalOf } from './identity.ts'
import { accountOf, memberOf, projectPath } from './names.ts'
import { type PushTarget, pushTarget } from './push-target.ts'
import { REMOVED } from './strip.ts'

const USES = [
  'googleProject',
  'googleServiceAccountId',
  'googleRoute',
  'registryHost',
  'circleJobs',
  'googleJobs',
  'circleProject',
] as const
type Questions = Look<(typeof USES)[number]>

/** How long a change of a policy takes at most, as a rule (facts/google.md 1, propagation). */
const AT_MOST_MS = 420_000

/** A right that comes from above the project, which only somebody there can take away. */
interface Inherited {
  readonly where: string
  readonly binding: Binding
}

export const prove = defineStep({
  id: 'google.prove',
  title: 'Prove that CI may push there, and nothing else',
  why: 'A role that was taken away works on for minutes, and another one may come from a folder, an organization or a group. What CI can really do is looked at, not assumed.',
  section: 'Google Container Registry',
  document: '–',
  today:
    'Read from the policies of repository, project and all above it, with what their roles hold; asked as the account itself where you may speak as it. A change takes 2 to 7 minutes to count everywhere: that is waited for. Each proof says of which kind it is.',
  uses: USES,
  after: ['google.strip'],
  needs: ['google'],
  when: pushesToGoogle,

  async look(look): Promise<Seen<readonly Inherited[]>> {
    const target = pushTarget(look)
    const policies = () =>
      Promise.all([target.rights(), rightsBy(look, shown(projectPath(look.answers))), whoActsAsIt(look)])
    if (look.record('google.strip') !== undefined) ahead(policies(), rightsAbove(look))
    if (!(await target.isThere())) return { is: 'missing' }
    const [onIt, project, actors] = await policies()
    // Before the grant or the strip there is nothing to prove.
    if (onIt.own.length === 0 || (project?.own.length ?? 0) > 0) return { is: 'missing' }
    const itself = askedItself(look, target)
    ahead(itself, permissionsOf(look, onIt.own))
    const above = await rightsAbove(look)
    const all: readonly Above[] = [{ where: `the project ${look.answers.googleProject}`, rights: project }, ...above]
    const everybodys = [...onIt.everybodys, ...all.flatMap(({ rights }) => rights?.everybodys ?? [])]
    const roles = await permissionsOf(look, [...onIt.own, ...everybodys])
    const inherited = above.flatMap(({ where, rights }) => (rights?.own ?? []).map(binding => ({ where, binding })))
    if (inherited.length > 0) {
      const found = inherited.map(({ where, binding }) => `${roleOf(binding)} on ${where}`).join(', ')
      return { is: 'pending', on: 'person', detail: `CI’s account has ${found}: more than it needs`, state: inherited }
    }
    const tooMuch = target.forbidden.filter(permission => roles.has(permission))
    const tooLittle = target.needed.filter(permission => !roles.has(permission))
    if (tooMuch.length > 0 || tooLittle.length > 0) return { is: 'failed', cause: wrong(target, tooMuch, tooLittle) }
    const asked = await itself
    if (asked.is === 'not-yet') {
      const isLate = hasBeenLong(look, target)
      return isLate
        ? { is: 'failed', cause: late(target, asked.detail) }
        : { is: 'pending', on: 'vendor', detail: asked.detail, pauseMs: asked.pauseMs }
    }
    const first = [provenBy(target, asked.is), ...target.besides(roles)]
    const notes = [...first, ...unreadable(all), ...unsure(onIt, all), ...open(target, onIt), ...actors]
    return { is: 'present', state: [], notes }
  },

  actions: (answers, seen) => {
    const state = seen !== undefined && 'state' in seen ? (seen.state ?? []) : []
    return state.map(one => takeAway(one, answers))
  },

  undo: () => [],

  reach: ({ googleServiceAccountId, registryHost, googleProject, googleRoute }, { fact, record }) => {
    const had = savedBindings(fact(REMOVED)).map(({ role }) => role)
    return {
      where: 'Google',
      before:
        record('google.service-account') === 'made'
          ? 'nobody from CI'
          : `${googleServiceAccountId}: ${had.length > 0 ? `${had.join(', ')} on the whole project` : registryHost}`,
      now:
        googleRoute === 'bucket'
          ? `${googleServiceAccountId}: the bucket ${shown(bucketOf({ googleProject, registryHost }))} alone, and anything there`
          : `${googleServiceAccountId}${isKeyless({ googleRoute }) ? ', without a key' : ''}: ${registryHost} of ${googleProject} alone, and never delete there`,
    }
  },
})

interface Above {
  /** folders/N or organizations/N */
  readonly where: string
  /** undefined: not for the signed-in person to read. */
  readonly rights: Rights | undefined
}

async function rightsAbove(look: Questions): Promise<readonly Above[]> {
  const { answers } = look
  const ancestors = ancestorsIn(await look.ask('google', `${shown(projectPath(answers))}:getAncestry`, {}))
  return Promise.all(
    ancestors.map(async where => {
      const version = where.startsWith('folders/') ? 'v2' : 'v1'
      return { where, rights: await rightsBy(look, `/${version}/${where}`) }
    }),
  )
}

/** What a policy gives; undefined where the signed-in person may not read it. */
async function rightsBy(look: Questions, thing: string): Promise<Rights | undefined> {
  const reply = await policyOf(look, 'project', thing)
  return reply.status === 403 ? undefined : rightsIn(reply, shown(memberOf(look.answers)))
}

/** Who can be CI's account without its key, by its own policy. */
async function whoActsAsIt(look: Questions): Promise<readonly string[]> {
  const account = path`/v1/projects/${look.answers.googleProject}/serviceAccounts/${shown(accountOf(look.answers))}`
  const bindings = (await bindingsOn(look, 'account', account)) ?? []
  const ours = isKeyless(look.answers)
    ? fill(principalOf(look.answers), ({ hole }) => look.fact(hole) ?? '')
    : undefined
  const others = bindings.flatMap(({ role, members }) => {
    const left = members.filter(member => member !== ours)
    return left.length === 0 ? [] : [{ role, members: left }]
  })
  const who = others.map(({ role, members }) => `${members.join(', ')} (${role})`)
  return who.length === 0 ? [] : [`By the account’s own policy others may act as it: ${who.join('; ')}.`]
}

/** A role is named by roles/NAME, or by that below a project or an organization. */
const rolePath = (role: string): string => `/v1/${role.split('/').map(encodeURIComponent).join('/')}`

/** What the roles of some bindings hold, by their definitions. */
async function permissionsOf(look: Questions, bindings: readonly Binding[]): Promise<ReadonlySet<string>> {
  const roles = [...new Set(bindings.map(({ role }) => role))]
  const held = await Promise.all(roles.map(async role => permissionsIn(await look.read('google-iam', rolePath(role)))))
  return new Set(held.flat())
}

type AskedItself =
  | { readonly is: 'itself' | 'policies' }
  | { readonly is: 'not-yet'; readonly detail: string; readonly pauseMs: number }

/** Is the last change so long ago that it should count everywhere, twice over? */
function hasBeenLong(look: Questions, { changed }: PushTarget): boolean {
  const changes = [look.fact(STRIPPED), look.fact(changed)].filter(time => time !== undefined)
  return changes.every(time => look.hasPassed(2 * AT_MOST_MS, new Date(time), 'google'))
}

const late = ({ place }: PushTarget, detail: string): Cause => ({
  code: 'not-in-force',
  asked: place.path,
  said: detail,
  means:
    'By the policies CI’s account has the one right and no other, and yet Google does not say so when it is asked as the account, long after the last change.',
  next: 'Run again in an hour; if it stays so, look for a deny policy or a group that the account is in (gcloud policy-intelligence troubleshoot-policy iam).',
})

/** Asks as the account; where that cannot be, waits as long as a change takes at most. */
async function askedItself(look: Questions, target: PushTarget): Promise<AskedItself> {
  const { answers } = look
  const stripped = look.fact(STRIPPED)
  const { place, needed, forbidden, forbiddenOnProject } = target
  const onIt: Asked = { ...place, permissions: [...needed, ...forbidden] }
  const onProject: Asked = { host: 'google', path: shown(projectPath(answers)), permissions: forbiddenOnProject }
  const [granted, more] = (await grantedToAccount(look, [onIt, onProject])) ?? []
  if (granted === undefined) {
    if (stripped === undefined || look.hasPassed(AT_MOST_MS, new Date(stripped), 'google')) return { is: 'policies' }
    return {
      is: 'not-yet',
      pauseMs: look.timeLeft(AT_MOST_MS, new Date(stripped), 'google'),
      detail:
        'until Google has taken the roles away everywhere, which takes up to 7 minutes; you may not ask as the account',
    }
  }
  const still = [...forbidden.filter(one => granted.has(one)), ...forbiddenOnProject.filter(one => more?.has(one))]
  const lacks = needed.filter(one => !granted.has(one))
  const [first] = still
  if (first !== undefined) {
    return {
      is: 'not-yet',
      pauseMs: 0,
      detail: `until the roles are gone everywhere, usually 2 to 7 minutes: ${first} is not refused yet`,
    }
  }
  return lacks.length === 0
    ? { is: 'itself' }
    : {
        is: 'not-yet',
        pauseMs: 0,
        detail: `until the grant counts, usually 2 to 7 minutes: ${lacks[0]} is not granted yet`,
      }
}

const provenBy = ({ proven }: PushTarget, kind: 'itself' | 'policies'): string => {
  const how =
    kind === 'itself'
      ? 'Asked as the account itself'
      : 'From the policies and what their roles hold (you may not speak as the account)'
  return `${how}: ${proven}`
}

const unreadable = (above: readonly Above[]): readonly string[] =>
  above
    .filter(({ rights }) => rights === undefined)
    .map(
      ({ where }) => `What ${where} grants is not for you to read: a role from there would not be seen in its policy.`,
    )

const unsure = (onIt: Rights, above: readonly Above[]): readonly string[] => {
  const groups = [...new Set([...onIt.unsure, ...above.flatMap(({ rights }) => rights?.unsure ?? [])])]
  const deleted = [...new Set([...onIt.deleted, ...above.flatMap(({ rights }) => rights?.deleted ?? [])])]
  return [
    ...(groups.length > 0 ? [`Whether CI’s account is in ${groups.join(', ')}, no policy tells.`] : []),
    ...(deleted.length > 0 ? [`Left of an account of that name that was deleted: ${deleted.join(', ')}.`] : []),
  ]
}

const open = ({ kind }: PushTarget, { everybodys }: Rights): readonly string[] =>
  everybodys.map(({ role, members }) => `The ${kind} is open: ${members.join(', ')} has ${role}.`)

const wrong = ({ kind, place, command }: PushTarget, tooMuch: readonly string[], tooLittle: readonly string[]) => ({
  code: 'not-least-privilege',
  asked: place.path,
  said: [...tooMuch.map(one => `has ${one}`), ...tooLittle.map(one => `lacks ${one}`)].join(', '),
  means:
    'By the policies, CI’s account has not just the right to push: everybody has a role there, or Google’s role holds something else than it did.',
  next: `Look at the ${kind}’s policy (${command}), take away what is said above, and run again.`,
})

/** The one who has the say above the project. */
function takeAway({ where, binding: { role } }: Inherited, answers: Parameters<typeof memberOf>[0]): PersonAction {
  const [kind = '', id = ''] = where.split('/')
  const member = shown(memberOf(answers))
  const command = kind === 'folders' ? ['gcloud', 'resource-manager', 'folders'] : ['gcloud', 'organizations']
  return {
    kind: 'person',
    key: `take-away-${where}-${role}`,
    does: `take ${role} on ${where} away from ${member}`,
    who: `an administrator of ${where}`,
    instructions: [`It reaches ${shown(answers.googleProject)} from above, where this set-up takes nothing away.`],
    forward: `Please remove ${role} from ${member} on ${where}: CI only pushes images to one repository, and needs no more.`,
    url: `https://console.cloud.google.com/iam-admin/iam?${kind === 'folders' ? 'folder' : 'organizationId'}=${id}`,
    byHand: [{ argv: [...command, 'remove-iam-policy-binding', id, `--member=${member}`, `--role=${role}`, '--all'] }],
  }
}
