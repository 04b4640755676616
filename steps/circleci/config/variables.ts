import { isMap, isScalar, isSeq } from 'yaml'
import { type Config, entriesOf, itemsOf, readConfig, resolved, textOf, valueAt } from './document.ts'

/** How much of one job is looked through, since an alias may stand for much. */
const MOST_TEXTS = 2_000

/** The jobs that read one of these variables, run by a workflow or not, in the config's order; none of a config that cannot be read. */
export function jobsThatRead(text: string, variables: readonly string[]): readonly string[] {
  const config = readConfig(text)
  if ('why' in config) return []
  const jobs = entriesOf(config, valueAt(config, config.root, 'jobs')).map(([job]) => job)
  return jobs.filter(job => jobTexts(config, job).some(one => variables.some(variable => reads(one, variable))))
}

/** `$NAME`, `${NAME}`, or the name alone, as commands and orbs take it. */
export const reads = (text: string, variable: string) =>
  text === variable || new RegExp(String.raw`\$(?:${variable}\b|\{${variable}\b)`).test(text)

/** Every text of a job, of its executor, and of the commands that its steps name. */
export function jobTexts(config: Config, job: string): readonly string[] {
  const body = valueAt(config, valueAt(config, config.root, 'jobs'), job)
  const commands = valueAt(config, config.root, 'commands')
  const named = itemsOf(config, valueAt(config, body, 'steps')).flatMap(step => {
    const name = isMap(step) ? textOf(config, step.items[0]?.key) : textOf(config, step)
    return name === undefined ? [] : [valueAt(config, commands, name)]
  })
  const used = valueAt(config, body, 'executor')
  const executor = textOf(config, used) ?? textOf(config, valueAt(config, used, 'name'))
  const executors = valueAt(config, config.root, 'executors')
  const texts: string[] = []
  const open: unknown[] = [body, ...named, ...(executor === undefined ? [] : [valueAt(config, executors, executor)])]
  for (let seen = 0; open.length > 0 && seen < MOST_TEXTS; seen += 1) {
    const node = resolved(config, open.shift())
    if (isScalar(node) && typeof node.value === 'string') texts.push(node.value)
    else if (isSeq(node)) open.push(...node.items)
    else if (isMap(node)) open.push(...node.items.map(({ value }) => value))
  }
  return texts
}
