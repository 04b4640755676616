import { createHash } from 'node:crypto'
import { describe, test } from 'vitest'

/** In how many commits that change code every case comes up. */
const TURNS = 3

/** A number that sweep.mjs derives from the commit; `all`, or none where vitest was run by hand: every case has its turn. */
const { SWEEP_SEED: seed = 'all' } = process.env

/** Which of some groups a name is in: the same one in every run, whatever stands beside it. */
export const groupOf = (name: string, groups: number): number =>
  createHash('sha256').update(name).digest().readUInt32BE() % groups

/** An order that has nothing to do with what the names say. */
export const byGroup = (a: { readonly name: string }, b: { readonly name: string }): number =>
  groupOf(a.name, 2 ** 32) - groupOf(b.name, 2 ** 32)

/** Tells whether the case of that name is tried in this run; of TURNS seeds in a row, just one tries it. */
export const isItsTurn = (name: string): boolean => seed === 'all' || groupOf(name, TURNS) === Number(seed) % TURNS

/** A part of a sweep: a test for each of its cases whose turn it is; nothing where there is none. */
export function part<Case>(
  title: string,
  cases: readonly Case[],
  nameOf: (one: Case) => string,
  tries: (one: Case) => Promise<void>,
): void {
  const now = cases.filter(one => isItsTurn(nameOf(one)))
  if (now.length === 0) return
  describe(title, () => {
    for (const one of now) test.concurrent(nameOf(one), () => tries(one))
  })
}
