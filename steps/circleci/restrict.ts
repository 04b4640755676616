import { contextNamed, type Restriction, readProject, readRestrictions } from '../../src/clouds/circleci.ts'
import { textAt } from '../../src/clouds/json.ts'
import { type Action, defineStep, type PersonAction } from '../../src/engine/step.ts'
import { hole, type Str, t } from '../../src/engine/text.ts'

/** The contexts, the step that makes each, and whether the further condition is for it. */
const CONTEXTS = [
  { answer: 'herokuContext', madeBy: 'circleci.context-heroku', mayHaveCondition: true },
  { answer: 'googleContext', madeBy: 'circleci.context-google', mayHaveCondition: false },
] as const

type Answer = (typeof CONTEXTS)[number]['answer']

/** What is still open of a context. */
interface Open {
  readonly project: boolean
  readonly condition: boolean
}
type State = Readonly<Record<Answer, Open>>

export const restrict = defineStep({
  id: 'circleci.restrict',
  title: 'Close both contexts to every other project',
  why: 'Without it any build of any project in the organization can ask for the context and read what is in it. No credential goes into a context before it is closed.',
  section: 'Authentication',
  document: '“any build within the org can request any context, you can’t have admins defining restricted contexts”',
  today:
    'One can, since then: a project restriction on each. “All members” stays, without it only the organization’s admins could use it. Only an admin of the organization may add a restriction.',
  uses: ['circleOrg', 'circleProject', 'herokuContext', 'googleContext', 'contextExpression'],
  after: ['circleci.project', 'circleci.context-heroku', 'circleci.context-google'],
  needs: ['circleci'],

  async look(look) {
    const { answers } = look
    const read = (path: string) => look.read('circleci', path)
    const project = await readProject(read, answers.circleProject)
    if (project === undefined) return { is: 'missing' }
    const looked = await Promise.all(
      CONTEXTS.map(async ({ answer, mayHaveCondition }) => {
        const wanted = mayHaveCondition ? answers.contextExpression : undefined
        const context = await contextNamed(read, answers.circleOrg, answers[answer])
        const there = context ? await readRestrictions(read, context.id) : []
        const open: Open = {
          project: !there.some(({ type, value }) => type === 'project' && value === project.id),
          condition:
            wanted !== undefined && !there.some(({ type, value }) => type === 'expression' && value === wanted),
        }
        return { answer, open, notes: context ? notesOn(answers[answer], there, project.id, wanted) : [] }
      }),
    )
    const state = Object.fromEntries(looked.map(({ answer, open }) => [answer, open])) as unknown as State
    const open = looked.filter(one => one.open.project || one.open.condition)
    if (open.length === 0) return { is: 'present', state, notes: looked.flatMap(({ notes }) => notes) }
    if (open.length === CONTEXTS.length) return { is: 'missing', state }
    return { is: 'missing', state, partly: `one of ${CONTEXTS.length} contexts is closed` }
  },

  actions: (answers, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    return CONTEXTS.flatMap(({ answer, madeBy, mayHaveCondition }) => {
      const { project, condition } = state?.[answer] ?? { project: true, condition: mayHaveCondition }
      const { contextExpression } = answers
      const name = answers[answer]
      const add = (type: string, does: Str, value: Str): Action => ({
        kind: 'request',
        key: `${type}-${answer}`,
        does,
        host: 'circleci',
        method: 'POST',
        path: t`/api/v2/context/${hole(`${madeBy}:id`)}/restrictions`,
        body: { restriction_type: type, restriction_value: value },
        // A second one of the same is taken without a word.
        again: 'look-first',
        ifForbidden: byAdmin(answers),
      })
      return [
        ...(project
          ? [
              add(
                'project',
                t`close ${name} to every project but ${answers.circleProject}`,
                hole('circleci.project:id'),
              ),
            ]
          : []),
        ...(condition && contextExpression !== undefined
          ? [add('expression', t`open ${name} only where ${contextExpression}`, contextExpression)]
          : []),
      ]
    })
  },

  // A context that we made goes with its restrictions; one that was there before stays closed: to open it is a person's.
  undo: () => [],

  reach: ({ circleOrg, circleProject }, { record }) => ({
    where: 'CircleCI',
    before: CONTEXTS.every(({ madeBy }) => record(madeBy) === 'made') ? 'nobody' : `every project of ${circleOrg}`,
    now: `${circleProject} alone`,
  }),

  // facts/circleci.md 5, restrictions: what it says of a bad grammar.
  means: ({ status, body }, { contextExpression }) =>
    status === 400 && contextExpression !== undefined && /invalid argument/i.test(textAt(body, 'message') ?? '')
      ? {
          code: 'expression',
          means: `CircleCI does not understand the condition ${contextExpression}.`,
          next: `Correct it, as in --set contextExpression='pipeline.git.branch == "main"', or leave it out with --set contextExpression= and run again.`,
        }
      : undefined,
})

/** Whom to ask where the signed-in account is no admin, with the text to forward. */
function byAdmin({
  circleOrg,
  circleProject,
  herokuContext,
  googleContext,
  contextExpression: condition,
}: {
  readonly circleOrg: Str
  readonly circleProject: Str
  readonly herokuContext: Str
  readonly googleContext: Str
  readonly contextExpression?: Str
}): PersonAction {
  const further =
    condition === undefined ? '' : t` In ${herokuContext}, also add the Expression Restriction ${condition}.`
  return {
    kind: 'person',
    key: 'close-by-admin',
    does: 'close the contexts to other projects',
    who: 'an admin of the CircleCI organization',
    instructions: ['Until then no credential is put into them; everything else goes on.'],
    forward: t`Please open Organization Settings > Contexts of ${circleOrg} in CircleCI. In each of ${herokuContext} and ${googleContext}, choose Add Project Restriction and pick ${circleProject}.${further} Keep All Members.`,
    url: 'https://app.circleci.com/settings/organization',
  }
}

/** What stays as it is, and what that means. */
function notesOn(
  name: string,
  there: readonly Restriction[],
  project: string,
  condition: string | undefined,
): readonly string[] {
  const others = there.filter(({ type, value }) => type === 'project' && value !== project)
  const conditions = there.filter(({ type, value }) => type === 'expression' && value !== condition)
  return [
    ...(others.length > 0
      ? [`${name} is open to ${others.map(one => one.name || one.value).join(', ')} as well.`]
      : []),
    ...conditions.map(({ value }) => `${name} has a condition of somebody else’s: ${value}.`),
    ...(there.some(({ type }) => type === 'group')
      ? []
      : [`${name} lacks All Members: only admins can use it in builds.`]),
  ]
}
