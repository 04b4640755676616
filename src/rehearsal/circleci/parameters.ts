import { type Entries, entriesOf, itemsOf } from './yaml.ts'

/** What `<< … >>` stands for, by the words between: `parameters.tag`, `matrix.os`, `pipeline.git.branch`. */
export type Values = ReadonlyMap<string, unknown>

const WHOLE = /^<<\s*([\w.-]+)\s*>>$/
const PART = /<<\s*([\w.-]+)\s*>>/g

/** A value with what is known put in; what stands alone may be a list or a map. What is not known stays as it is written. */
export function filled(value: unknown, values: Values, deep = DEEPEST): unknown {
  if (typeof value === 'string') {
    const [, name] = WHOLE.exec(value) ?? []
    if (name !== undefined) return values.has(name) ? values.get(name) : value
    return value.replace(PART, (as, one) => (values.has(one) ? String(values.get(one) ?? '') : as))
  }
  if (deep === 0) return value
  if (value instanceof Map) return new Map([...value].map(([key, one]) => [key, filled(one, values, deep - 1)]))
  return Array.isArray(value) ? value.map(one => filled(one, values, deep - 1)) : value
}

const DEEPEST = 20

/** What the parameters of a job, a command or an executor are: given, or as they are by default. Those of the pipeline stay. */
export function argumentsOf(definition: Entries, given: Entries, values: Values): Values {
  const own = [...entriesOf(definition.get('parameters'))].map(([name, one]): [string, unknown] => [
    `parameters.${name}`,
    given.get(name) ?? entriesOf(one).get('default'),
  ])
  return new Map([...[...values].filter(([name]) => name.startsWith('pipeline.')), ...own])
}

/** Every combination of a matrix's values but the excluded ones; one without any, where there is no matrix. */
export function combinationsOf(matrix: Entries): readonly Entries[] {
  const parameters = [...entriesOf(matrix.get('parameters'))]
  const all = parameters.reduce<readonly Entries[]>(
    (before, [name, values]) => before.flatMap(one => itemsOf(values).map(value => new Map([...one, [name, value]]))),
    [new Map()],
  )
  const excluded = itemsOf(matrix.get('exclude')).map(entriesOf)
  return all.filter(one => !excluded.some(other => [...other].every(([name, value]) => one.get(name) === value)))
}
