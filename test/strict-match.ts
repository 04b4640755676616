import { chai } from 'vitest'

/** Files share a process, and each runs this. */
const STRICT = Symbol.for('dummyapp-setup: strict toMatchObject')

/**
 * In toMatchObject an empty object matches every object, and even undefined: an assertion that cannot fail. It is refused,
 * wherever the expected value comes from; support/nothing.ts has what matches the empty object alone.
 */
chai.use(({ Assertion }, { overwriteMethod }) => {
  if (STRICT in Assertion.prototype) return
  overwriteMethod(
    Assertion.prototype,
    'toMatchObject',
    (matches: (expected: unknown) => void) =>
      function strictly(this: Chai.AssertionStatic, expected: unknown) {
        const place = emptyIn(expected)
        if (place !== undefined)
          throw new Error(
            `toMatchObject: the empty object at ${place || 'its top'} matches everything. Take NOTHING instead.`,
          )
        matches.call(this, expected)
      },
  )
  Object.defineProperty(Assertion.prototype, STRICT, { value: true })
})

/** Where an empty object stands in it, as keys with points between; '' is the value itself. */
function emptyIn(value: unknown): string | undefined {
  if (Array.isArray(value)) return firstIn(value)
  // Matchers, dates and the like say themselves what they match.
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) return undefined
  return Object.keys(value).length === 0 ? '' : firstIn(value)
}

function firstIn(value: object): string | undefined {
  for (const [key, one] of Object.entries(value)) {
    const place = emptyIn(one)
    if (place !== undefined) return place === '' ? key : `${key}.${place}`
  }
  return undefined
}
