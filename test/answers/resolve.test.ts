import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/answers/candidate.ts'
import { asAnswers, asKnown, assertNoFaults, known, resolve } from '../../src/answers/resolve.ts'
import type { AnswerKey } from '../../src/answers/schema.ts'
import { SetupError } from '../../src/clouds/cause.ts'
import { quote } from '../../src/clouds/quote.ts'
import { hole } from '../../src/engine/text.ts'

const app = (value: string, from = 'a file', proposed?: Candidate['proposed']): Candidate => ({
  key: 'herokuApp',
  value,
  from,
  ...(proposed && { proposed }),
})
const project: Candidate = { key: 'githubProject', value: 'acme/dummyapp', from: 'git remote origin' }
const ALL = new Set(['githubProject', 'herokuApp', 'herokuTeam'] as const)
const one = (...candidates: readonly Candidate[]) => resolve(candidates, ALL).find(({ key }) => key === 'herokuApp')

function refusal(work: () => unknown): SetupError {
  try {
    work()
  } catch (error) {
    if (error instanceof SetupError) return error
  }
  throw new Error('it was not refused')
}

describe('Of several sources', () => {
  test('the first one counts, and the others that disagree are shown beside it', () => {
    expect(one(app('first', '--set'), app('second', 'a'), app('first', 'b'), app('third', 'c'))).toEqual({
      key: 'herokuApp',
      chosen: app('first', '--set'),
      instead: [app('second', 'a'), app('third', 'c')],
      fault: undefined,
    })
  })

  test('a proposal is no disagreement', () => {
    expect(one(app('first'), app('made-up', 'proposed', 'by-us'))?.instead).toEqual([])
  })

  test('only the chosen one must be good', () => {
    expect(one(app('good'), app('B A D'))?.fault).toBeUndefined()
    expect(one(app('B A D'), app('good'))?.fault).toContain('herokuApp must be')
  })

  test('only the answers that are used are decided', () => {
    expect(resolve([app('good')], new Set(['githubProject'])).map(({ key }) => key)).toEqual(['githubProject'])
  })
})

describe('For a dry run', () => {
  test('what is missing stands as a hole, but for what is optional', () => {
    expect(asAnswers(resolve([project], ALL))).toEqual({ githubProject: 'acme/dummyapp', herokuApp: hole('herokuApp') })
  })

  test('what is chosen among what a look finds is a hole, too; a run begins without it', () => {
    const resolved = resolve([project], new Set(['githubProject', 'googleBillingAccount']))
    expect(asAnswers(resolved).googleBillingAccount).toEqual(hole('googleBillingAccount'))
    expect(asKnown(resolved, false, quote)).toEqual({ githubProject: 'acme/dummyapp' })
  })

  test('a proposal will do', () => {
    expect(asAnswers(resolve([app('made-up', 'proposed', 'by-us')], ALL)).herokuApp).toBe('made-up')
  })
})

describe('For a run without anybody to ask', () => {
  test('what somebody handed over is taken unasked only where this machine says the same', () => {
    const theirs = { from: 'handed over by kim@laptop', proposed: 'handed-over' } as const
    const scopes = (value: string): Candidate => ({ key: 'herokuTokenScopes', value, ...theirs })
    const expression = (value: string): Candidate => ({ key: 'contextExpression', value, ...theirs })
    const used = new Set<AnswerKey>(['herokuTokenScopes', 'contextExpression'])
    const usual = 'read-protected,write-protected'
    expect(asKnown(resolve([scopes(usual)], used), false, quote)).toEqual({ herokuTokenScopes: usual })
    const { cause } = refusal(() =>
      asKnown(resolve([scopes('global'), expression('pipeline.git.branch == "main"')], used), false, quote),
    )
    // Also what may be left out: without it the set-up may be less safe than it was meant.
    expect(cause.means).toContain('Proposed (handed over by kim@laptop): --set herokuTokenScopes=global')
    expect(cause.means).toContain(`--set 'contextExpression=pipeline.git.branch == "main"'`)
    const ours: Candidate = { key: 'contextExpression', value: 'pipeline.git.branch == "other"', from: 'a file' }
    expect(asKnown(resolve([expression(''), ours], used), false, quote).contextExpression).toBe(
      'pipeline.git.branch == "other"',
    )
  })

  test('all that is missing or only proposed is listed at once (exit 2)', () => {
    const { cause, exit } = refusal(() => asKnown(resolve([app('made-up', 'proposed', 'by-us')], ALL), false, quote))
    expect({ code: cause.code, exit }).toEqual({ code: 'missing-answers', exit: 2 })
    expect(cause.means).toContain('githubProject: OWNER/REPOSITORY as on GitHub. --set githubProject=…')
    expect(cause.means).toContain('Proposed: --set herokuApp=made-up')
    expect(cause.means).not.toContain('herokuTeam')
  })

  test('a proposal that stands behind a real value is not needed', () => {
    const resolved = resolve([project, app('good'), app('made-up', 'proposed', 'by-us')], ALL)
    expect(asKnown(resolved, false, quote)).toEqual({ githubProject: 'acme/dummyapp', herokuApp: 'good' })
  })

  test('a rehearsal takes proposals', () => {
    expect(asKnown(resolve([project, app('made-up', 'proposed', 'by-us')], ALL), true, quote).herokuApp).toBe('made-up')
  })

  test('all that is bad is listed at once, with where it is from (exit 2)', () => {
    const resolved = resolve([app('Bad_One', '--set'), { key: 'githubProject', value: 'x', from: 'a file' }], ALL)
    const { cause, exit } = refusal(() => assertNoFaults(resolved))
    expect({ code: cause.code, exit }).toEqual({ code: 'bad-answer', exit: 2 })
    expect(cause.means.split('\n')).toEqual([
      expect.stringMatching(/^githubProject must be .* \(from a file\)$/),
      expect.stringMatching(/^herokuApp must be .* Try bad-one\. \(from --set\)$/),
    ])
    expect(refusal(() => asKnown(resolved, true, quote)).cause.code).toBe('bad-answer')
  })
})

test('The values alone are what steps get', () => {
  expect(known(resolve([project, app('good')], ALL))).toEqual({ githubProject: 'acme/dummyapp', herokuApp: 'good' })
})
