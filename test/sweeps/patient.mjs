// Loaded before the program (node --import): a request is held while something else is let go first, or the machine is
// busy, for longer than time-outs last that are scaled for tests. They last as long as they do for people; waits are as
// short as ever.
const LIMITS_MS = new Set([30_000, 60_000].map(ms => ms * Number(process.env.DUMMYAPP_SETUP_TIME_SCALE)))
const { setTimeout } = globalThis
globalThis.setTimeout = (act, ms, ...more) => setTimeout(act, LIMITS_MS.has(ms) ? ms / 0.01 : ms, ...more)
