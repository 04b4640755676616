import { isAlias, type Node } from 'yaml'
import { addContexts, contextsOf } from './context.ts'
import { type Config, readConfig, resolved } from './document.ts'
import { carriedOut, type Data, type Edit, type Edited, type Insertion, type Open } from './edit.ts'
import { type Use, usesOf } from './uses.ts'

export interface Wanted {
  readonly job: string
  readonly context: string
}

/**
 * Gives every use of these jobs, in every workflow, these contexts besides those it has; a later one of the list wins
 * where two set one variable (facts/circleci.md 5). What cannot be done by insertions alone is left open, with the reason.
 */
export function withContexts(text: string, wanted: readonly Wanted[]): Edited {
  const config = readConfig(text)
  const jobs = [...new Set(wanted.map(({ job }) => job))]
  if ('why' in config) return { text, insertions: [], open: jobs.map(job => ({ job, why: config.why })) }
  const uses = usesOf(config)
  const wishes = jobs.map(job => {
    const contexts = wanted.filter(one => one.job === job).map(({ context }) => context)
    return forJob(
      config,
      job,
      uses.filter(use => use.job === job),
      [...new Set(contexts)],
    )
  })
  return carriedOut(config, wishes)
}

function forJob(config: Config, job: string, uses: readonly Use[], contexts: readonly string[]): Edit | Open {
  if (uses.length === 0) return { job, why: 'no workflow runs it' }
  const insertions: Insertion[] = []
  const changed: { readonly use: Use; readonly now: readonly string[]; readonly missing: readonly string[] }[] = []
  const done = new Set<Node>()
  for (const use of aliasesLast(uses)) {
    const now = contextsOf(config, use)
    if (now === undefined) return { job, why: `its contexts in the workflow ${use.workflow} are no list of texts` }
    const missing = contexts.filter(context => !now.includes(context))
    if (missing.length === 0) continue
    changed.push({ use, now, missing })
    const [place, shared] = placesOf(config, use)
    // Two workflows may share what is written once.
    if (done.has(place) || (shared !== undefined && done.has(shared))) continue
    done.add(place)
    const added = addContexts(config, use, missing)
    if (typeof added === 'string') return { job, why: `in the workflow ${use.workflow}, ${added}` }
    insertions.push(...added)
  }
  const expect = (data: Data) => {
    for (const { use, now, missing } of changed) {
      const jobs = data.workflows[use.workflow]?.jobs ?? []
      const item = jobs[use.index]
      const options = typeof item === 'object' && item !== null ? (item as Record<string, object | null>)[job] : {}
      const context = now.length + missing.length === 1 && !isList(options) ? missing[0] : [...now, ...missing]
      jobs[use.index] = { [job]: { ...options, context } }
    }
  }
  return { job, insertions, expect }
}

/** What is written to; and for an alias the options that it stands for, which may be written to in another use. */
function placesOf(config: Config, { written }: Use): readonly [place: Node, shared?: Node | undefined] {
  if ('plain' in written) return [written.plain]
  const { key, value } = written.pair
  const options = resolved(config, value)
  return isAlias(value) ? [key as Node, options] : [options ?? (key as Node)]
}

const isList = (options: object | null | undefined) => Array.isArray((options as { context?: unknown })?.context)

/** Where an alias stands for options that are written in another use, those are changed and the alias follows. */
const aliasesLast = (uses: readonly Use[]) =>
  uses.toSorted((one, other) => Number(isAliased(one)) - Number(isAliased(other)))

const isAliased = ({ written }: Use) => 'pair' in written && isAlias(written.pair.value)
