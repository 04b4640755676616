import type { Cause } from '../../src/clouds/cause.ts'
import { CIRCLECI, type Read, readProject } from '../../src/clouds/circleci.ts'
import { readRuns } from '../../src/clouds/circleci-runs.ts'
import { at, type Json } from '../../src/clouds/json.ts'
import { inSmallLetters } from '../../src/clouds/letters.ts'
import { neededIn } from '../../src/clouds/needed.ts'
import { type Action, defineStep, type Look, type PersonAction } from '../../src/engine/step.ts'
import { path, type Str, shown, t } from '../../src/engine/text.ts'
import { isSince } from '../../src/engine/tries.ts'
import { ahead } from '../ahead.ts'

interface State {
  /** Workflows that run only because somebody began to follow. */
  readonly cancel: readonly string[]
  readonly forksGetSecrets: boolean
}

const USES = ['circleProject', 'circleOrg', 'defaultBranch'] as const

/** How long the build that a follow starts may take to appear, in milliseconds; no source tells more than "late". */
const LATE_MS = 30_000

export const project = defineStep({
  id: 'circleci.project',
  title: 'Make the repository a CircleCI project',
  why: 'CircleCI builds what it follows: it adds a deploy key and a webhook to the repository. Contexts are opened to this project alone.',
  section: 'Setup',
  document: 'created the project; “pushed on branch circle, aborted first build on master”',
  today:
    'The same request as the page’s button. Following starts a build of the default branch, before there is anything it could push with: it is cancelled as soon as it appears. Builds of forks must not get secrets.',
  uses: USES,
  needs: ['circleci'],

  async look(look) {
    const { circleProject, circleOrg } = look.answers
    if (circleProject.startsWith('circleci/')) return { is: 'unknown', cause: standsAlone(circleProject) }
    if (!circleProject.startsWith(`${circleOrg}/`)) return { is: 'unknown', cause: notOwner(circleProject, circleOrg) }
    const read = (path: string) => look.read('circleci', path)
    const settingsPath = `/api/v2/project/${circleProject}/settings`
    if (look.fact('circleci.project:id') !== undefined) ahead(read(settingsPath), unaskedWorkflows(look))
    const found = await readProject(read, circleProject)
    if (found === undefined) {
      const partly = await whatIsKnownOf(circleOrg, read)
      return { is: 'missing', ...(partly !== undefined && { partly }) }
    }
    const settings = await read(settingsPath)
    if (settings.status >= 300) return { is: 'unknown', cause: CIRCLECI.means(settings) }
    const unasked = await unaskedWorkflows(look)
    const forksGetSecrets = neededIn(CIRCLECI.name, settings).boolean(
      settings.body,
      'advanced',
      'forks_receive_secret_env_vars',
    )
    if (unasked === 'awaited') {
      const detail = 'waits for the build that following starts, to cancel it'
      return { is: 'pending', on: 'vendor', detail, state: { cancel: [], forksGetSecrets } }
    }
    const state: State = { cancel: unasked, forksGetSecrets }
    const learned = { 'circleci.project:id': found.id, 'circleci.project:organization': found.organizationId }
    if (forksGetSecrets) return { is: 'differs', state, how: [FORKS], learned }
    if (unasked.length > 0) return { is: 'missing', state, partly: 'followed; a build runs that nobody asked for' }
    return { is: 'present', state, learned }
  },

  actions: ({ circleProject }, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    if (state === undefined) return [follow(circleProject), readIds(circleProject)]
    return [...(state.forksGetSecrets ? [keepFromForks(circleProject)] : []), ...state.cancel.map(cancel)]
  },

  // The project of a repository at GitHub or Bitbucket can be unfollowed, not deleted: its builds stay readable.
  undo: ({ circleProject }) => [
    {
      kind: 'person',
      key: 'unfollow',
      does: t`stop building ${circleProject}`,
      who: 'you',
      instructions: ['Open the project’s settings, and choose “Stop Building” at the end of the overview.'],
      url: t`https://app.circleci.com/settings/project/${circleProject}`,
    },
  ],

  isNo: (key, { body }, { circleProject }) =>
    key === 'follow' && at(body, 'following') !== true && at(body, 'followed') !== true
      ? notFollowed(circleProject)
      : undefined,
})

const FORKS = {
  what: 'secrets in builds of forks',
  expected: 'kept from them',
  found: 'handed to them',
}

const follow = (project: Str): Action => ({
  kind: 'request',
  key: 'follow',
  does: t`follow ${project}, which makes it a project`,
  host: 'circleci',
  method: 'POST',
  path: t`/api/v1.1/project/${project}/follow`,
  // Of what is followed already, 500 was told once (facts/circleci.md 6).
  again: 'look-first',
  ifForbidden: byAdmin(project),
})

