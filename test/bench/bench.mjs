// `npm run bench`: every table; `npm run bench -- --peers`: the start-up, beside that of other programs of this kind.
import { spawnSync } from 'node:child_process'

const peers = process.argv.includes('--peers')
const files = peers ? ['test/bench/start.bench.ts', 'test/bench/peers.bench.ts'] : []
const { status } = spawnSync('npx', ['vitest', 'run', '--project', 'bench', '--no-file-parallelism', ...files], {
  stdio: 'inherit',
  env: { ...process.env, ...(peers && { PEERS: '1' }) },
})
process.exitCode = status ?? 1
