import type { Known } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { CIRCLECI, isGone, organizationId } from '../../src/clouds/circleci.ts'
import { textAt } from '../../src/clouds/json.ts'
import { neededIn } from '../../src/clouds/needed.ts'
import { defineStep, type Look, type PersonAction } from '../../src/engine/step.ts'
import { type Str, shown } from '../../src/engine/text.ts'
import { jobsOf } from '../push-job.ts'
import { leftToPerson, type Need } from './config/by-hand.ts'
import { withContexts } from './config/contexts.ts'
import type { Open } from './config/edit.ts'
import { withHerokuJob } from './config/heroku-job.ts'
import { newConfig } from './config/new-config.ts'
import { notes } from './config/notes.ts'
import { withRepairs } from './config/repairs.ts'
import { allRepairs, contextsWanted, FILE, keylessOf, USES, type Used } from './config-file.ts'

interface State {
  readonly from: string
  readonly to: Str
  /** What only a person can do in it. */
  readonly byHand: readonly string[]
}

export const config = defineStep({
  id: 'circleci.config',
  title: 'Have the jobs ask for their contexts',
  why: 'A job gets the values of a context only where the config names it. The file is edited here; you commit and push it.',
  section: 'Authentication',
  document: '“Now update the .circleci/config.yml to reference the context”',
  today:
    'Insertions alone, every other byte stays. A Heroku job that is defined and not run is brought back for the default branch, with the release that a push no longer makes. Where there is no config, a small one is offered. CircleCI itself checks the result before a credential is made.',
  uses: USES,
  after: ['circleci.project', 'google.provider'],
  needs: ['circleci'],
  local: true,

  async look(look) {
    const { answers } = look
    const text = look.file(FILE)
    const { to, open } = text === undefined ? { to: anew(look), open: [] } : edited(text, answers)
    const byHand = text === undefined ? [] : leftToPerson(shown(to), answers, needsOf(answers), open)
    const state: State = { from: text ?? '', to, byHand }
    const said = shown(to)
    const offered = allRepairs(said, look)
    const refused = look.isDry ? undefined : await refusal(look, shown(withRepairs(said, offered.found)))
    if (typeof refused === 'object') return { is: 'unknown', cause: refused }
    const unchecked = refused === undefined ? [] : [refused]
    if (to !== text) {
      const partly = [...(text === undefined ? [`there is no ${FILE}`] : []), ...unchecked].join('; ')
      return { is: 'missing', state, ...(partly !== '' && { partly }) }
    }
    if (byHand.length > 0) {
      return { is: 'missing', state, partly: 'nothing can push by it before a person has edited it' }
    }
    const left = [...leftOpen(open), ...leftOpen(offered.open), ...unchecked]
    return { is: 'present', state, notes: [...left, ...notes(text).map(({ key, says }) => `${key}: ${says}`)] }
  },

  actions: (_, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    if (state === undefined) return []
    const { from, to, byHand } = state
    const does = from === '' ? `write ${FILE}, a small one for this pipeline` : `add to ${FILE} what the jobs need`
    return [
      ...(to === from ? [] : [{ kind: 'edit', key: 'contexts', does, file: FILE, from, to } as const]),
      ...(byHand.length === 0 ? [] : [forPerson(byHand)]),
    ]
  },

  // The edit is the person's own by then, committed or not.
  undo: () => [
    {
      kind: 'person',
      key: 'revert',
      does: `take the edits of ${FILE} back`,
      who: 'you',
      instructions: [`git checkout --patch -- ${FILE} where they are not committed; git revert COMMIT where they are.`],
    },
  ],
})

const forPerson = (instructions: readonly string[]): PersonAction => ({
  kind: 'person',
  key: 'by-hand',
  does: `edit ${FILE} so that CI can push`,
  who: 'you',
  instructions: instructions.flatMap(text => text.split('\n')),
})

/** What is filled for the jobs of each area. */
const needsOf = (answers: Pick<Known, Used>): readonly Need[] => [
  {
    ...{ area: 'herokuJobs', registry: 'heroku' },
    ...{ context: answers.herokuContext, secret: answers.herokuTokenVariable },
  },
  {
    ...{ area: 'dockerHubJobs', registry: 'docker-hub', context: answers.herokuContext },
    ...{ user: answers.dockerHubUserVariable, secret: answers.dockerHubTokenVariable },
  },
  {
    ...{ area: 'googleJobs', registry: 'google' },
    ...{ context: keylessOf(answers) ? undefined : answers.googleContext, secret: answers.googleKeyVariable },
  },
]

