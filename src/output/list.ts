import { type DefaultRenderer, Listr, type ListrTaskWrapper, type SimpleRenderer } from 'listr2'
import type { Event } from '../engine/pass.ts'
import type { Planned } from '../engine/plan.ts'
import { laneOf, type StepId } from '../engine/step.ts'
import { type Drawing, lanesOf } from './drawing.ts'

type Task = ListrTaskWrapper<unknown, typeof DefaultRenderer, typeof SimpleRenderer>
type Line = Pick<Task, 'title' | 'skip'>

/** Draws a pass as one list with the lanes side by side, redrawn while it runs. */
export function drawList(plan: readonly Planned[]): Drawing {
  const lines = new Map<string, Task>()
  // A lane with a step that was left is not done, even though its task has ended.
  const steps = new Map(
    plan.map(({ step }) => [step.id, new Follower(step.id, () => lines.get(laneOf(step.id))?.skip())]),
  )
  const follow = (id: StepId) => ({ title: id, task: (_: unknown, line: Line) => steps.get(id)?.follow(line) })
  const lanes = [...lanesOf(plan)].map(([lane, ids]) => ({
    title: lane,
    task: (_: unknown, task: Task) => {
      lines.set(lane, task)
      return task.newListr(ids.map(follow), { concurrent: true, exitOnError: false })
    },
  }))
  const list = new Listr(lanes, {
    concurrent: true,
    exitOnError: false,
    // Signals are ours: listr2 9 would end the process without a word (facts/peers.md 0.2).
    registerSignalListeners: false,
    renderer: 'default',
    rendererOptions: { collapseSubtasks: false, collapseSkips: false, showErrorMessage: false },
  })
  return {
    emit: event => steps.get(event.step)?.take(event),
    stopping: said => {
      for (const step of steps.values()) step.stopping(said)
    },
    finished: list.run().then(() => undefined),
  }
}

/** One row: begun when listr2 begins it, told by events, ended by the last one. */
class Follower {
  readonly #id: StepId
  readonly #left: () => void
  #line: Line | undefined
  #told: Event | undefined
  #stopping = ''
  #end: ((event: Event) => void) | undefined

  /** @param left told when it ends without having been done */
  constructor(id: StepId, left: () => void) {
    this.#id = id
    this.#left = left
  }

  follow(line: Line): Promise<void> {
    this.#line = line
    return new Promise((resolve, reject) => {
      this.#end = ({ event, detail }) => {
        if (event === 'fail') return reject(new Error(detail))
        if (event === 'person' || event === 'wait' || event === 'differs' || event === 'skip') {
          line.skip()
          this.#left()
        }
        resolve()
      }
      if (this.#told) this.take(this.#told)
    })
  }

  /** The list holds back every line printed meanwhile, so what is still running says it. */
  stopping(said: string): void {
    this.#stopping = ` · ${said}`
    this.#show()
  }

  take(event: Event): void {
    this.#told = event
    this.#show()
    if (event.event !== 'start') this.#end?.(event)
  }

  #show(): void {
    if (!this.#line || !this.#told) return
    const { event, detail } = this.#told
    this.#line.title = `${this.#id}  ${detail}${event === 'start' ? this.#stopping : ''}`
  }
}
