import {
  contextNamed,
  type Read,
  type Restriction,
  readProject,
  readRestrictions,
  readVariables,
  type Variable,
} from '../../src/clouds/circleci.ts'
import { defineStep, type Owned, type StepId } from '../../src/engine/step.ts'
import { hole, t } from '../../src/engine/text.ts'
import { AREA_JOBS, hasGoogleKey, hasHerokuOrHub } from '../push-job.ts'

/** facts/circleci.md 5, limits: of a context's name. */
const LONGEST_NAME = 200

/**
 * Both contexts are made alike: empty, by exact name. One that stands there already is never assumed: another name is
 * proposed, or it is offered for use.
 */
const contextStep = (about: {
  readonly id: StepId
  readonly answer: 'herokuContext' | 'googleContext'
  readonly holds: string
  readonly document: string
  readonly when: (answers: Parameters<typeof hasGoogleKey>[0] & Parameters<typeof hasHerokuOrHub>[0]) => boolean
}) =>
  defineStep({
    id: about.id,
    title: `Make the context for ${about.holds}`,
    why: 'A context holds values that jobs ask for by its name. It is made empty and closed to other projects first; only then does a credential go into it.',
    section: 'Authentication',
    document: about.document,
    today:
      'The same by a request. A name may stand there already: it is used only with consent, since closing it to other projects may break them.',
    uses: ['circleOrg', 'circleProject', 'circleJobs', ...AREA_JOBS, 'googleRoute', about.answer],
    after: ['circleci.project'],
    needs: ['circleci'],
    when: about.when,

    async look(look) {
      const { circleOrg, circleProject, [about.answer]: name } = look.answers
      const read = (path: string) => look.read('circleci', path)
      const context = await contextNamed(read, circleOrg, name)
      if (context === undefined) return { is: 'missing' }
      const fact = `${about.id}:id`
      const owned: Owned = {
        id: context.id,
        what: `the context ${name}`,
        owner: circleOrg,
        since: new Date(context.createdAt),
        // facts/circleci.md 5, restrictions: who may edit contexts.
        alsoAccess: [`every contributor of ${circleOrg}`],
      }
      const seen = { is: 'present', state: undefined, learned: { [fact]: context.id } } as const
      if (look.fact(fact) === context.id) return { ...seen, owned }
      const restrictions = await readRestrictions(read, context.id)
      const project = await readProject(read, circleProject)
      const using = usingIt(restrictions, await readVariables(read, context.id), {
        ...look.answers,
        project: project?.id,
      })
      const value = await freeName(read, circleOrg, nameInstead(name, circleProject))
      return { ...seen, owned: { ...owned, using, otherwise: { answer: about.answer, value } } }
    },

    actions: ({ [about.answer]: name }) => [
      {
        kind: 'request',
        key: 'create',
        does: t`create the context ${name}, empty`,
        host: 'circleci',
        method: 'POST',
        path: '/api/v2/context',
        body: { name, owner: { id: hole('circleci.project:organization'), type: 'organization' } },
        learn: { id: ['id'] },
        again: 'look-first',
      },
    ],

    undo: ({ [about.answer]: name }) => [
      {
        kind: 'request',
        key: 'delete',
        does: t`delete the context ${name} with all that is in it`,
        host: 'circleci',
        method: 'DELETE',
        path: t`/api/v2/context/${hole(`${about.id}:id`)}`,
        again: 'safe',
        // Of a context that is gone it says 403 (facts/circleci.md 5).
        okStatus: [403],
      },
    ],

    // No source tells with what status it is refused (facts/circleci.md 5).
    means: ({ status, asked }, { [about.answer]: name }) =>
      asked.startsWith('POST') && [400, 409, 422].includes(status)
        ? {
            code: 'taken',
            means: `CircleCI does not make the context ${name}: one of that name is there, made meanwhile or hidden from this account. On CircleCI Server it may be another organization’s.`,
            next: `Run again: it is looked for first, and offered for use. Where it is not found, take another name: --set ${about.answer}=NAME`,
          }
        : undefined,
  })

/** What is proposed for a name that is somebody else's; a number comes behind it where that is taken too. */
export const nameInstead = (name: string, circleProject: string): string =>
  `${name}-${circleProject.replace(/^.*\//, '')}`

/** A name that begins so, and that no context of the organization has. */
async function freeName(read: Read, organization: string, wanted: string): Promise<string> {
  for (let nth = 1; ; nth += 1) {
    const end = nth === 1 ? '' : `-${nth}`
    const name = wanted.slice(0, LONGEST_NAME - end.length).trimEnd() + end
    if ((await contextNamed(read, organization, name)) === undefined) return name
  }
}

/**
 * What using a context here means for the others who use it, as far as it can be known: CircleCI tells of a context what
 * is in it and what it is restricted to, and nowhere who asks for it (facts/circleci.md 5).
 */
function usingIt(
  restrictions: readonly Restriction[],
  variables: readonly Variable[],
  {
    circleOrg,
    circleProject,
    project,
  }: { readonly circleOrg: string; readonly circleProject: string; readonly project: string | undefined },
): string {
  const projects = restrictions.filter(({ type }) => type === 'project')
  // A name may be anybody’s: a project is known by its id.
  const others = projects.filter(({ value }) => value !== project).map(({ name, value }) => name || value)
  const closing =
    projects.length === 0
      ? `It is open to every project of ${circleOrg}, and CircleCI does not tell which use it: once it is closed to all but ${circleProject}, the jobs of the others that ask for it end as “unauthorized”`
      : others.length === 0
        ? 'It is closed to all other projects already'
        : `It is open to ${others.join(', ')}: their builds read what is put into it, and those of ${circleProject} what is there`
  const written = variables.map(({ name, updatedAt }) => `${name} (written ${updatedAt.slice(0, 10)})`)
  return `${closing}. ${written.length === 0 ? 'Nothing is in it' : `It holds ${written.join(', ')}`}`
}

export const contextHeroku = contextStep({
  id: 'circleci.context-heroku',
  answer: 'herokuContext',
  holds: 'Heroku’s and Docker Hub’s credentials',
  document: 'created an org-level context `heroku-and-dockerhub`',
  when: hasHerokuOrHub,
})

export const contextGoogle = contextStep({
  id: 'circleci.context-google',
  answer: 'googleContext',
  holds: 'Google’s credential',
  document: 'created an org-level context `google-dummyapp`',
  when: hasGoogleKey,
})
