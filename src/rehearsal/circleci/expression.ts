/** What a restriction's expression is about, by the name it has there. */
export type Values = ReadonlyMap<string, Value>
type Value = string | number | boolean
type Expression = (values: Values) => Value

const TOKEN = /\s*(?:("(?:[^"\\]|\\.)*")|(-?\d+(?:\.\d+)?)(?![\w.])|([A-Za-z_][\w.-]*)|(==|!=|<=|>=|[<>()]))/y

/** Is the text of the restrictions' grammar (facts/circleci.md 5)? Variables that do not exist are no matter of it. */
export const isExpression = (text: string): boolean => parsed(text) !== undefined

/** Is the expression true? Where it cannot be told, for an unknown variable or a comparison of unlike things, it is not. */
export function holds(text: string, values: Values): boolean {
  try {
    return parsed(text)?.(values) === true
  } catch {
    return false
  }
}

function parsed(text: string): Expression | undefined {
  const tokens = tokensOf(text)
  if (tokens === undefined) return undefined
  const reader = { tokens, at: 0 }
  try {
    const whole = disjunction(reader)
    return reader.at === tokens.length ? whole : undefined
  } catch {
    return undefined
  }
}

function tokensOf(text: string): readonly string[] | undefined {
  const tokens: string[] = []
  const end = text.trimEnd().length
  let at = 0
  while (at < end) {
    TOKEN.lastIndex = at
    const found = TOKEN.exec(text)
    if (!found) return undefined
    tokens.push(found[0].trimStart())
    at = TOKEN.lastIndex
  }
  return tokens
}

interface Reader {
  readonly tokens: readonly string[]
  at: number
}

/** Takes the next token if it is one of these. */
function taken(reader: Reader, ...wanted: readonly string[]): string | undefined {
  const token = reader.tokens[reader.at]
  if (token === undefined || !wanted.includes(token)) return undefined
  reader.at += 1
  return token
}

/** Both sides are always looked at: what cannot be told on either makes the whole untold. */
function disjunction(reader: Reader): Expression {
  let left = conjunction(reader)
  while (taken(reader, 'or')) {
    const [a, b] = [left, conjunction(reader)]
    left = values => [truth(a(values)), truth(b(values))].includes(true)
  }
  return left
}

function conjunction(reader: Reader): Expression {
  let left = negation(reader)
  while (taken(reader, 'and')) {
    const [a, b] = [left, negation(reader)]
    left = values => ![truth(a(values)), truth(b(values))].includes(false)
  }
  return left
}

function negation(reader: Reader): Expression {
  if (!taken(reader, 'not')) return comparison(reader)
  const inner = negation(reader)
  return values => !truth(inner(values))
}

function comparison(reader: Reader): Expression {
  const left = operand(reader)
  const operator = taken(reader, ...Object.keys(COMPARED))
  const compare = operator === undefined ? undefined : COMPARED[operator]
  if (!compare) return left
  const right = operand(reader)
  return values => compare(left(values), right(values))
}

const KEYWORDS = ['and', 'or', 'not', 'starts-with']

function operand(reader: Reader): Expression {
  if (taken(reader, '(')) {
    const inner = disjunction(reader)
    if (!taken(reader, ')')) throw new Error('a parenthesis is open')
    return inner
  }
  const token = reader.tokens[reader.at]
  if (token === undefined || KEYWORDS.includes(token) || /^[=!<>()]/.test(token)) throw new Error('a value is missing')
  reader.at += 1
  if (token.startsWith('"')) return constant(JSON.parse(token) as string)
  if (/^-?\d/.test(token)) return constant(Number(token))
  if (token === 'true' || token === 'false') return constant(token === 'true')
  return values => {
    const value = values.get(token)
    if (value === undefined) throw new Error(`nobody knows ${token}`)
    return value
  }
}

const constant = (value: Value) => () => value

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw new Error('neither true nor false')
  return value
}

const COMPARED: Readonly<Record<string, (a: Value, b: Value) => boolean>> = {
  '==': (a, b) => alike(a, b) && a === b,
  '!=': (a, b) => alike(a, b) && a !== b,
  '<': (a, b) => numbers(a, b) && a < b,
  '<=': (a, b) => numbers(a, b) && a <= b,
  '>': (a, b) => numbers(a, b) && a > b,
  '>=': (a, b) => numbers(a, b) && a >= b,
  'starts-with': (a, b) => {
    if (typeof a !== 'string' || typeof b !== 'string') throw new Error('no texts')
    return a.startsWith(b)
  },
}

function alike(a: Value, b: Value): true {
  if (typeof a !== typeof b) throw new Error('unlike things')
  return true
}

function numbers(a: Value, b: Value): true {
  if (typeof a !== 'number' || typeof b !== 'number') throw new Error('no numbers')
  return true
}
