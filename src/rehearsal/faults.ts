import * as z from 'zod'
import type { Json } from '../clouds/json.ts'

const json: z.ZodType<Json> = z.json()

const faultKind = z.union([
  z.enum(['refused', 'reset-before', 'reset-after', 'silence', 'html', 'truncated', 'endless', 'redirect']),
  z.strictObject({
    status: z.int().min(200).max(599),
    body: json.exactOptional(),
    headers: z.record(z.string(), z.string()).exactOptional(),
  }),
])

export const fault = z.strictObject({
  method: z.string().exactOptional(),
  path: z.string().refine(isPattern, 'is not a regular expression').exactOptional(),
  nth: z.int().min(1).exactOptional(),
  times: z.int().min(1).exactOptional(),
  do: faultKind,
})

/** What goes wrong; an object is an answer that comes instead of the vendor's, a string in it goes out as it is. */
export type FaultKind = z.infer<typeof faultKind>

/**
 * A fault and the requests it meets: `path` is the source of a regular expression, tried on path and query; from the
 * `nth` match (1 unless told), `times` in a row (for ever unless told). Counting begins anew with each start.
 */
export type Fault = z.infer<typeof fault>

/** An answer as it goes over the wire, or none: the socket is closed, and for a moment the port too, or kept without a word. */
export type Sent =
  | {
      readonly status: number
      readonly headers: Readonly<Record<string, string>>
      readonly body: string | Iterable<string>
    }
  | 'hang-up'
  | 'away'
  | 'silence'

/** Finds the first fault that a request meets; remembers how often each was matched. */
export function faultFinder(): (faults: readonly Fault[], method: string, path: string) => FaultKind | undefined {
  const matched = new WeakMap<Fault, number>()
  return (faults, method, path) => {
    const met = faults.filter(({ method: m = method, path: p = '' }) => m === method && new RegExp(p).test(path))
    for (const one of met) matched.set(one, (matched.get(one) ?? 0) + 1)
    return met.find(one => {
      const turn = (matched.get(one) ?? 0) - (one.nth ?? 1)
      return turn >= 0 && turn < (one.times ?? Infinity)
    })?.do
  }
}

/** What the client gets to see of `perform`, which carries out the request; some faults never call it. */
export function suffer(kind: FaultKind | undefined, path: string, perform: () => Exclude<Sent, string>): Sent {
  switch (kind) {
    case undefined:
      return perform()
    case 'refused':
      return 'away'
    case 'reset-before':
      return 'hang-up'
    case 'reset-after':
      perform()
      return 'hang-up'
    case 'silence':
      return 'silence'
    case 'html':
      return { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' }, body: BAD_GATEWAY }
    case 'truncated': {
      const whole = perform()
      const text = [...whole.body].join('')
      return { ...whole, body: text.slice(0, text.length / 2) }
    }
    case 'endless':
      return { status: 200, headers: JSON_TYPE, body: endless() }
    case 'redirect':
      return { status: 302, headers: { location: `http://other.invalid${path}` }, body: '' }
    default: {
      const { status, headers = {}, body = '' } = kind
      return {
        status,
        headers: { ...JSON_TYPE, ...headers },
        body: typeof body === 'string' ? body : JSON.stringify(body),
      }
    }
  }
}

export const JSON_TYPE = { 'content-type': 'application/json' }

const BAD_GATEWAY = `<!DOCTYPE html>
<html><head><title>502 Bad Gateway</title></head>
<body><center><h1>502 Bad Gateway</h1></center><hr><center>proxy</center></body></html>
`

function* endless(): Generator<string> {
  yield '[0'
  while (true) yield ',0'.repeat(4096)
}

function isPattern(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp
  } catch {
    return false
  }
}
