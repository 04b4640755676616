/*
 * The part of the Common Expression Language that mappings and conditions of identity providers are written in: claims of
 * the assertion, texts, comparisons, and, or, startsWith. Anything else is refused when it is given, and never ignored.
 */

export type Claims = Readonly<Record<string, unknown>>
type Value = string | boolean | undefined
type Expression = (claims: Claims) => Value

const TOKEN = /\s*(?:(&&|\|\||==|!=|\(|\)|\[|\]|\.)|('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*")|([A-Za-z_]\w*))/gy

/** @throws Error where it is not understood */
export function expression(text: string): Expression {
  const tokens: string[] = []
  TOKEN.lastIndex = 0
  while (TOKEN.lastIndex < text.trimEnd().length) {
    const match = TOKEN.exec(text)
    if (!match) throw new Error(`not understood: ${text}`)
    tokens.push(match[1] ?? match[2] ?? match[3] ?? '')
  }
  const read = either(tokens)
  if (tokens.length > 0) throw new Error(`not understood: ${tokens.join(' ')}`)
  return read
}

function either(tokens: string[]): Expression {
  const all = [both(tokens)]
  while (take(tokens, '||')) all.push(both(tokens))
  return all.length === 1 ? (all[0] as Expression) : claims => all.some(one => one(claims) === true)
}

function both(tokens: string[]): Expression {
  const all = [comparison(tokens)]
  while (take(tokens, '&&')) all.push(comparison(tokens))
  return all.length === 1 ? (all[0] as Expression) : claims => all.every(one => one(claims) === true)
}

function comparison(tokens: string[]): Expression {
  const left = term(tokens)
  for (const sign of ['==', '!='] as const) {
    if (!take(tokens, sign)) continue
    const right = term(tokens)
    return claims => {
      const [one, other] = [left(claims), right(claims)]
      // A claim that is not there is an error, which lets nobody in.
      return one !== undefined && other !== undefined && (one === other) === (sign === '==')
    }
  }
  return left
}

function term(tokens: string[]): Expression {
  const token = tokens.shift() ?? ''
  if (token === '(') {
    const inner = either(tokens)
    if (!take(tokens, ')')) throw new Error('a bracket is not closed')
    return inner
  }
  if (/^['"]/.test(token)) return () => unquoted(token)
  if (token !== 'assertion') throw new Error(`not understood: ${token}`)
  const claim = claimName(tokens)
  const value = (claims: Claims): Value => {
    const found = Object.hasOwn(claims, claim) ? claims[claim] : undefined
    return typeof found === 'string' || typeof found === 'boolean' ? found : undefined
  }
  if (!take(tokens, '.')) return value
  if (!take(tokens, 'startsWith') || !take(tokens, '(')) throw new Error('not understood: a function')
  const start = term(tokens)
  if (!take(tokens, ')')) throw new Error('a bracket is not closed')
  return claims => String(value(claims) ?? '').startsWith(String(start(claims)))
}

function claimName(tokens: string[]): string {
  if (take(tokens, '.')) return tokens.shift() ?? ''
  if (!take(tokens, '[')) throw new Error('a claim has no name')
  const name = tokens.shift() ?? ''
  if (!/^['"]/.test(name) || !take(tokens, ']')) throw new Error('a claim has no name')
  return unquoted(name)
}

const unquoted = (token: string): string => token.slice(1, -1).replace(/\\(.)/g, '$1')

function take(tokens: string[], wanted: string): boolean {
  if (tokens[0] !== wanted) return false
  tokens.shift()
  return true
}
