// Changes what decides, one place at a time, and runs its tests: node mutate.mjs [--all | --seed N | FILE...].
// By itself it takes the group whose turn it is. A change that no test notices is a missing test, or equal to what it
// stands for: those are named in equivalent.mjs, with the reason.
import { readFileSync } from 'node:fs'
import { relative } from 'node:path'
import { Stryker } from '@stryker-mutator/core'
import { seedOfCommit } from '../sweeps/seed.mjs'
import { EQUIVALENT } from './equivalent.mjs'
import { GROUPS } from './groups.mjs'

/** How many tests must notice, in percent of those that are not equivalent. */
const LEAST = 92

const words = process.argv.slice(2)
const isGiven = words.length > 0 && !words[0].startsWith('--')
const mutants = []
for (const group of chosen()) mutants.push(...(await mutantsOf(group)))
const judged = mutants.filter(({ status }) => !['CompileError', 'RuntimeError', 'Ignored'].includes(status))
const missed = judged.filter(({ status }) => status === 'Survived' || status === 'NoCoverage')
const unnamed = missed.filter(one => !EQUIVALENT.some(known => isSame(known, one)))
for (const one of unnamed) process.stdout.write(`\nnoticed by no test:\n${placeOf(one)}\n`)
const all = judged.length - (missed.length - unnamed.length)
const killed = all - unnamed.length
const share = (100 * killed) / all
process.stdout.write(`\n${share.toFixed(1)} % of ${all} changes are noticed; at least ${LEAST} % are to be.\n`)
process.stdout.write(`${killed} passed, ${unnamed.length} failed, 0 skipped\n`)
if (!(share >= LEAST)) process.exitCode = 1

function chosen() {
  if (words[0] === '--all') return GROUPS
  if (isGiven) return GROUPS.filter(({ files }) => files.some(file => words.includes(file)))
  const seed = words[0] === '--seed' ? words[1] : seedOfCommit()
  if (seed === 'all') return GROUPS
  const group = GROUPS[Number(seed) % GROUPS.length]
  process.stdout.write(`${group.files.join(', ')}, by seed ${seed}. All: npm run test:mutation -- --all\n`)
  return [group]
}

/** @returns a Promise of Stryker's results: in each a file, a place in it, what stands there instead, and what became of it */
function mutantsOf({ files, tests }) {
  process.env.MUTATION_TESTS = tests.join(' ')
  return new Stryker({
    mutate: isGiven ? files.filter(file => words.includes(file)) : files,
    plugins: ['@stryker-mutator/vitest-runner'],
    testRunner: 'vitest',
    vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
    coverageAnalysis: 'perTest',
    // Most are words, which tests of texts judge.
    mutator: { excludedMutations: ['StringLiteral'] },
    concurrency: 2,
    reporters: [],
    logLevel: 'error',
    allowConsoleColors: false,
  }).runMutationTest()
}

/** What stands at a place in the source; lines and columns count from 1. */
function originalOf({ fileName, location: { start, end } }) {
  const lines = readFileSync(fileName, 'utf8')
    .split('\n')
    .slice(start.line - 1, end.line)
  lines[lines.length - 1] = lines[lines.length - 1].slice(0, end.column - 1)
  lines[0] = lines[0].slice(start.column - 1)
  return lines.join('\n')
}

function nameOf({ fileName }) {
  return relative(process.cwd(), fileName)
}

function isSame({ file, from, to }, mutant) {
  return nameOf(mutant) === file && originalOf(mutant) === from && mutant.replacement === to
}

function placeOf(mutant) {
  const { start } = mutant.location
  return `${nameOf(mutant)}:${start.line} ${mutant.mutatorName}\n- ${originalOf(mutant)}\n+ ${mutant.replacement}`
}
