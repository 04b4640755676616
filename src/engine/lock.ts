import { execFileSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { readdirSync, readFileSync, readlinkSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { hostname } from 'node:os'
import { join } from 'node:path'
import * as z from 'zod/mini'
import { EXIT, SetupError, wordsOf } from '../clouds/cause.ts'
import { makeFolder } from '../clouds/make-folder.ts'
import { readOrdinary } from '../clouds/ordinary-file.ts'
import { quote } from '../clouds/quote.ts'
import { refuseStrangersFolder } from './strangers.ts'

/** Who holds the lock. Boot id, pid namespace, pid and start time together name one process for ever. */
const Holder = z.object({
  host: z.string(),
  /** The installation: two machines may have the same name on one shared home. */
  machine: z.string(),
  boot: z.string(),
  namespace: z.string(),
  pid: z.int(),
  started: z.string(),
  since: z.string(),
})
type Holder = z.infer<typeof Holder>

const TRIES = 20
/** Far more than a claim takes, in bytes. */
const LONGEST = 64 * 1024

/**
 * One run at a time for each folder. Every run writes a claim of its own, then looks who else claims: whoever sees
 * another live claim steps back, so two can never both go on; a claim whose process is proven dead is removed.
 * @returns what gives the lock back
 * @throws SetupError (exit 5) naming the holder; (exit 2) for a folder that is not ours alone
 */
export async function lock(folder: string, pause: (ms: number) => Promise<void>): Promise<() => void> {
  write(folder, () => makeFolder(folder))
  refuseStrangersFolder(folder)
  const mine = join(folder, `lock-${process.pid}-${randomBytes(4).toString('hex')}.json`)
  for (let attempt = 1; ; attempt += 1) {
    const before = liveClaims(folder)[0]
    if (before !== undefined) throw heldBy(before)
    write(folder, () => {
      writeFileSync(`${mine}.new`, JSON.stringify(self()), { mode: 0o600, flag: 'wx' })
      renameSync(`${mine}.new`, mine)
    })
    const rival = liveClaims(folder).find(claim => claim.file !== mine)
    if (rival === undefined) return () => giveBack(mine)
    giveBack(mine)
    if (attempt === TRIES) throw heldBy(rival)
    // Two began in the same instant: both step back, for times that differ.
    await pause(5 + Math.random() * 20 * attempt)
  }
}

/** Where it cannot be removed, the end of this process gives it back. */
function giveBack(claim: string): void {
  try {
    rmSync(claim, { force: true })
  } catch {}
}

function write(folder: string, work: () => unknown): void {
  try {
    work()
  } catch (error) {
    throw new SetupError({
      code: 'state-unwritable',
      asked: quote(folder),
      said: wordsOf(error),
      means: 'The folder for the saved progress cannot be written, and without it nothing is begun.',
      next: 'Free space or make it writable, or name another place with --state-dir DIR, and run again.',
    })
  }
}

interface Claim {
  readonly file: string
  readonly holder: Holder
}

function liveClaims(folder: string): Claim[] {
  return readdirSync(folder).flatMap(name => {
    if (!/^lock-.*\.json$/.test(name)) return []
    const file = join(folder, name)
    const holder = readHolder(file)
    if (holder === 'given back') return []
    if (!isDead(holder)) return [{ file, holder }]
    giveBack(file)
    return []
  })
}

/** A claim is renamed into place whole; one that says something else is of another version, and respected. */
function readHolder(file: string): Holder | 'given back' {
  try {
    return Holder.parse(JSON.parse(readOrdinary(file, LONGEST).toString('utf8')))
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 'given back'
    return {
      host: 'an unknown host',
      machine: '',
      boot: '',
      namespace: '',
      pid: 0,
      started: '',
      since: 'an unknown time',
    }
  }
}

/** On another host or in another container nothing can be proven. Here, another boot or another start time is proof. */
function isDead(holder: Holder): boolean {
  if (holder.host !== hostname() || holder.machine !== machineId()) return false
  if (holder.boot !== bootId()) return true
  return holder.namespace === pidNamespace() && startOf(holder.pid) !== holder.started
}

const self = (): Holder => ({
  host: hostname(),
  machine: machineId(),
  boot: bootId(),
  namespace: pidNamespace(),
  pid: process.pid,
  started: startOf(process.pid) ?? '',
  since: new Date().toISOString(),
})

function bootId(): string {
  return process.platform === 'linux'
    ? readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()
    : execFileSync('/usr/sbin/sysctl', ['-n', 'kern.bootsessionuuid'], { encoding: 'utf8' }).trim()
}

/** machine-id(5); where there is none the name alone must do. */
function machineId(): string {
  try {
    return readFileSync('/etc/machine-id', 'utf8').trim()
  } catch {
    return ''
  }
}

const pidNamespace = (): string => (process.platform === 'linux' ? readlinkSync('/proc/self/ns/pid') : '')

/** When a process started, in the system's own terms; undefined when there is none under that pid. */
function startOf(pid: number): string | undefined {
  try {
    return process.platform === 'linux' ? startOnLinux(pid) : startOnMac(pid)
  } catch {
    return undefined
  }
}

/** Field 22 of proc(5) stat; the name in field 2 may hold spaces and brackets. A zombie (Z, X) runs no more. */
function startOnLinux(pid: number): string | undefined {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
  return fields[0] === 'Z' || fields[0] === 'X' ? undefined : fields[19]
}

const startOnMac = (pid: number): string | undefined =>
  execFileSync('/bin/ps', ['-p', String(pid), '-o', 'lstart='], { encoding: 'utf8' }).trim() || undefined

/** Does its pid name it for whoever reads this, too? Elsewhere it may be another process's. */
const isHere = ({ host, machine, namespace }: Holder): boolean =>
  host === hostname() && machine === machineId() && namespace === pidNamespace()

function heldBy({ file, holder }: Claim): SetupError {
  const { host, pid, since } = holder
  return new SetupError(
    {
      code: 'locked',
      asked: quote(file),
      means: `Another run is at work on this set-up: process ${pid} on ${host}, since ${since}.`,
      next: isHere(holder)
        ? `Wait for it, or end it (kill ${pid}), then run again.`
        : `Wait for it. If it no longer runs there: rm ${quote(file)}, then run again.`,
    },
    EXIT.locked,
  )
}
