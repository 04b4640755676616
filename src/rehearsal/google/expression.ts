/*
 * The part of the Common Expression Language that mappings and conditions of identity providers are written in: claims of
 * the assertion and what they were mapped to, texts, true, false, comparisons, and, or, startsWith. Anything else is refused when it
 * is given, and never ignored.
 */

export type Claims = Readonly<Record<string, unknown>>
type Value = string | boolean | readonly string[]
/** What is spoken of: the assertion, and in a condition what it was mapped to, as `google` and `attribute`. */
type Scope = Readonly<Record<string, Claims>>

/** It has no value for somebody: a claim is not there, or is not what is done with it. */
export class EvaluationError extends Error {}

/** A part of an expression. What a claim is shows only when there is one. */
interface Term {
  readonly kind: 'string' | 'bool' | 'claim'
  /** @throws EvaluationError */
  value(scope: Scope): Value
}

/** What is left to read, and which names may be spoken of. */
interface Source {
  readonly tokens: string[]
  readonly roots: readonly string[]
}

/**
 * What an attribute is mapped from: the function takes the assertion, and throws an EvaluationError.
 * @throws Error where it is not understood, or is a condition
 */
export function attributeMapping(text: string): (assertion: Claims) => Value {
  const term = parsed(text, ['assertion'])
  if (term.kind === 'bool') throw new Error('a mapping is no condition')
  return assertion => term.value({ assertion })
}

/**
 * Whom a condition lets in: the function throws an EvaluationError.
 * @throws Error where it is not understood, or is no condition
 */
export function attributeCondition(text: string): (scope: Scope) => boolean {
  const term = parsed(text, ['assertion', 'google', 'attribute'])
  assertKind(term, 'bool')
  return scope => boolOf(term, scope)
}

const TOKEN =
  /\s*(?:(&&|\|\||==|!=|\(|\)|\[|\]|\.)|('(?:[^'\\\r\n]|\\['"\\])*'|"(?:[^"\\\r\n]|\\['"\\])*")|([A-Za-z_]\w*))/gy

function parsed(text: string, roots: Source['roots']): Term {
  const source: Source = { tokens: [], roots }
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text)
    if (!match) throw new Error(`not understood: ${text}`)
    source.tokens.push(match[1] ?? match[2] ?? match[3] ?? '')
  }
  const term = either(source)
  if (source.tokens.length > 0) throw new Error(`not understood: ${source.tokens.join(' ')}`)
  return term
}

const either = (source: Source): Term => joined(source, '||', both, true)

const both = (source: Source): Term => joined(source, '&&', comparison, false)

/** One operand that is `deciding` decides, even where another is an error. */
function joined(source: Source, sign: string, operand: (source: Source) => Term, deciding: boolean): Term {
  const first = operand(source)
  const all = [first]
  while (take(source, sign)) all.push(operand(source))
  if (all.length === 1) return first
  for (const one of all) assertKind(one, 'bool')
  return {
    kind: 'bool',
    value: scope => {
      const found = all.map(one => attempt(() => boolOf(one, scope)))
      if (found.includes(deciding)) return deciding
      const error = found.find(one => one instanceof EvaluationError)
      if (error) throw error
      return !deciding
    },
  }
}

function attempt(act: () => boolean): boolean | EvaluationError {
  try {
    return act()
  } catch (error) {
    if (error instanceof EvaluationError) return error
    throw error
  }
}

function comparison(source: Source): Term {
  const left = startsWith(source)
  const sign = ['==', '!='].find(one => take(source, one))
  if (sign === undefined) return left
  const right = literalBool(source) ?? startsWith(source)
  if (left.kind !== 'claim') assertKind(right, left.kind)
  return {
    kind: 'bool',
    value: scope => {
      const [one, other] = [left.value(scope), right.value(scope)]
      if (typeof one === 'object' || typeof one !== typeof other) throw new EvaluationError('not to be compared')
      return (one === other) === (sign === '==')
    },
  }
}

/** What a claim may be compared with; by itself it is no condition. */
function literalBool({ tokens }: Source): Term | undefined {
  const [token] = tokens
  if (token !== 'true' && token !== 'false') return undefined
  tokens.shift()
  return { kind: 'bool', value: () => token === 'true' }
}

function startsWith(source: Source): Term {
  const whole = primary(source)
  if (!take(source, '.')) return whole
  expect(source, 'startsWith')
  expect(source, '(')
  const start = either(source)
  expect(source, ')')
  for (const one of [whole, start]) assertKind(one, 'string')
  return { kind: 'bool', value: scope => stringOf(whole, scope).startsWith(stringOf(start, scope)) }
}

function primary(source: Source): Term {
  const token = source.tokens.shift() ?? ''
  if (token === '(') {
    const inner = either(source)
    expect(source, ')')
    return inner
  }
  if (isText(token)) return { kind: 'string', value: () => unquoted(token) }
  if (!source.roots.includes(token)) throw new Error(`not understood: ${token}`)
  const name = claimName(source)
  return { kind: 'claim', value: scope => claimIn(scope[token] ?? {}, name) }
}

function claimName(source: Source): string {
  const isQuoted = take(source, '[')
  if (!isQuoted) expect(source, '.')
  const name = source.tokens.shift() ?? ''
  if (isQuoted ? !isText(name) : !/^\w+$/.test(name)) throw new Error('a claim has no name')
  if (isQuoted) expect(source, ']')
  return isQuoted ? unquoted(name) : name
}

function claimIn(claims: Claims, name: string): Value {
  const found = Object.hasOwn(claims, name) ? claims[name] : undefined
  if (typeof found === 'string' || typeof found === 'boolean') return found
  if (Array.isArray(found) && found.every(one => typeof one === 'string')) return found
  throw new EvaluationError(`no such claim: ${name}`)
}

function boolOf(term: Term, scope: Scope): boolean {
  const value = term.value(scope)
  if (typeof value !== 'boolean') throw new EvaluationError('neither true nor false')
  return value
}

function stringOf(term: Term, scope: Scope): string {
  const value = term.value(scope)
  if (typeof value !== 'string') throw new EvaluationError('not a text')
  return value
}

function assertKind({ kind }: Term, wanted: Term['kind']): void {
  if (kind !== 'claim' && kind !== wanted) throw new Error(`not a ${wanted}`)
}

const isText = (token: string): boolean => /^['"]/.test(token)

const unquoted = (token: string): string => token.slice(1, -1).replace(/\\(.)/g, '$1')

function expect(source: Source, wanted: string): void {
  if (!take(source, wanted)) throw new Error(`not understood: ${source.tokens[0] ?? 'it ends'}, where ${wanted} is due`)
}

function take({ tokens }: Source, wanted: string): boolean {
  if (tokens[0] !== wanted) return false
  tokens.shift()
  return true
}
