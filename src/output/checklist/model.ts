import type { Answers } from '../../answers/schema.ts'
import { type HostId, hostOf } from '../../clouds/hosts.ts'
import type { Json } from '../../clouds/json.ts'
import { ENDS, WRITES } from '../../clouds/policy.ts'
import { Secret } from '../../clouds/secret.ts'
import { isLeftAlone, type Planned } from '../../engine/plan.ts'
import {
  type Action,
  laneOf,
  type PolicyAction,
  type RequestAction,
  type RunAction,
  type Seen,
  type Sh,
  type Step,
  type StepId,
  type Wait,
} from '../../engine/step.ts'
import { type Body, fillBody, hole, mark, type Str, shown, t } from '../../engine/text.ts'
import { diffOf, patchOf } from '../diff.ts'
import { asStarted } from '../program.ts'
import { type ByHand, type Curl, readableJson, readableLine } from '../shell.ts'

/** Where the described effects would go. */
export interface Place {
  readonly bases: ReadonlyMap<HostId, URL>
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
): readonly Entry[] =>
  steps
    .filter(step => step.when?.(answers) ?? true)
    .map(step => ({ step, actions: actionsIn(step, answers, local.get(step.id)) }))

/** What was seen to be there, or not to be seen, asks for nothing. */
const actionsIn = (step: Step, answers: Answers, seen: Seen<unknown> | undefined): readonly Action[] =>
  seen !== undefined && isLeftAlone(seen) ? [] : step.actions(answers, seen)

/** A checklist as the contract (cli.md) gives it to scripts. */
export function asJson(entries: readonly Entry[], answers: Answers, place: Place, notes: readonly string[] = []) {
  return {
    version: 1,
    answers: Object.fromEntries(Object.entries(answers).map(([key, value]) => [key, shown(value)])),
    notes: [...notes],
    steps: entries.map(({ step, actions }) => ({
      id: step.id,
      lane: laneOf(step.id),
      title: step.title,
      section: step.section,
      after: [...(step.after ?? [])],
      by: actions.some(({ kind }) => kind === 'person') ? 'person' : 'wizard',
      actions: actions.map(action => describe(action, step, place)),
    })),
  }
}

/** A plan for scripts: the checklist's form, with how each step stands and what must be allowed. */
export function planAsJson(
  plan: readonly Planned[],
  answers: Answers,
  place: Place,
  notes: readonly string[] = [],
): Json {
  const entries = plan.map(({ step, actions }) => ({ step, actions }))
  const checklist = asJson(entries, answers, place, notes)
  const steps = checklist.steps.map((step, index) => ({ ...step, ...standingAsJson(plan[index]) }))
  return { ...checklist, hosts: [...new Set([...place.bases.values()].map(({ host }) => host))], steps }
}

/** How a step stands: its state, what must be allowed, what differs, and why it is not known. */
export function standingAsJson(planned: Planned | undefined): { readonly [key: string]: Json } {
  if (planned === undefined) return {}
  const { seen, consents } = planned
  const how = seen.is === 'differs' ? { differences: seen.how.map(one => ({ ...one })) } : {}
  const cause = seen.is === 'unknown' ? { cause: { ...seen.cause, next: asStarted(seen.cause.next) } } : {}
  return { state: seen.is, consents: [...consents], ...how, ...cause }
}

/** One action as the contract gives it. */
function describe(action: Action, step: Step, place: Place): Json {
  if (action.kind === 'run') {
    const env = Object.fromEntries(Object.entries(action.env ?? {}).map(([name, value]) => [name, shown(value)]))
    return { kind: 'run', argv: action.argv.map(shown), cwd: place.checkout, env }
  }
  if (action.kind === 'edit') return { kind: 'edit', file: action.file, diff: diffOf(action) }
  if (action.kind === 'person') {
    const { who, instructions, url } = action
    return { kind: 'person', who, instructions: instructions.map(shown), url: url === undefined ? null : shown(url) }
  }
  const { headers, vendor, authorization } = hostOf(action.host)
  const { method, body } = action.kind === 'policy' ? policyRequest(action) : action
  const signIn = authorization({ user: vendor, secret: new Secret('•') })
  return {
    kind: 'request',
    method,
    url: shown(urlOf(action, place)),
    headers: {
      ...headers,
      ...shownAll(action.headers),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...Object.fromEntries(Object.entries(signIn).map(([name, value]) => [name, value.replace(/\S+$/, '••••')])),
    },
    body: body === undefined ? null : fillBody(body, mark),
    byHand: typed([action], step, place).flatMap(({ lines }) => lines),
  }
}

const shownAll = (headers: Readonly<Record<string, Str>> = {}) =>
  Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, shown(value)]))

/** What is written to a policy: everybody else's bindings are read right before, and go back as they came. */
function policyBody({ member, roles, only, reads }: PolicyAction): Body {
  const others = only ? t`every binding as read, without ${member}` : 'every binding as read'
  const added = roles.map(({ role, condition, ends }) => {
    const ending = ends && { title: ENDS, expression: t`request.time < timestamp("${hole(ends.fact)}")` }
    return { role, members: [member], condition: ending ?? (condition && { ...condition }) }
  })
  const policy = { version: 3, etag: 'as read', bindings: [others, ...added] }
  return reads === 'bucket' ? policy : { policy }
}

