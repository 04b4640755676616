import { EXIT, type Exit } from '../clouds/cause.ts'
import { jsonDocument } from '../clouds/json-text.ts'
import { lookAtAll } from '../engine/pass.ts'
import { heldBack, type Planned } from '../engine/plan.ts'
import { type Saved, savedOrBegun } from '../engine/saved.ts'
import { standingAsJson } from '../output/checklist/model.ts'
import { showPlan } from '../output/plan.ts'
import { enter } from './enter.ts'
import type { Options } from './options.ts'
import { realGround } from './real.ts'
import { sayWaiting } from './say-waiting.ts'
import { createScreen } from './screen.ts'
import { statusAsJson } from './status-saved.ts'

/** `status --live`: how every step stands in reality, nothing folded. */
export async function statusLive(options: Options): Promise<Exit> {
  const screen = createScreen(options, process.env)
  const ground = await realGround(options, screen)
  const saved = savedOrBegun(ground.state)
  return enter(ground, options, screen, { saved }, async ({ selection, viewer }) => {
    const plan = await lookAtAll(selection.steps, viewer, screen.interrupt.stop, {
      tell: waiting => sayWaiting(waiting, screen.printer),
    })
    if (options.json) process.stdout.write(`${jsonDocument(liveAsJson(plan, { ...saved, answers: viewer.answers }))}\n`)
    showPlan(plan, heldBack(plan, selection.acting, new Set()), screen.printer, { fold: false })
    return EXIT.done
  })
}

/** What was saved of the steps that are looked at, and how each stands. */
function liveAsJson(plan: readonly Planned[], saved: Saved) {
  const document = statusAsJson(saved)
  const steps = new Map(document.steps.map(step => [step.id, step]))
  return { ...document, steps: plan.map(planned => ({ ...steps.get(planned.step.id), ...standingAsJson(planned) })) }
}
