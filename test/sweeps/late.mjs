// Loaded before the program (node --import): its clock is as late as what it goes on from is old, as if it had been
// started at once. Waits are as long as ever.
const late = Number(process.env.SWEEP_LATE_MS)
delete process.env.SWEEP_LATE_MS
const { now } = Date
globalThis.Date = class extends Date {
  constructor(...given) {
    super(...(given.length > 0 ? given : [now() - late]))
  }
  static now = () => now() - late
}
