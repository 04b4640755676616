import { contextNamed, readRestrictions } from '../../src/clouds/circleci.ts'
import { defineStep, type StepId } from '../../src/engine/step.ts'
import { hole, t } from '../../src/engine/text.ts'

/** Both contexts are made alike: empty, by exact name. One that stands there already is offered for use, never assumed. */
const contextStep = (about: {
  readonly id: StepId
  readonly answer: 'herokuContext' | 'googleContext'
  readonly holds: string
  readonly document: string
}) =>
  defineStep({
    id: about.id,
    title: `Make the context for ${about.holds}`,
    why: 'A context holds values that jobs ask for by its name. It is made empty and closed to other projects first; only then does a credential go into it.',
    section: 'Authentication',
    document: about.document,
    today:
      'The same by a request. A name may stand there already: it is used only with consent, since closing it to other projects may break them.',
    uses: ['circleOrg', 'circleProject', about.answer],
    after: ['circleci.project'],
    needs: ['circleci'],

    async look(look) {
      const { circleOrg, circleProject, [about.answer]: name } = look.answers
      const read = (path: string) => look.read('circleci', path)
      const context = await contextNamed(read, circleOrg, name)
      if (context === undefined) return { is: 'missing' }
      const isClosed = (await readRestrictions(read, context.id)).some(({ type }) => type === 'project')
      return {
        is: 'present',
        state: undefined,
        learned: { [`${about.id}:id`]: context.id },
        owned: {
          id: context.id,
          what: `the context ${name}`,
          owner: circleOrg,
          since: new Date(context.createdAt),
          alsoAccess: isClosed
            ? []
            : [`every project of ${circleOrg}, until it is closed to all but ${circleProject},`],
        },
      }
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

export const contextHeroku = contextStep({
  id: 'circleci.context-heroku',
  answer: 'herokuContext',
  holds: 'Heroku’s and Docker Hub’s credentials',
  document: 'created an org-level context `heroku-and-dockerhub`',
})

export const contextGoogle = contextStep({
  id: 'circleci.context-google',
  answer: 'googleContext',
  holds: 'Google’s credential',
  document: 'created an org-level context `google-dummyapp`',
})
