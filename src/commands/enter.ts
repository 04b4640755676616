import { STEPS } from '../../steps/index.ts'
import { createClouds } from '../clouds/clouds.ts'
import type { Account } from '../clouds/vendor.ts'
import { VENDOR_IDS, type Vendor } from '../clouds/vendors.ts'
import type { Viewer } from '../engine/engine.ts'
import { type Selection, select } from '../engine/select.ts'
import type { Ground } from './ground.ts'
import { letIn, tryOut } from './let-in.ts'
import type { Options } from './options.ts'
import { sayPreflight } from './preflight.ts'
import { savedAnswers } from './saved-answers.ts'
import type { Screen } from './screen.ts'
import { type Settled, settleAnswers } from './settle.ts'

/** What a command has once the answers are settled and the vendors have let it in. */
export interface Entered {
  /** What the answers were decided from. */
  readonly candidates: Settled['candidates']
  readonly selection: Selection
  readonly viewer: Viewer
}

/** Settles the answers, signs in where the chosen lanes need it, and does `work` with the clouds at hand. */
export async function enter<Result>(
  ground: Ground,
  options: Options,
  screen: Screen,
  progress: Viewer['progress'],
  work: (entered: Entered) => Promise<Result>,
): Promise<Result> {
  const { kind, checkout, clock, given, takenOver, takeProposed } = ground
  // What this machine knows itself goes before what it is told.
  const told = takenOver?.answers ?? []
  const candidates = [...given, ...savedAnswers(progress.saved), ...told, ...checkout.inferred]
  const selection = select(STEPS, options)
  const settled = await settleAnswers(candidates, selection.answers, { ...screen, takeProposed })
  const vendors = VENDOR_IDS.filter(vendor => selection.vendors.has(vendor))
  const { answers } = settled
  // Not needed while the answers are asked for.
  const { createHttp } = await import('../clouds/http.ts')
  const http = createHttp({ clock, env: process.env })
  try {
    const { tools } = ground
    const clouds = createClouds({ kind, clock, http, tools, bases: ground.bases, credentials: new Map() })
    const tried = new Map<Vendor, Account>()
    const credentials = await ground.signIn(vendors, answers, tryOut(clouds, tried, screen.interrupt.stop))
    for (const [identity, credential] of credentials) clouds.credentials.set(identity, credential)
    const accounts = await letIn({ clouds, answers }, tried, ground, screen)
    sayPreflight([...accounts], screen.printer)
    const { handedOver } = takenOver ?? {}
    const { folder: repo, remotes } = checkout
    const viewer = { clouds, answers, accounts, progress, repo, remotes, ...(handedOver && { handedOver }) }
    return await work({ ...settled, selection, viewer })
  } finally {
    await http.close()
  }
}
