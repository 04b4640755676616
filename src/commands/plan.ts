import { ciNotes } from '../../steps/ci-notes.ts'
import { CI_CONFIG } from '../answers/forms/ci-config.ts'
import { EXIT, type Exit } from '../clouds/cause.ts'
import { readInside } from '../clouds/repo.ts'
import { lookAtAll } from '../engine/pass.ts'
import { heldBack } from '../engine/plan.ts'
import { savedOrBegun } from '../engine/saved.ts'
import { clean } from '../output/clean.ts'
import { showPlan, showRequests } from '../output/plan.ts'
import { wrap } from '../output/printer.ts'
import { enter } from './enter.ts'
import type { Options } from './options.ts'
import { realGround } from './real.ts'
import { assertPlace, planText, writePlan } from './save-plan.ts'
import { sayWaiting } from './say-waiting.ts'
import { createScreen } from './screen.ts'

/** `plan`: looks, and prints every step's state and every request; nothing is changed, nothing is saved but --out FILE. */
export async function plan(options: Options): Promise<Exit> {
  const screen = createScreen(options, process.env)
  if (options.out) assertPlace(options.out, options.yes)
  const ground = await realGround(options, screen)
  const place = { bases: ground.bases, checkout: ground.checkout.folder }
  const progress = { saved: savedOrBegun(ground.state) }
  return enter(ground, options, screen, progress, async ({ selection, viewer }) => {
    const plan = await lookAtAll(selection.steps, viewer, screen.interrupt.stop, {
      tell: waiting => sayWaiting(waiting, screen.printer),
    })
    const config = readInside(viewer.repo, CI_CONFIG)
    const notes = [...ground.checkout.notes, ...ciNotes(viewer.answers, config, selection.answers)]
    const json = planText(plan, viewer.answers, place, notes)
    if (options.out) writePlan(options.out, json, options.yes)
    if (options.json) process.stdout.write(json)
    const { printer } = screen
    for (const note of notes) printer.line(wrap('  ! ', clean(note), printer.width))
    showPlan(plan, heldBack(plan, selection.acting, new Set()), printer, { fold: false })
    printer.line()
    printer.line(printer.paint.bold('Requests and commands'))
    showRequests(plan, printer, place)
    printer.line()
    printer.line(`Hosts: ${[...place.bases.values()].map(({ host }) => host).join(', ')}. Nothing was changed.`)
    return EXIT.done
  })
}
