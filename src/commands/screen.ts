import { type Asker, createAsker } from '../answers/prompts.ts'
import type { Planned } from '../engine/plan.ts'
import { askCleanly } from '../output/asking.ts'
import { type Drawing, drawEvents, drawLines, heightOf } from '../output/drawing.ts'
import { createPrinter, type Printer } from '../output/printer.ts'
import type { Interrupt } from './interrupt.ts'
import { listenForInterrupts } from './interrupt.ts'
import type { Options } from './options.ts'

/** The person's side of a run: what is printed, how a pass is drawn, whether anybody can be asked, how it is stopped. */
export interface Screen {
  readonly printer: Printer
  /** Undefined where nobody can be asked. */
  readonly asker: Asker | undefined
  readonly interrupt: Interrupt
  draw(plan: readonly Planned[], clouds: 'real' | 'rehearsal'): Promise<Drawing>
}

/** Rows around the list that must stay on the screen with it. */
const ROWS_AROUND = 6

export function createScreen({ input, plain, json, yes }: Options, env: NodeJS.ProcessEnv): Screen {
  const printer = createPrinter(json ? process.stderr : process.stdout, env)
  let drawing: Drawing | undefined
  const interrupt = listenForInterrupts(again => {
    const said = again
      ? 'Stopping at once.'
      : 'Stopping: what is in flight is finished first. Ctrl-C again stops at once.'
    if (drawing?.stopping) drawing.stopping(said)
    else printer.line(`\n${said}`)
  })
  const dumb = plain || env.TERM === 'dumb' || !!env.ACCESSIBLE
  const terminal = !!process.stdin.isTTY && !!process.stdout.isTTY
  const redraws = terminal && !dumb && !env.CI
  return {
    printer,
    // --yes asks nothing, in a terminal either: what cannot be known is listed, as where there is none.
    asker:
      terminal && input && !json && !yes ? askCleanly(createAsker({ stop: interrupt.stop, plain: dumb })) : undefined,
    interrupt,
    async draw(plan, clouds) {
      if (json)
        return drawEvents(
          line => process.stdout.write(`${line}\n`),
          clouds,
          () => new Date(),
        )
      const fits = heightOf(plan) + ROWS_AROUND <= (process.stdout.rows ?? 0)
      if (!redraws || !fits) return drawLines(printer)
      const { drawList } = await import('../output/list.ts')
      const list = drawList(plan)
      drawing = list
      void list.finished.then(() => {
        drawing = undefined
      })
      return list
    },
  }
}