/** The config with all that is to be put in, and what could not be. */
function edited(text: string, answers: Pick<Known, Used>): { readonly to: string; readonly open: readonly Open[] } {
  const { herokuContext, herokuTokenVariable, herokuApp, defaultBranch } = answers
  const brought = jobsOf(answers, 'herokuJobs').reduce(
    (before, job) => {
      const wanted = { job, context: herokuContext, branch: defaultBranch, app: herokuApp }
      const after = withHerokuJob(before.text, { ...wanted, tokenVariable: herokuTokenVariable })
      return { text: after.text, open: [...before.open, ...after.open] }
    },
    { text, open: [] as readonly Open[] },
  )
  const given = withContexts(brought.text, contextsWanted(brought.text, answers))
  return { to: given.text, open: [...brought.open, ...given.open] }
}

const leftOpen = (open: readonly Open[]): readonly string[] => [
  ...new Set(open.map(({ job, why }) => `${job} was left as it is: ${why}.`)),
]

/** The usual Go of the day, where go.mod does not say. */
const GO = '1.24'

/** A config for a checkout that has none, for the jobs that are wanted. */
function anew({ answers, file }: Look<Used>): Str {
  const keyless = keylessOf(answers)
  const { herokuContext, googleContext, herokuTokenVariable: tokenVariable, herokuApp: app } = answers
  const runs = (area: Parameters<typeof jobsOf>[1]) => jobsOf(answers, area).length > 0
  const go = /^go (\d+\.\d+)/m.exec(file('go.mod') ?? '')?.[1] ?? GO
  return newConfig({
    // Go, git, bash and docker are in it (facts/circleci.md 10 names its family).
    builderImage: `cimg/go:${go}`,
    dockerHubRepository: answers.dockerHubRepository,
    ...(runs('dockerHubJobs') && {
      dockerHub: {
        context: herokuContext,
        userVariable: answers.dockerHubUserVariable,
        tokenVariable: answers.dockerHubTokenVariable,
      },
    }),
    ...(runs('herokuJobs') && {
      heroku: { app, tokenVariable, context: herokuContext, branch: answers.defaultBranch },
    }),
    ...(runs('googleJobs') && {
      google: {
        signIn: keyless ?? { context: googleContext, keyVariable: answers.googleKeyVariable },
        registryHost: answers.registryHost,
        project: answers.googleProject,
        imageName: answers.imageName,
      },
    }),
  })
}

const UNCHECKED = `CircleCI did not check ${FILE}, because its API no longer has that check: the first run shows whether it is valid, and circleci config validate shows it before`

/**
 * What CircleCI says of the config as it will be; it does not check that contexts exist (facts/circleci.md 7). The check is in
 * no description of the API: where it is gone, a note says so.
 */
async function refusal(look: Look<Used>, text: string): Promise<Cause | string | undefined> {
  const owner = await organizationId(path => look.read('circleci', path), look.answers.circleOrg)
  const options = owner === undefined ? {} : { options: { owner_id: owner } }
  const reply = await look.ask('circleci', '/api/v2/compile-config-with-defaults', {
    config_yaml: text,
    ...options,
  })
  if (isGone(reply)) return UNCHECKED
  if (reply.status >= 300) return CIRCLECI.means(reply)
  const need = neededIn(CIRCLECI.name, reply)
  if (need.boolean(reply.body, 'valid')) return undefined
  const said = need
    .list(reply.body, 'errors')
    // A line of the report, which may be empty.
    .map(error => textAt(error, 'message') ?? '')
    .join('\n')
  if (/third[- ]party orbs|uncertified orbs/i.test(said))
    return orbsNotAllowed(look.answers.circleOrg, reply.asked, said)
  return {
    code: 'config',
    asked: reply.asked,
    said,
    means: `CircleCI does not take ${FILE}, also with all that is offered here put in.`,
    next: `Mend what it says in ${FILE}, and run again. No credential is made before.`,
  }
}

/** A setting of the organization's, not a fault of the file. */
function orbsNotAllowed(organization: string, asked: string, said: string): Cause {
  const page = `https://app.circleci.com/settings/organization/${organization.replace(/^gh\//, 'github/').replace(/^bb\//, 'bitbucket/')}/security`
  return {
    code: 'orbs-not-allowed',
    asked,
    said,
    means: `${organization} does not allow orbs of others than CircleCI and its partners. Only an organization admin can turn that on: Organization Settings > Security > Allow uncertified public orbs (${page}).`,
    next: `Ask an admin, and run again. To forward: “Please allow uncertified public orbs for ${organization}: our .circleci/config.yml uses one. ${page}”`,
  }
}
