import { type Answered, type Described, described, type Sent } from './descriptions.ts'
import { type Exception, IN_ANSWERS, IN_REQUESTS, UNDESCRIBED } from './exceptions.ts'

/** How many there were, how many conformed, and how many did not by a fault of the description alone. */
export interface Figures {
  all: number
  right: number
  known: number
}

/** Judges what went over the wire by the vendors' descriptions, and counts. */
export interface Judge {
  /** @returns what does not conform, of the known faults of the descriptions nothing */
  request(vendor: string, sent: Sent): readonly string[]
  answer(sent: Sent, answered: Answered): readonly string[]
  readonly requests: Figures
  readonly answers: Figures
  /** Requests that no description has, and answers with a status that it does not have. */
  readonly undescribed: { requests: number; answers: number }
  /** The exceptions that were met. */
  readonly met: ReadonlySet<object>
}

const none = (): Figures => ({ all: 0, right: 0, known: 0 })

export function judge(): Judge {
  const operations = described()
  const met = new Set<object>()
  const requests = none()
  const answers = none()
  const undescribed = { requests: 0, answers: 0 }

  const tell = (figures: Figures, all: readonly Found[], exceptions: readonly Exception[]): readonly string[] => {
    const left = all.flatMap(({ name, faults }) => {
      const others = faults.filter(fault => {
        const known = exceptions.find(one => one.operation === name && one.fault.test(fault))
        if (known) met.add(known)
        return known === undefined
      })
      return [others.map(fault => `${name}: ${fault}`)]
    })
    // Two APIs may have the same path: what conforms to one of them is right.
    const best = left.toSorted((a, b) => a.length - b.length)[0] ?? []
    figures.all += 1
    if (all.some(({ faults }) => faults.length === 0)) figures.right += 1
    else if (best.length === 0) figures.known += 1
    return best
  }

  return {
    requests,
    answers,
    undescribed,
    met,
    request(vendor, sent) {
      const found = operations
        .filter(one => one.isOf(sent))
        .map(one => ({ name: one.name, faults: one.faultsOf(sent) }))
      if (found.length > 0) return tell(requests, found, IN_REQUESTS)
      undescribed.requests += 1
      const name = `${vendor} ${sent.method} ${sent.path}`
      const known = UNDESCRIBED.find(({ request }) => request.test(name))
      if (known) met.add(known)
      return known ? [] : [`${name}: is not described`]
    },
    answer(sent, answered) {
      const found = operations.filter(one => one.isOf(sent)).flatMap(one => inAnswer(one, answered))
      if (found.length > 0) return tell(answers, found, IN_ANSWERS)
      undescribed.answers += 1
      return []
    },
  }
}

interface Found {
  readonly name: string
  readonly faults: readonly string[]
}

function inAnswer({ name, faultsIn }: Described, answered: Answered): readonly Found[] {
  const faults = faultsIn(answered)
  return faults === undefined ? [] : [{ name, faults }]
}

/** `1603 · 98.6 % conform, 1.4 % by a known fault of the description`. */
export const inWords = ({ all, right, known }: Figures): string => {
  const share = (part: number) => `${((100 * part) / Math.max(1, all)).toFixed(1)} %`
  return `${all} · ${share(right)} conform, ${share(known)} but for a known fault of the description, ${all - right - known} do not`
}
