import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Candidate } from '../../src/answers/candidate.ts'
import { resolve } from '../../src/answers/resolve.ts'
import { ANSWER_KEYS } from '../../src/answers/schema.ts'
import { explainAnswers, showAnswers } from '../../src/output/answers.ts'
import { createPrinter } from '../../src/output/printer.ts'

const CANDIDATES: readonly Candidate[] = [
  { key: 'herokuApp', value: 'acme-dummy', from: 'git remote heroku' },
  { key: 'herokuApp', value: 'old-dummy', from: 'build/common.lib.sh' },
  { key: 'githubProject', value: 'acme/dummyapp', from: 'git remote origin' },
  { key: 'imageName', value: 'acme-dummyapp', from: 'proposed, after acme/dummyapp', proposed: 'by-us' },
  { key: 'dockerHubBot', value: 'acmecibot', from: 'you' },
]
/** Without the one value that is longer than a column may be. */
const SHORT = resolve(CANDIDATES, new Set(ANSWER_KEYS.filter(key => key !== 'circleJobs')))
const RESOLVED = resolve(CANDIDATES, new Set(ANSWER_KEYS))

/** What is written on a screen of that size. */
function written(size: { columns: number; rows?: number }, write: (printer: ReturnType<typeof createPrinter>) => void) {
  const stream = Object.assign(new PassThrough({ encoding: 'utf8' }), size) as unknown as NodeJS.WriteStream
  write(createPrinter(stream, { NO_COLOR: '1' }))
  return String(stream.read() ?? '')
}
const shown = (rows?: number, options = { numbered: true, fold: true }) =>
  written({ columns: 80, ...(rows && { rows }) }, printer => showAnswers(RESOLVED, printer, options))
const numbersIn = (text: string) => text.match(/^ +\d+ (?=\w)/gm)?.map(Number) ?? []

describe('The answers on a screen', () => {
  test('all stand there where there is room, by their numbers', () => {
    expect(numbersIn(shown(60))).toEqual(RESOLVED.map((_, index) => index + 1))
    expect(shown(60)).not.toContain('…')
  })

  test.each([8, 16, 24])('%i rows: what needs a look stays, the rest is counted, and keeps its number', rows => {
    const text = shown(rows)
    for (const { key, value } of CANDIDATES.filter(({ key }) => key !== 'githubProject')) {
      expect(text).toMatch(new RegExp(`${key} .*|${value}`))
      expect(text).toContain(value)
    }
    const numbers = numbersIn(text)
    for (const number of numbers) expect(text).toContain(`${number} ${RESOLVED[number - 1]?.key}`)
    expect(text).toContain(`… ${RESOLVED.length - numbers.length} more that nothing disagrees with: `)
    expect(text.replaceAll(/\s+/g, ' ')).toContain('(a shows them)')
    if (rows > 8) expect(text.split('\n').length).toBeLessThanOrEqual(rows - 2)
  })

  test('all stand there when they are asked for, and where nothing is known of the screen', () => {
    expect(numbersIn(shown(8, { numbered: true, fold: false }))).toHaveLength(RESOLVED.length)
    expect(numbersIn(shown(undefined))).toHaveLength(RESOLVED.length)
  })

  test('where none can be changed, they have no numbers, and what is not set is left out', () => {
    const text = shown(60, { numbered: false, fold: false })
    expect(numbersIn(text)).toEqual([])
    expect(text).not.toContain('not set')
    expect(text).not.toContain('herokuTeam')
    expect(text).toMatch(/herokuApp +acme-dummy +from git remote heroku\n +but build\/common\.lib\.sh says old-dummy\n/)
  })

  test('origins stand below each other where there is room for all', () => {
    const rows = (columns: number) =>
      written({ columns }, printer => showAnswers(SHORT, printer, { numbered: true, fold: false })).split('\n')
    const starts = (columns: number) =>
      new Set(rows(columns).flatMap(row => / {2}(from|proposed,) /.exec(row)?.index ?? []))
    expect(starts(120).size).toBe(1)
    expect(starts(80).size).toBeGreaterThan(1)
    expect(rows(80).find(row => row.includes('herokuApp'))).toMatch(/acme-dummy +from git remote heroku$/)
  })

  test('what a file says cannot draw on it', () => {
    const lying = resolve([{ key: 'herokuApp', value: 'a\u001b[2Jb', from: 'a\u202efile' }], new Set(['herokuApp']))
    for (const show of [
      (printer: ReturnType<typeof createPrinter>) => showAnswers(lying, printer, { numbered: true, fold: true }),
      (printer: ReturnType<typeof createPrinter>) => explainAnswers(lying, lying, printer),
    ]) {
      expect(written({ columns: 80 }, show)).not.toMatch(/[\u001b\u202e]/)
    }
  })
})

test('Why an answer is asked: its rule, where it came from, and who says otherwise', () => {
  const app = RESOLVED.filter(({ key }) => key === 'herokuApp')
  const text = written({ columns: 120 }, printer => explainAnswers(app, RESOLVED, printer))
  expect(text).toContain(`${RESOLVED.findIndex(({ key }) => key === 'herokuApp') + 1} herokuApp  acme-dummy`)
  for (const said of ['shared by all of Heroku', '3 to 30 lowercase letters', 'git remote heroku']) {
    expect(text).toContain(said)
  }
  expect(text).toContain('build/common.lib.sh says old-dummy')
})
