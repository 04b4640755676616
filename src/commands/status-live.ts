import { EXIT, type Exit } from '../clouds/cause.ts'
import { lookAtAll } from '../engine/pass.ts'
import { heldBack } from '../engine/plan.ts'
import { savedOrBegun } from '../engine/saved.ts'
import { showPlan } from '../output/plan.ts'
import { enter } from './enter.ts'
import type { Options } from './options.ts'
import { realGround } from './real.ts'
import { createScreen } from './screen.ts'

/** `status --live`: how every step stands in reality, nothing folded. */
export async function statusLive(options: Options): Promise<Exit> {
  const screen = createScreen(options, process.env)
  const ground = await realGround(options, screen)
  return enter(ground, options, screen, { saved: savedOrBegun(ground.state) }, async ({ selection, viewer }) => {
    const plan = await lookAtAll(selection.steps, viewer, screen.interrupt.stop)
    showPlan(plan, heldBack(plan, selection.acting, new Set()), screen.printer, { fold: false })
    return EXIT.done
  })
}
