import type { Json } from '../clouds/json.ts'

/**
 * A value that is not known before the run: an answer still missing (`herokuApp`) or a fact that a step will learn
 * (`heroku.create-app:id`). It prints as `<name>`, is a shell variable by hand, and is bound when the action runs.
 */
export interface Hole {
  readonly hole: string
  /** It is never shown and never saved: it lives until its step ends. */
  readonly secret?: true
  /** In a body it stands as a number. */
  readonly number?: true
}

/** Text with holes, made by t`…`. */
export interface Text {
  readonly parts: readonly (string | Hole)[]
}

export type Str = string | Hole | Text

/** A JSON body with holes; `undefined` members are left out. */
export type Body =
  | Str
  | number
  | boolean
  | null
  | readonly Body[]
  | { readonly [key: string]: Body | undefined; readonly hole?: never; readonly parts?: never }

export const hole = (name: string): Hole => ({ hole: name })

/** A hole for what is never shown. */
export const secretHole = (name: string): Hole => ({ hole: name, secret: true })

/** A hole whose value is a number where the vendor's body wants one. */
export const numberHole = (name: string): Hole => ({ hole: name, number: true })

/** How people read a hole. */
export const mark = ({ hole, secret }: Hole): string => (secret ? '••••' : `<${hole}>`)

const isHole = (value: unknown): value is Hole => typeof value === 'object' && value !== null && 'hole' in value
const isText = (value: unknown): value is Text => typeof value === 'object' && value !== null && 'parts' in value

/** The pieces of a text, in order. */
export function pieces(value: Str): readonly (string | Hole)[] {
  return isText(value) ? value.parts : [value]
}

/** Text with holes: t`https://git.heroku.com/${app}.git`. */
export function t(fixed: TemplateStringsArray, ...values: readonly Str[]): Text {
  const parts = fixed.flatMap((part, index) => [part, ...pieces(values[index] ?? '')])
  return { parts: joined(parts).filter(part => part !== '') }
}

/** Pieces that are known and stand side by side are one, so that they are quoted as one. */
const joined = (parts: readonly (string | Hole)[]): readonly (string | Hole)[] =>
  parts.reduce<(string | Hole)[]>((done, part) => {
    const last = done.at(-1)
    if (typeof last === 'string' && typeof part === 'string') done[done.length - 1] = last + part
    else done.push(part)
    return done
  }, [])

/** The same for a URL's path: what is put in is percent-encoded; who binds a hole in a path encodes its value. */
export function path(fixed: TemplateStringsArray, ...values: readonly Str[]): Text {
  const encode = (part: string | Hole) => (typeof part === 'string' ? encodeURIComponent(part) : part)
  return t(fixed, ...values.map(value => ({ parts: pieces(value).map(encode) })))
}

/** Writes a text out; `onHole` says what stands for a hole, `onFixed` what becomes of the known pieces. */
export function fill(value: Str, onHole: (hole: Hole) => string, onFixed: (part: string) => string = part => part) {
  return pieces(value)
    .map(part => (typeof part === 'string' ? onFixed(part) : onHole(part)))
    .join('')
}

/** How people read it: holes as `<name>`, secrets as `••••`. */
export const shown = (value: Str): string => fill(value, mark)

/** A body with its texts written out and its undefined members left out. */
export function fillBody(body: Body, onHole: (hole: Hole) => string): Json {
  if (isHole(body) && body.number) {
    const value = onHole(body)
    return /^\d+$/.test(value) ? Number(value) : value
  }
  if (typeof body === 'string' || isHole(body) || isText(body)) return fill(body, onHole)
  if (typeof body !== 'object' || body === null) return body
  if (Array.isArray(body)) return body.map(item => fillBody(item, onHole))
  const members = Object.entries(body as { readonly [key: string]: Body | undefined })
  return Object.fromEntries(
    members.flatMap(([key, item]) => (item === undefined ? [] : [[key, fillBody(item, onHole)]])),
  )
}
