import type { Answers } from '../../answers/schema.ts'
import type { Json } from '../../clouds/json.ts'
import { VENDORS, type Vendor } from '../../clouds/vendors.ts'
import type { Planned } from '../../engine/plan.ts'
import { type Action, laneOf, type Seen, type Sh, type Step, type StepId } from '../../engine/step.ts'
import { fillBody, type Hole, type Str, shown, t } from '../../engine/text.ts'
import { diffOf } from '../diff.ts'
import { readableLine } from '../shell.ts'

/** Where the described effects would go. */
export interface Place {
  readonly bases: ReadonlyMap<Vendor, URL>
  readonly checkout: string
}

/** One step with what it does, ready to be printed in any format. */
export interface Entry {
  readonly step: Step
  readonly actions: readonly Action[]
}

/** The steps as they would be carried out in an empty world; `local` is what was seen in the checkout's files. */
export const entriesOf = (
  steps: readonly Step[],
  answers: Answers,
  local: ReadonlyMap<StepId, Seen<unknown>>,
): readonly Entry[] => steps.map(step => ({ step, actions: step.actions(answers, local.get(step.id)) }))

/** A checklist as the contract (cli.md) gives it to scripts. */
export function asJson(entries: readonly Entry[], answers: Answers, place: Place) {
  return {
    version: 1,
    answers: Object.fromEntries(Object.entries(answers).map(([key, value]) => [key, shown(value)])),
    steps: entries.map(({ step, actions }) => ({
      id: step.id,
      lane: laneOf(step.id),
      title: step.title,
      section: step.section,
      after: [...(step.after ?? [])],
      by: actions.some(({ kind }) => kind === 'person') ? 'person' : 'wizard',
      actions: actions.map(action => describe(action, place)),
    })),
  }
}

/** A plan for scripts: the checklist's form, with how each step stands and what must be allowed. */
export function planAsJson(plan: readonly Planned[], answers: Answers, place: Place): Json {
  const entries = plan.map(({ step, actions }) => ({ step, actions }))
  const checklist = asJson(entries, answers, place)
  const steps = checklist.steps.map((step, index) => ({ ...step, ...standing(plan[index]) }))
  return { ...checklist, hosts: [...new Set([...place.bases.values()].map(({ host }) => host))], steps }
}

function standing(planned: Planned | undefined): { readonly [key: string]: Json } {
  if (planned === undefined) return {}
  const { seen, consents } = planned
  const how = seen.is === 'differs' ? { differences: seen.how.map(one => ({ ...one })) } : {}
  const cause = seen.is === 'unknown' ? { cause: { ...seen.cause } } : {}
  return { state: seen.is, consents: [...consents], ...how, ...cause }
}

/** One action as the contract gives it. */
function describe(action: Action, place: Place): Json {
  if (action.kind === 'run') return { kind: 'run', argv: action.argv.map(shown), cwd: place.checkout, env: {} }
  if (action.kind === 'edit') return { kind: 'edit', file: action.file, diff: diffOf(action) }
  if (action.kind === 'person') {
    const { who, instructions, url } = action
    return { kind: 'person', who, instructions: instructions.map(shown), url: url === undefined ? null : shown(url) }
  }
  return {
    kind: 'request',
    method: action.method,
    url: urlOf(action.vendor, action.path, place),
    headers: { ...VENDORS[action.vendor].headers, 'content-type': 'application/json', authorization: 'Bearer ••••' },
    body: action.body === undefined ? null : fillBody(action.body, asMark),
    byHand: byHand(action).map(readableLine),
  }
}

/** The commands that do the same by hand. */
export function byHand(action: Action): readonly Sh[] {
  if (action.kind === 'run') return [action]
  if (action.kind === 'edit') return [{ argv: ['git', 'apply', '-'], stdin: diffOf(action) }]
  return action.byHand ?? []
}

/** What a person is told who must do it: who that is, each instruction, and where. */
export function toldPerson(action: Action): readonly Str[] {
  if (action.kind !== 'person') return []
  return [t`for ${action.who}:`, ...action.instructions, ...(action.url === undefined ? [] : [action.url])]
}

/** What goes over the wire, on one line; undefined for what stays on this machine. */
export function overTheWire(action: Action, place: Place): string | undefined {
  if (action.kind !== 'request') return undefined
  const body = action.body === undefined ? '' : ` ${JSON.stringify(fillBody(action.body, asMark))}`
  return `${action.method} ${urlOf(action.vendor, action.path, place)}${body}`
}

const asMark = ({ hole }: Hole) => `<${hole}>`
const urlOf = (vendor: Vendor, path: Str, { bases }: Place) =>
  (bases.get(vendor)?.href ?? VENDORS[vendor].home).replace(/\/$/, '') + shown(path)
