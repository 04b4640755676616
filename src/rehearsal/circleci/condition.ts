import { entriesOf, itemsOf } from './yaml.ts'

/** Is a logic statement true, with its parameters put in? undefined: by something that is not known here. */
export function isTrue(statement: unknown): boolean | undefined {
  if (statement instanceof Map) {
    const [[key, value] = []] = statement
    return key === 'equal' ? isEqual(itemsOf(value)) : (RULES[String(key)]?.(value) ?? undefined)
  }
  if (typeof statement === 'string' && statement.includes('<<')) return undefined
  // As YAML has them, and as CircleCI does: nothing, no, nought and an empty text are not true.
  return statement !== undefined && statement !== null && statement !== false && statement !== 0 && statement !== ''
}

const RULES: Readonly<Record<string, (value: unknown) => boolean | undefined>> = {
  and: value => all(itemsOf(value).map(isTrue)),
  or: value => {
    const none = all(itemsOf(value).map(one => not(isTrue(one))))
    return not(none)
  },
  not: value => not(isTrue(value)),
  matches: value => {
    const [pattern, text] = ['pattern', 'value'].map(key => String(entriesOf(value).get(key) ?? ''))
    if (text?.includes('<<')) return undefined
    try {
      return new RegExp(`^(?:${pattern})$`).test(text ?? '')
    } catch {
      return undefined
    }
  },
}

const not = (one: boolean | undefined) => (one === undefined ? undefined : !one)

/** One that is false decides; else one that is not known leaves all of it open. */
function all(parts: readonly (boolean | undefined)[]): boolean | undefined {
  if (parts.includes(false)) return false
  return parts.includes(undefined) ? undefined : true
}

function isEqual(values: readonly unknown[]): boolean | undefined {
  if (values.some(one => typeof one === 'string' && one.includes('<<'))) return undefined
  return values.every(one => one === values[0])
}
