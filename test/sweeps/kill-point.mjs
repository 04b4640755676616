// Loaded before the program (node --import): lists the local points of a run and the commands it runs, or at one of the
// points kills the process, sends it a signal, or fills or locks the disk; or tells of each point as it comes to it, and
// stands still there until it is let go on.
// A point is the instant before, during or after a change of a file or a command. It is named by what is changed and
// how often that was so far, which stays true where lanes overtake each other.
import childProcess from 'node:child_process'
import fs from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { basename } from 'node:path'

const { SWEEP_AT: point, SWEEP_DO: what = 'SIGKILL', SWEEP_DISK: disk, SWEEP_LIST: list } = process.env
for (const name of ['AT', 'DO', 'DISK', 'LIST']) delete process.env[`SWEEP_${name}`]

const { readdirSync, readFileSync, lstatSync, writeFileSync, openSync, writeSync, closeSync } = fs
const { spawn, execFileSync } = childProcess
const counts = new Map()
const points = []
const commands = []

/** Names differ from run to run in pids, times and random parts. */
function named(what) {
  const name = what.replace(/(?<=^\w+ dummyapp-setup-(docker|image)-)[\w-]+|\b[\da-f]{6,}\b|\d+/g, '*')
  const count = (counts.get(name) ?? 0) + 1
  counts.set(name, count)
  return `${name} #${count}`
}

function reach(when, ...names) {
  if (what === 'tell') return tell(names.map(name => `${when} ${name}`))
  if (!names.some(name => `${when} ${name}` === point)) return
  if (what === 'full') fill()
  else if (what === 'read-only') execFileSync('mount', ['-o', 'remount,ro', disk])
  else process.kill(process.pid, what)
}

/** Where whoever started it listens. */
const LISTENER = 3

function tell(names) {
  writeSync(LISTENER, `${JSON.stringify(names)}\n`)
  fs.readSync(LISTENER, Buffer.alloc(1))
}

/** Until nothing more can be written, for real. */
function fill() {
  const file = openSync(`${disk}/filler`, 'w')
  for (const size of [2 ** 20, 2 ** 12]) {
    try {
      for (;;) writeSync(file, Buffer.alloc(size))
    } catch (error) {
      if (error.code !== 'ENOSPC') throw error
    }
  }
  closeSync(file)
}

function found(kind, name, whens, abouts = []) {
  if (list === undefined) return
  for (const when of whens) {
    const at = `${when} ${name}`
    if (abouts.length === 0) points.push({ kind, at })
    else points.push(...abouts.map(about => ({ kind, at, about: `${when} ${about}` })))
  }
}

let saved

/**
 * A save of the progress has other names as well, one for each entry that is new in it: by these it is known on every
 * route, whatever falls together with it.
 */
function savedWhat(change, [draft, file]) {
  if (change !== 'rename' || basename(String(file)) !== 'progress.json') return []
  const before = saved ?? (fs.existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : {})
  saved = JSON.parse(readFileSync(draft, 'utf8'))
  return ['intents', 'facts', 'records', 'answers'].flatMap(part => {
    const [old = {}, now = {}] = [before[part], saved[part]]
    const keys = Object.keys({ ...old, ...now }).filter(key => JSON.stringify(old[key]) !== JSON.stringify(now[key]))
    // All answers are saved at once.
    return part === 'answers' && keys.length > 0
      ? [named('save of answers')]
      : keys.map(key => named(`save of ${part} ${key}`))
  })
}

const CHANGES = { rename: 1, writeFile: 0, rm: 0 }

for (const [change, target] of Object.entries(CHANGES)) {
  const { [`${change}Sync`]: sync } = fs
  const { [change]: later } = fs.promises
  const begin = args => {
    const name = named(`${change} ${basename(String(args[target]))}`)
    const abouts = savedWhat(change, args)
    found('save', name, ['before', 'after'], abouts)
    reach('before', name, ...abouts)
    return [name, ...abouts]
  }
  fs[`${change}Sync`] = (...args) => {
    const names = begin(args)
    const result = sync(...args)
    reach('after', ...names)
    return result
  }
  fs.promises[change] = async (...args) => {
    const names = begin(args)
    const result = await later(...args)
    reach('after', ...names)
    return result
  }
}

childProcess.spawn = (file, args, options) => {
  const name = named([basename(file), ...args].join(' '))
  if (list !== undefined) commands.push([file, ...args, JSON.stringify(options.env)])
  const before = stamp(options.cwd)
  reach('before', name)
  const child = spawn(file, args, options)
  reach('during', name)
  child.once('exit', () => {
    // Some tools are also asked; a question changes nothing, so there is nothing to be killed around.
    if (!QUESTION.test(name) && (basename(file) !== 'git' || stamp(options.cwd) !== before))
      found('command', name, ['before', 'during', 'after'])
    reach('after', name)
  })
  return child
}

/** What docker and Go are asked. */
const QUESTION = /^(docker (version|context|build --help)|go version)\b/

/** Tells whether anything in a folder was written. */
function stamp(folder) {
  if (list === undefined) return undefined
  const entries = readdirSync(folder, { recursive: true }).map(entry => {
    const { ino, ctimeMs, size } = lstatSync(`${folder}/${entry}`, { throwIfNoEntry: false }) ?? {}
    return [entry, ino, ctimeMs, size]
  })
  return JSON.stringify(entries)
}

syncBuiltinESMExports()
if (list !== undefined) process.on('exit', () => writeFileSync(list, JSON.stringify({ points, commands })))
