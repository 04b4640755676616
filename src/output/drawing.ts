import { jsonDocument } from '../clouds/json-text.ts'
import type { Event } from '../engine/pass.ts'
import type { Planned } from '../engine/plan.ts'
import { laneOf, type StepId } from '../engine/step.ts'
import type { Style } from './paint.ts'
import { type Printer, wrap } from './printer.ts'

/** What people see while a pass runs, made of its events. */
export interface Drawing {
  emit(event: Event): void
  /** Says, where lines cannot be printed meanwhile, that it is being stopped. */
  stopping?(said: string): void
  /** Settles once the last state is drawn. */
  readonly finished: Promise<void>
}

/** The sign of each event, for every way of drawing. */
const SIGNS: Readonly<Record<Event['event'], { readonly sign: string; readonly color: Style }>> = {
  start: { sign: '›', color: 'cyan' },
  present: { sign: '✔', color: 'green' },
  done: { sign: '✔', color: 'green' },
  differs: { sign: '≠', color: 'yellow' },
  fail: { sign: '✖', color: 'red' },
  person: { sign: '●', color: 'yellow' },
  wait: { sign: '⏸', color: 'dim' },
  skip: { sign: '-', color: 'dim' },
}

/** One line an event, never drawn over: without a terminal, in CI, with --plain, where the list is too tall. */
export function drawLines({ line, paint, width }: Printer): Drawing {
  return {
    emit: ({ step, event, detail }) => {
      const { sign, color } = SIGNS[event]
      line(wrap(`  ${paint[color](sign)} ${step}  `, detail, width))
    },
    finished: Promise.resolve(),
  }
}

/** For --json: one event a line. */
export function drawEvents(write: (line: string) => void, clouds: 'real' | 'rehearsal', now: () => Date): Drawing {
  return {
    emit: ({ step, event, detail }) => write(jsonDocument({ time: now().toISOString(), clouds, step, event, detail })),
    finished: Promise.resolve(),
  }
}

/** How many rows a list takes: a lane's name, and each of its steps. */
export const heightOf = (plan: readonly Planned[]): number => lanesOf(plan).size + plan.length

/** The steps of each lane, in the plan's order. */
export function lanesOf(plan: readonly Planned[]): ReadonlyMap<string, readonly StepId[]> {
  const lanes = new Map<string, StepId[]>()
  for (const { step } of plan) lanes.set(laneOf(step.id), [...(lanes.get(laneOf(step.id)) ?? []), step.id])
  return lanes
}
