import { isScalar, isSeq, type YAMLSeq } from 'yaml'
import { ciJobs, textsOf } from '../../../src/answers/forms/ci-jobs.ts'
import { commentedOut } from './commented-out.ts'
import { type Config, pairOf, readConfig, valueAt } from './document.ts'
import { carriedOut, type Edit, type Edited, type Open } from './edit.ts'
import { afterComments, blanks, columnOf, contentEnd, dashOf, indentStep, linesAfter } from './layout.ts'
import { isRelease, RELEASE_NAME, type Release, releaseScript, releaseStep } from './release.ts'
import { flowList, scalar } from './scalar.ts'
import { type Use, usesOf } from './uses.ts'

export interface HerokuJob extends Release {
  readonly job: string
  readonly context: string
  /** The only branch that it deploys. */
  readonly branch: string
  /** What it waits for; without, what its commented-out entry says, else the job that builds. */
  readonly requires?: readonly string[]
}

/**
 * Brings a deploy job back that is defined but run by no workflow, with its context, for one branch; and adds the release
 * that a push no longer makes (facts/heroku.md 4), where no step of the job makes it. Comments stay. A job that runs
 * already keeps its entry.
 */
export function withHerokuJob(text: string, wanted: HerokuJob): Edited {
  const { job } = wanted
  const config = readConfig(text)
  if ('why' in config) return { text, insertions: [], open: [{ job, why: config.why }] }
  if (valueAt(config, valueAt(config, config.root, 'jobs'), job) === undefined) {
    return { text, insertions: [], open: [{ job, why: 'it is not defined' }] }
  }
  const uses = usesOf(config)
  const wishes = [
    ...(uses.some(use => use.job === job) ? [] : [entry(config, uses, wanted)]),
    ...(releasesNothing(text, job) ? [release(config, wanted)] : []),
  ]
  return carriedOut(config, wishes)
}

/** Does the job push an image to Heroku's registry that nothing in it releases? A push by git releases by itself. */
function releasesNothing(text: string, job: string): boolean {
  const found = ciJobs(text).filter(one => one.job === job)
  const texts = found.flatMap(textsOf)
  const byGit = texts.some(one => /git\.heroku\.com|\bgit\s+push\s+heroku\b/.test(one))
  const byOrb = found.some(({ orbs }) => orbs.some(({ name }) => isRelease(name) || name === 'deploy-via-git'))
  return !byGit && !byOrb && !texts.some(isRelease)
}

/** The entry, after those that it waits for. */
function entry(config: Config, uses: readonly Use[], wanted: HerokuJob): Edit | Open {
  const { job, context, branch } = wanted
  const was = commentedOut(config.text, job)
  const place = placeOf(config, uses, wanted.requires ?? was?.requires ?? [], was?.at)
  if (place === undefined) return { job, why: 'no workflow runs a job that it could wait for' }
  const { use, requires } = place
  const { list, index } = use
  const insertion = list.flow
    ? {
        at: contentEnd(list.items[index], 0),
        text: `, {${scalar(job)}: {context: ${scalar(context)}, requires: ${flowList(requires)}, filters: {branches: {only: ${flowList([branch])}}}}}`,
      }
    : linesAfter(
        config.text,
        endOfItem(config, list, index),
        entryLines(config, use, { job, context, branch, requires }),
      )
  return {
    job,
    insertions: [insertion],
    expect: data =>
      data.workflows[use.workflow]?.jobs.splice(index + 1, 0, {
        [job]: { context, requires, filters: { branches: { only: [branch] } } },
      }),
  }
}

interface Place {
  /** The last of those that are required. */
  readonly use: Use
  readonly requires: readonly string[]
}

/** Where all of the required run; else where the job that builds runs. Of several workflows, the one the comment stands in. */
function placeOf(config: Config, uses: readonly Use[], required: readonly string[], comment = 0): Place | undefined {
  const workflows = [...new Set(uses.map(({ workflow }) => workflow))]
  const places = [required, ...builders(config, uses).map(name => [name])].flatMap(requires =>
    workflows.flatMap(workflow => {
      const found = uses.filter(use => use.workflow === workflow && requires.includes(use.name))
      const last = found.at(-1)
      return last !== undefined && requires.every(name => found.some(use => use.name === name))
        ? [{ use: last, requires }]
        : []
    }),
  )
  const [first] = places
  const alike = places.filter(({ requires }) => requires === first?.requires)
  return alike.findLast(({ use }) => (use.list.range?.[0] ?? 0) < comment) ?? first
}

/** The names of the uses of the job called build, then of those that leave something in the workspace. */
function builders(config: Config, uses: readonly Use[]): readonly string[] {
  const jobs = valueAt(config, config.root, 'jobs')
  const persists = (job: string) => {
    const steps = valueAt(config, valueAt(config, jobs, job), 'steps')
    return isSeq(steps) && steps.items.some(step => valueAt(config, step, 'persist_to_workspace') !== undefined)
  }
  const named = uses.filter(({ job }) => job === 'build')
  return [...named, ...uses.filter(({ job }) => persists(job))].map(({ name }) => name)
}

/** In the style of the list: its indentation, and whether lists stand deeper than their keys. */
function entryLines(
  config: Config,
  { list, index, workflow }: Use,
  entry: Omit<Place, 'use'> & Pick<HerokuJob, 'job' | 'context' | 'branch'>,
) {
  const column = columnOf(config.text, dashOf(list, index) ?? 0)
  const step = indentStep(config, list)
  const owner = listKeyColumn(config, workflow)
  const item = blanks(owner === undefined || owner >= column ? 0 : column - owner)
  const keys = blanks(column + 2 + step)
  const deeper = blanks(step)
  return [
    `${blanks(column)}- ${scalar(entry.job)}:`,
    `${keys}context: ${scalar(entry.context)}`,
    `${keys}requires:`,
    ...entry.requires.map(name => `${keys}${item}- ${scalar(name)}`),
    `${keys}filters:`,
    `${keys}${deeper}branches:`,
    `${keys}${deeper}${deeper}only:`,
    `${keys}${deeper}${deeper}${item}- ${scalar(entry.branch)}`,
  ]
}

/** Behind an item and the comments that belong to it. */
function endOfItem({ text }: Config, list: YAMLSeq, index: number): number {
  const dash = dashOf(list, index) ?? 0
  return afterComments(text, contentEnd(list.items[index], dash + 1), columnOf(text, dash))
}

/** Where the key `jobs` of a workflow stands. */
function listKeyColumn(config: Config, workflow: string): number | undefined {
  const key = pairOf(config, valueAt(config, valueAt(config, config.root, 'workflows'), workflow), 'jobs')?.key
  return isScalar(key) && key.range ? columnOf(config.text, key.range[0]) : undefined
}

/** The step that releases, as the job's last. */
function release(config: Config, { job, ...wanted }: HerokuJob): Edit | Open {
  const steps = valueAt(config, valueAt(config, valueAt(config, config.root, 'jobs'), job), 'steps')
  const index = isSeq(steps) ? steps.items.length - 1 : -1
  const dash = isSeq(steps) ? dashOf(steps, index) : undefined
  if (!isSeq(steps) || dash === undefined) return { job, why: 'its steps are no list with one step on a line' }
  const lines = releaseStep(wanted, columnOf(config.text, dash), indentStep(config, steps))
  return {
    job,
    insertions: [linesAfter(config.text, endOfItem(config, steps, index), lines)],
    expect: data =>
      data.jobs[job]?.steps.push({ run: { name: RELEASE_NAME, command: `${releaseScript(wanted).join('\n')}\n` } }),
  }
}