/** What contexts are opened to, and the organization that they are made in. */
const readIds = (project: Str): Action => ({
  kind: 'request',
  key: 'ids',
  does: 'read the ids of the project and of its organization',
  host: 'circleci',
  method: 'GET',
  path: t`/api/v2/project/${project}`,
  learn: { id: ['id'], organization: ['organization_id'] },
  again: 'safe',
})

/** A follow adds a key to the repository, which its admins alone may. */
const byAdmin = (project: Str): PersonAction => ({
  kind: 'person',
  key: 'follow-by-admin',
  does: t`set up ${project} at CircleCI`,
  who: `an admin of the repository ${shown(project).replace(/^\w+\//, '')}`,
  instructions: [
    t`Please open the page below, find ${project}, and choose “Set Up Project”; any branch will do.`,
    'CircleCI adds a deploy key and a webhook to the repository, which only an admin of it may do.',
  ],
  url: 'https://app.circleci.com/projects',
})

const cancel = (workflow: string): Action => ({
  kind: 'request',
  key: `cancel-${workflow}`,
  does: 'cancel the build that following started',
  takesBack: true,
  host: 'circleci',
  method: 'POST',
  path: path`/api/v2/workflow/${workflow}/cancel`,
  again: 'safe',
})

const keepFromForks = (project: Str): Action => ({
  kind: 'request',
  key: 'forks',
  does: 'hand no secrets to builds of forks',
  host: 'circleci',
  method: 'PATCH',
  path: t`/api/v2/project/${project}/settings`,
  body: { advanced: { forks_receive_secret_env_vars: false } },
  again: 'safe',
})

/**
 * The workflows that run because of our follow alone; `awaited` while they may still appear. Nothing is looked for
 * once the follow is settled. The first pipeline after it is the follow's: those behind it are pushes, which somebody
 * wants.
 */
async function unaskedWorkflows(look: Look<(typeof USES)[number]>): Promise<readonly string[] | 'awaited'> {
  const begun = look.begunAt('circleci.project/follow')
  if (begun === undefined) return []
  const { circleProject, defaultBranch } = look.answers
  const read = (path: string) => look.read('circleci', path)
  const runs = await readRuns(read, circleProject, defaultBranch, ({ createdAt }) => isSince(createdAt, begun))
  const first = runs.at(-1)
  if (first !== undefined && (first.workflows.length > 0 || first.errors.length > 0)) {
    return first.workflows.filter(({ isOver }) => !isOver).map(({ id }) => id)
  }
  return look.hasPassed(LATE_MS, begun, 'circleci') ? [] : 'awaited'
}

const standsAlone = (project: string): Cause => ({
  code: 'standalone',
  means: `${project} is of a CircleCI organization that stands apart from GitHub (GitHub App, GitLab), whose projects are set up by pipeline definitions: that is not covered yet.`,
  next: 'Set the project up at https://app.circleci.com/projects, and leave this lane out: --skip circleci.',
})

const notOwner = (project: string, organization: string): Cause => ({
  code: 'not-owner',
  means: `${project} is no project of ${organization}: the contexts of one organization are not there for another’s projects.`,
  next: `Say which is right, and run again: --set circleOrg=${project.replace(/\/[^/]*$/, '')} or --set circleProject=${organization}/NAME`,
})

/**
 * What to know of the organization before anybody agrees to follow, from the list of those that the signed-in account is
 * in (facts/circleci.md 4, 6, 13): case matters, and an organization of that name may stand apart.
 */
async function whatIsKnownOf(organization: string, read: Read): Promise<string | undefined> {
  const reply = await read('/api/v2/me/collaborations')
  const { status, body } = reply
  if (status >= 300 || !Array.isArray(body)) return undefined
  const need = neededIn(CIRCLECI.name, reply)
  const slugs = (body as readonly Json[]).map(one => ({
    slug: need.text(one, 'slug'),
    name: need.text(one, 'name'),
    standsApart: need.text(one, 'vcs-type') === 'circleci',
  }))
  const name = organization.replace(/^\w+\//, '')
  const isAlike = (other: string) => inSmallLetters(other) === inSmallLetters(name)
  const twin = slugs.find(one => one.standsApart && isAlike(one.name))
  if (twin !== undefined) {
    return `missing; CircleCI knows ${name} also as ${twin.slug}, an organization that stands apart (GitHub App), whose projects are not covered: if it is built there already, leave this lane out (--skip circleci)`
  }
  if (slugs.some(({ slug }) => slug === organization)) return undefined
  const other = slugs.find(({ slug }) => inSmallLetters(slug) === inSmallLetters(organization))
  return other === undefined
    ? `missing; CircleCI does not list ${organization} among the organizations of the signed-in account`
    : `missing; CircleCI knows ${other.slug}, and capitals count: --set circleOrg=${other.slug}`
}

const notFollowed = (project: string): Cause => ({
  code: 'not-followed',
  means: `CircleCI did not follow ${project}: whoever signed in is no admin of the repository, or there is none of that name.`,
  next: 'Check the name (--set circleProject=gh/OWNER/NAME; capitals count), or ask an admin of the repository.',
})