const policyRequest = (action: PolicyAction) => ({ method: WRITES[action.reads].method, body: policyBody(action) })

/** The commands that do the same by hand. */
export function byHand(action: Action, { id }: Step, place: Place): readonly ByHand[] {
  if (action.kind === 'run') return action.byHand ?? [inEnvironment(action)]
  if (action.kind === 'edit') return [{ argv: ['git', 'apply', '-'], stdin: patchOf(action) }]
  if (action.kind === 'person') return action.byHand ?? []
  if (action.kind === 'policy') return action.byHand
  const commands = action.byHand ?? [curlFor(action, id, place)]
  return [...(action.firstByHand ?? []), ...commands, ...(action.waits ?? []).map(wait => loopFor(wait, place))]
}

/** An action, and the line before it that signs in, where that is needed. */
export interface SignedIn {
  readonly action: Action
  readonly login: readonly string[]
}

/**
 * The actions of a step, with the lines that set what their curl lines are let in by, where that is a token that does not
 * last: before the first action that needs it, again where somebody else is to speak, and after a person.
 */
export function signIns(actions: readonly Action[], step: Step, place: Place): readonly SignedIn[] {
  let made: string | undefined
  return actions.map(action => {
    if (action.kind === 'person') made = undefined
    const login = signInFor(action, step, place)
    if (login === undefined || login === made) return { action, login: [] }
    made = login
    return { action, login: [login] }
  })
}

function signInFor(action: Action, step: Step, place: Place): string | undefined {
  if (action.kind !== 'request' || !byHand(action, step, place).some(command => 'url' in command)) return undefined
  const { vendor, byHand: by } = hostOf(action.host)
  const as = typeof action.as === 'string' ? action.as : vendor
  return by?.login?.(as, baseOf(action.host, place))
}

/** What a person types for each of a step's actions. */
export const typed = (actions: readonly Action[], step: Step, place: Place) =>
  signIns(actions, step, place).map(({ action, login }) => ({
    action,
    lines: [...login, ...byHand(action, step, place).map(readableLine)],
  }))

function inEnvironment(action: RunAction): Sh {
  const set = Object.entries(action.env ?? {}).map(([name, value]) => t`${name}=${value}`)
  return set.length === 0 ? action : { ...action, argv: ['env', ...set, ...action.argv] }
}

function curlFor(action: RequestAction, step: StepId, place: Place): Curl {
  const { headers, byHand: signIn } = hostOf(action.host)
  const into = Object.entries({ ...action.learn, ...action.mint }).map(([name, keys]) => [
    `${step}:${name}`,
    `.${keys.map(key => (/^\w+$/.test(key) ? key : JSON.stringify(key))).join('.')}`,
  ])
  return {
    method: action.method,
    url: urlOf(action, place),
    signIn: typeof action.as === 'object' ? action.as : signIn,
    headers: { ...headers, ...action.headers },
    body: action.body,
    ...(into.length > 0 && { into: Object.fromEntries(into) }),
    ...(action.okStatus && { okExit: [0, CURL_REFUSED] }),
  }
}

/** What is waited for, asked again and again. */
function loopFor({ host, path, until, into }: Wait, place: Place): Curl {
  const { headers, byHand: signIn } = hostOf(host)
  const url = urlOf({ kind: 'request', host, path }, place)
  return { method: 'GET', url, signIn, headers, body: undefined, until, ...(into && { into }) }
}

/** curl's exit code for an answer of 400 and more, with --fail. */
const CURL_REFUSED = 22

/** What a person is told who must do it: who that is, each instruction, and where. */
export function toldPerson(action: Action): readonly Str[] {
  if (action.kind !== 'person') return []
  const { who, instructions, url, forward } = action
  return [
    t`for ${who}:`,
    ...instructions,
    ...(forward === undefined ? [] : [t`to forward: “${forward}”`]),
    ...(url === undefined ? [] : [url]),
  ]
}

/** What goes over the wire, on one line; undefined for what stays on this machine. */
export function overTheWire(action: Action, place: Place): string | undefined {
  if (action.kind !== 'request' && action.kind !== 'policy') return undefined
  const { method, body } = action.kind === 'policy' ? policyRequest(action) : action
  const sent = body === undefined ? '' : ` ${readableJson(body)}`
  return `${method} ${shown(urlOf(action, place))}${sent}`
}

const urlOf = (
  action: Pick<RequestAction, 'kind' | 'host' | 'path'> | Pick<PolicyAction, 'kind' | 'host' | 'path' | 'reads'>,
  place: Place,
): Str => {
  const { host, path } = action
  const base = baseOf(host, place)
  return action.kind === 'policy' ? t`${base}${path}${WRITES[action.reads].behind}` : t`${base}${path}`
}

/** Where a host is reached, without a slash at its end. */
const baseOf = (host: HostId, { bases }: Place): string =>
  (bases.get(host)?.href ?? hostOf(host).home).replace(/\/$/, '')
