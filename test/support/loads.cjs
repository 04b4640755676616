// Preloaded into the program: writes down each file of ours that it loads, and each process that it starts.
const { appendFileSync } = require('node:fs')
const { ChildProcess } = require('node:child_process')
const Module = require('node:module')

const note = (kind, what) => appendFileSync(process.env.LOADS, `${JSON.stringify([kind, what])}\n`)

const load = Module._extensions['.js']
Module._extensions['.js'] = (module, file) => {
  note('file', file)
  load(module, file)
}

const { spawn } = ChildProcess.prototype
ChildProcess.prototype.spawn = function (options) {
  note('process', options.args)
  return spawn.call(this, options)
}
