import type { Known } from '../../src/answers/schema.ts'
import { contextNamed, type Restriction, readProject, readRestrictions } from '../../src/clouds/circleci.ts'
import { textAt } from '../../src/clouds/json.ts'
import { type Action, defineStep, type PersonAction } from '../../src/engine/step.ts'
import { hole, type Str, shown, t } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import { refusedTo } from '../delivery.ts'
import { AREA_JOBS, hasGoogleKey, hasHerokuOrHub } from '../push-job.ts'

/** The contexts, the step that makes each, and whether the further condition is for it. */
const CONTEXTS = [
  { answer: 'herokuContext', madeBy: 'circleci.context-heroku', mayHaveCondition: true, when: hasHerokuOrHub },
  { answer: 'googleContext', madeBy: 'circleci.context-google', mayHaveCondition: false, when: hasGoogleKey },
] as const

type Answer = (typeof CONTEXTS)[number]['answer']

type JobAnswers = Parameters<typeof hasGoogleKey>[0] & Parameters<typeof hasHerokuOrHub>[0]

/** Those that there are: for what some job needs. */
const contextsOf = (answers: JobAnswers) => CONTEXTS.filter(({ when }) => when(answers))

/** What is still open of a context. */
interface Open {
  readonly project: boolean
  readonly condition: boolean
}
interface State {
  readonly open: Readonly<Record<Answer, Open>>
  /** Who tries it. */
  readonly account: string
}

