// Runs a sweep: node sweep.mjs NAME [--all | --seed N] [what vitest takes].
// By itself it tries the cases whose turn it is. The seed counts the commits that change code: within three of them
// every case comes up, and what failed can be tried again by its seed.
import { spawnSync } from 'node:child_process'
import { seedOfCommit } from './seed.mjs'

const [name, ...words] = process.argv.slice(2)
const isAll = take('--all') !== undefined
const seed = isAll ? 'all' : (take('--seed', 1) ?? seedOfCommit())
if (!/^(\d+|all)$/.test(seed)) throw new Error('--seed takes a number')

process.stdout.write(
  seed === 'all'
    ? `test:${name}: all cases.\n`
    : `test:${name}: one case in three, by seed ${seed}. The same again: npm run test:${name} -- --seed ${seed}; all of them: npm run test:${name} -- --all\n`,
)
const { status } = spawnSync(process.execPath, ['node_modules/vitest/vitest.mjs', 'run', '--project', name, ...words], {
  stdio: 'inherit',
  env: { ...process.env, SWEEP_SEED: seed },
})
process.exitCode = status ?? 1

/** Takes an option out of the words; what stands last of it. */
function take(option, values = 0) {
  const at = words.indexOf(option)
  return at < 0 ? undefined : words.splice(at, 1 + values).at(-1)
}
