import { writeFileSync } from 'node:fs'
import { EXIT, type Exit, SetupError, wordsOf } from '../clouds/cause.ts'
import { lookAtAll } from '../engine/pass.ts'
import { heldBack } from '../engine/plan.ts'
import { savedOrBegun } from '../engine/saved.ts'
import { planAsJson } from '../output/checklist/model.ts'
import { showPlan, showRequests } from '../output/plan.ts'
import { enter } from './enter.ts'
import type { Options } from './options.ts'
import { realGround } from './real.ts'
import { createScreen } from './screen.ts'

/** `plan`: looks, and prints every step's state and every request; nothing is changed, nothing is saved but --out FILE. */
export async function plan(options: Options): Promise<Exit> {
  const screen = createScreen(options, process.env)
  const ground = await realGround(options, screen)
  const place = { bases: ground.bases, checkout: ground.checkout.folder }
  const progress = { saved: savedOrBegun(ground.state) }
  return enter(ground, options, screen, progress, async ({ selection, viewer }) => {
    const plan = await lookAtAll(selection.steps, viewer, screen.interrupt.stop)
    const json = `${JSON.stringify(planAsJson(plan, viewer.answers, place), undefined, 2)}\n`
    if (options.out) save(options.out, json)
    if (options.json) process.stdout.write(json)
    const { printer } = screen
    showPlan(plan, heldBack(plan, selection.acting, new Set()), printer)
    printer.line()
    printer.line(printer.paint.bold('Requests and commands'))
    showRequests(plan, printer, place)
    printer.line()
    printer.line(`Hosts: ${[...place.bases.values()].map(({ host }) => host).join(', ')}. Nothing was changed.`)
    return EXIT.done
  })
}

function save(file: string, text: string): void {
  try {
    writeFileSync(file, text)
  } catch (error) {
    const said = wordsOf(error)
    throw new SetupError(
      {
        code: 'out',
        asked: file,
        said,
        means: 'The plan cannot be written there.',
        next: 'Name another file (--out FILE), and run again.',
      },
      EXIT.input,
    )
  }
}
