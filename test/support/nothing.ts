import { expect } from 'vitest'

/** The empty object alone, in toMatchObject: there, `{}` itself would match every object. */
export const NOTHING: unknown = expect.toBeOneOf([{}])