export const restrict = defineStep({
  id: 'circleci.restrict',
  title: 'Close both contexts to every other project',
  why: 'Without it any build of any project in the organization can ask for the context and read what is in it. No credential goes into a context before it is closed.',
  section: 'Authentication',
  document: '“any build within the org can request any context, you can’t have admins defining restricted contexts”',
  today:
    'One can, since then: a project restriction on each. “All members” stays, without it only the organization’s admins could use it. Only an admin of the organization may add a restriction. Where the signed-in account is none, the credentials wait for one (secretsUntilRestricted=wait); by choice they go into the project’s own variables, or into the open contexts all the same.',
  uses: [
    'circleOrg',
    'circleProject',
    'herokuContext',
    'googleContext',
    'contextExpression',
    'secretsUntilRestricted',
    'circleJobs',
    ...AREA_JOBS,
    'googleRoute',
  ],
  after: ['circleci.project', 'circleci.context-heroku', 'circleci.context-google'],
  needs: ['circleci'],
  when: answers => contextsOf(answers).length > 0,

  async look(look) {
    const { answers } = look
    const read = (path: string) => look.read('circleci', path)
    const project = await readProject(read, answers.circleProject)
    if (project === undefined) return { is: 'missing' }
    const looked = await Promise.all(
      contextsOf(answers).map(async ({ answer, madeBy, mayHaveCondition }) => {
        const wanted = mayHaveCondition ? answers.contextExpression : undefined
        const id = look.fact(`${madeBy}:id`)
        if (id !== undefined) ahead(readRestrictions(read, id))
        const context = await contextNamed(read, answers.circleOrg, answers[answer])
        const there = context ? await readRestrictions(read, context.id) : []
        const open: Open = {
          project: !there.some(({ type, value }) => type === 'project' && value === project.id),
          condition:
            wanted !== undefined && !there.some(({ type, value }) => type === 'expression' && value === wanted),
        }
        const notes = context ? notesOn(answers[answer], there, project.id, wanted) : []
        return { answer, open, isThere: context !== undefined, notes, openTo: openTo(there, project.id) }
      }),
    )
    const account = look.account('circleci').id
    const state: State = {
      open: Object.fromEntries(looked.map(({ answer, open }) => [answer, open])) as State['open'],
      account,
    }
    const open = looked.filter(one => one.open.project || one.open.condition)
    const notes = looked.flatMap(one => one.notes)
    const learned = Object.fromEntries(looked.map(one => [openToFact(one.answer), one.openTo]))
    // Tried, and refused: by choice it goes on without.
    const isChosen = isChoice(answers.secretsUntilRestricted) && look.fact(refusedTo(account)) !== undefined
    if (isChosen && open.every(({ isThere }) => isThere)) {
      const left = open.filter(one => one.open.project).map(({ answer }) => answers[answer])
      return { is: 'present', state, learned, notes: [...notes, ...notesOnOpen(left, answers)] }
    }
    if (open.length === 0) return { is: 'present', state, learned, notes }
    if (open.length === looked.length) return { is: 'missing', state }
    return { is: 'missing', state, partly: `one of ${looked.length} contexts is closed` }
  },

  actions: (answers, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    return contextsOf(answers).flatMap(({ answer, madeBy, mayHaveCondition }) => {
      const { project, condition } = state?.open[answer] ?? { project: true, condition: mayHaveCondition }
      const { contextExpression } = answers
      const name = answers[answer]
      const add = (type: string, does: Str, value: Str): Action => ({
        kind: 'request',
        key: `${type}-${answer}`,
        does: isChoice(answers.secretsUntilRestricted) ? t`${does}, if this account may` : does,
        host: 'circleci',
        method: 'POST',
        path: t`/api/v2/context/${hole(`${madeBy}:id`)}/restrictions`,
        body: { restriction_type: type, restriction_value: value },
        // A second one of the same is taken without a word.
        again: 'look-first',
        ...(isChoice(answers.secretsUntilRestricted) ? goesOn(state) : { ifForbidden: byAdmin(answers) }),
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

  reach: (answers, { record, fact }) => ({
    where: 'CircleCI',
    before: contextsOf(answers).every(({ madeBy }) => record(madeBy) === 'made')
      ? 'nobody'
      : `every project of ${answers.circleOrg}`,
    now: reachNow(answers, fact),
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

/** The fact that tells whom a context is open to beside this project: EVERYBODY, or the ids of other projects. */
const openToFact = (answer: Answer): string => `circleci.restrict:open-${answer}`
const EVERYBODY = 'yes'

/** Names may be anybody’s, and change: a project is known by its id. */
function openTo(there: readonly Restriction[], project: string): string {
  const projects = there.filter(({ type }) => type === 'project').map(({ value }) => value)
  return projects.length === 0 ? EVERYBODY : projects.filter(id => id !== project).join(' ')
}

type Reached = 'circleOrg' | 'circleProject' | 'herokuContext' | 'googleContext' | 'secretsUntilRestricted'

/** Who can use the contexts, by what was seen of them. */
function reachNow(
  answers: Parameters<typeof contextsOf>[0] & Pick<Known, Reached>,
  fact: (name: string) => string | undefined,
): string {
  const { circleOrg, circleProject } = answers
  const each = contextsOf(answers).map(({ answer }) => {
    const others = fact(openToFact(answer))
    const isEmpty = answers.secretsUntilRestricted === 'project-variables'
    if (others === undefined) return { name: answers[answer], who: 'not known' }
    if (others === EVERYBODY && isEmpty)
      return { name: answers[answer], who: `${circleProject} alone, in every job of every branch` }
    if (others === EVERYBODY) return { name: answers[answer], who: `every project of ${circleOrg}` }
    const more = others.split(' ').filter(Boolean).length
    const beside = more === 0 ? ' alone' : more === 1 ? ' and 1 other project' : ` and ${more} other projects`
    return { name: answers[answer], who: `${circleProject}${beside}` }
  })
  const all = [...new Set(each.map(({ who }) => who))]
  if (all.length === 1) return all.join()
  return each.map(({ name, who }) => `${name}: ${who}`).join('; ')
}

/** The answers that go on without an admin, with what they mean. */
const CHOICES = {
  'project-variables':
    'put the credentials into the project’s own variables: closed to other projects, and seen by every job of every branch of this one',
  'write-anyway': 'put the credentials into the open contexts: every project of the organization can read them',
} as const

const isChoice = (choice: Str): choice is keyof typeof CHOICES =>
  typeof choice === 'string' && Object.hasOwn(CHOICES, choice)

/** A refusal is an answer as well, and is remembered of the account that got it: an admin tries anew. */
const goesOn = (state: State | undefined) => ({
  okStatus: [403],
  ...(state && { marks: refusedTo(state.account).replace(/^.*:/, '') }),
})

interface Names extends JobAnswers {
  readonly circleOrg: Str
  readonly circleProject: Str
  readonly herokuContext: Str
  readonly googleContext: Str
  readonly contextExpression?: Str
}

/** What an admin is asked for. */
function request(names: Names): Str {
  const { circleOrg, circleProject, herokuContext, googleContext, contextExpression: condition } = names
  const closed = contextsOf(names).map(({ answer }) => answer)
  const further =
    condition === undefined || !closed.includes('herokuContext')
      ? ''
      : t` In ${herokuContext}, also add the Expression Restriction ${condition}.`
  const which =
    closed.length > 1
      ? t`In each of ${herokuContext} and ${googleContext}`
      : t`In ${names[closed[0] ?? 'herokuContext']}`
  return t`Please open Organization Settings > Contexts of ${circleOrg} in CircleCI. ${which}, choose Add Project Restriction and pick ${circleProject}.${further} Keep All Members.`
}

/** Whom to ask where the signed-in account is no admin, with the text to forward. */
function byAdmin(names: Names): PersonAction {
  return {
    kind: 'person',
    key: 'close-by-admin',
    does: 'close the contexts to other projects',
    who: 'an admin of the CircleCI organization',
    instructions: ['Until then no credential is put into them; everything else goes on.'],
    forward: request(names),
    url: SETTINGS_PAGE,
    instead: Object.entries(CHOICES).map(([value, means]) => ({ answer: 'secretsUntilRestricted', value, means })),
  }
}

const SETTINGS_PAGE = 'https://app.circleci.com/settings/organization'

/** What it means that contexts were left open by choice, and how that ends. */
function notesOnOpen(
  open: readonly string[],
  answers: Pick<Known, keyof Names | 'secretsUntilRestricted'>,
): readonly string[] {
  if (open.length === 0) return []
  const names = open.join(' and ')
  const is = open.length === 1 ? 'is' : 'are'
  const end = `To end that, forward to an admin: “${shown(request(answers))}” Then run again with --set secretsUntilRestricted=wait`
  return answers.secretsUntilRestricted === 'write-anyway'
    ? [
        `Every project of ${answers.circleOrg} can read what is put into ${names}: only an admin may close them, and by your choice (secretsUntilRestricted=write-anyway) the credentials go there all the same. ${end}, and have the credentials made anew: others may have read them.`,
      ]
    : [
        `${names} ${is} open to every project of ${answers.circleOrg}, so by your choice (secretsUntilRestricted=project-variables) the credentials go into the own variables of ${answers.circleProject}, which every job of every branch sees. ${end}; they move into the contexts.`,
      ]
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
