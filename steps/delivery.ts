import type { Known } from '../src/answers/schema.ts'
import type { Cause } from '../src/clouds/cause.ts'
import {
  contextNamed,
  readProject,
  readProjectVariables,
  readRestrictions,
  readVariables,
  type Variable,
} from '../src/clouds/circleci.ts'
import { at, type Json, textAt } from '../src/clouds/json.ts'
import type { VendorReply } from '../src/clouds/vendor.ts'
import type { Action, Look, RequestAction, SavedOf, Seen, StepId } from '../src/engine/step.ts'
import { type Hole, hole, path, type Str, shown, t } from '../src/engine/text.ts'
import { isInTime, isSince } from '../src/engine/tries.ts'
import { ahead } from './ahead.ts'

/*
 * How a credential reaches CI: made, put where CI finds it and proven within one step. CircleCI never shows a value, so
 * what stands there is ours by the time of its writing, and proven by its last characters while the secret is at hand.
 */

/** A context, and the step that makes it. */
interface ContextTarget {
  readonly name: Str
  readonly madeBy: StepId
}

/** Where CI finds values: a context, or the project's own variables, which every job of every branch sees (facts/circleci.md 6). */
export type Target = ContextTarget | { readonly project: Str }

/** One variable there: a secret that the step makes, or a text. */
export interface Value<Name extends Str = string> {
  readonly variable: Name
  readonly value: Str
}

/** The key of `closed`: what its answer means, `openToAll` says. */
export const CLOSED = 'closed'

/** Asks, before anything is made for it, whether the context is restricted to this project; `isNo` judges by `openToAll`. */
const closed = ({ name, madeBy }: ContextTarget): RequestAction => ({
  kind: 'request',
  key: CLOSED,
  does: t`see that the context ${name} is closed to other projects`,
  host: 'circleci',
  method: 'GET',
  path: t`/api/v2/context/${hole(`${madeBy}:id`)}/restrictions`,
  again: 'safe',
})

/** What comes before a credential is made for a place: a project's own variables are closed anyway, an open context may be chosen. */
export const closedFirst = (target: Target, { secretsUntilRestricted }: Pick<Places, 'secretsUntilRestricted'>) =>
  'project' in target || secretsUntilRestricted === 'write-anyway' ? [] : [closed(target)]

/** Why nothing may be written to a context: every project of the organization can use it (facts/circleci.md 5). */
export function openToAll({ body }: VendorReply, context: string, { fact }: Pick<SavedOf, 'fact'>): Cause | undefined {
  const items = at(body, 'items')
  const project = fact('circleci.project:id')
  const isClosed = project !== undefined && Array.isArray(items) && items.some(item => isRestrictionTo(project, item))
  if (isClosed) return undefined
  return {
    code: 'open-context',
    means: `The context ${context} is not restricted to this project, so nothing secret is made for it yet.`,
    next: 'Have an admin of the organization restrict it to the project (circleci.restrict), and run again.',
  }
}

const isRestrictionTo = (project: string, item: Json): boolean =>
  textAt(item, 'restriction_type') === 'project' && textAt(item, 'restriction_value') === project

/** What a place is called. */
const placed = (target: Target): Str =>
  'project' in target ? t`the own variables of the project ${target.project}` : t`the context ${target.name}`

/** Puts a value there. A wrong key would be taken and store nothing (facts/circleci.md 5), so what stands there is proven. */
export function deliver(target: Target, { variable, value }: Value<Str>): RequestAction {
  const common = {
    kind: 'request',
    does: t`put ${variable} into ${placed(target)}`,
    host: 'circleci',
    again: 'safe',
  } as const
  if ('project' in target) {
    return {
      ...common,
      key: intentOf(shown(variable), 'project'),
      method: 'POST',
      path: t`/api/v2/project/${target.project}/envvar`,
      body: { name: variable, value },
    }
  }
  return {
    ...common,
    key: intentOf(shown(variable), 'context'),
    method: 'PUT',
    path: t`/api/v2/context/${hole(`${target.madeBy}:id`)}/environment-variable/${variable}`,
    body: { value },
    keeps: { [wroteOf(shown(variable))]: ['updated_at'] },
  }
}

/** The fact that tells when a value of ours was written, by CircleCI’s answer. */
const wroteOf = (variable: string): string => `wrote-${variable}`

/** Takes a variable out of a place, for what is undone. */
export const takeOut = (target: Target, variable: Str): RequestAction => ({
  kind: 'request',
  key: `take-out-${shown(variable)}${'project' in target ? '-of-project' : ''}`,
  does: t`take ${variable} out of ${placed(target)}`,
  host: 'circleci',
  method: 'DELETE',
  path:
    'project' in target
      ? t`/api/v2/project/${target.project}/envvar/${path`${variable}`}`
      : path`/api/v2/context/${hole(`${target.madeBy}:id`)}/environment-variable/${variable}`,
  again: 'safe',
  // Gone is gone.
  okStatus: [404],
})

/** Everywhere that a variable may have been put by these answers. */
export const everyPlace = (
  context: ContextTarget,
  { circleProject, secretsUntilRestricted }: Pick<Places, 'circleProject' | 'secretsUntilRestricted'>,
): readonly Target[] => [
  context,
  ...(secretsUntilRestricted === 'project-variables' ? [{ project: circleProject }] : []),
]

/** A look, whatever answers it is for. */
type Questions = Omit<Look, 'answers'>

/**
 * When that was written what is to be overwritten, by fact. Two credentials may end alike, as Google's key files do; so a
 * write of ours is proven by its time as well.
 */
type Stood = Readonly<Record<string, string>>

/** What decides where values go. */
type Places = { readonly [Key in 'circleOrg' | 'circleProject' | 'secretsUntilRestricted']: Str }

/** A context by its name, and the project whose own variables are meant instead, or were. */
export interface Place {
  readonly organization: string
  readonly name: string
  readonly project?: string
  readonly into?: 'project'
  /** The context's id, as far as it was learned: so that what is in it can be asked for at once. */
  readonly id?: string | undefined
}

/** The fact that is marked when CircleCI refused to let this account close a context: it is not an admin's. */
export const refusedTo = (account: string): string => `circleci.restrict:refused-${account}`

/**
 * Where values go now: into the context; where the signed-in account may not close it and a person chose so, into the
 * project's own variables for as long as it stands open. Throws SetupError where CircleCI does not tell.
 */
export async function placeNow(
  look: Questions & {
    readonly answers: Pick<Known, 'circleOrg' | 'circleProject' | 'secretsUntilRestricted'>
  },
  { name, madeBy }: { readonly name: string; readonly madeBy: StepId },
): Promise<Place> {
  const { circleOrg: organization, circleProject: project, secretsUntilRestricted } = look.answers
  const place: Place = { organization, name, project, id: look.fact(`${madeBy}:id`) }
  if (secretsUntilRestricted !== 'project-variables') return place
  if (look.fact(refusedTo(look.account('circleci').id)) === undefined) return place
  const read = (path: string) => look.read('circleci', path)
  const context = await contextNamed(read, organization, name)
  if (context === undefined) return place
  const found = await readProject(read, project)
  const isClosed = (await readRestrictions(read, context.id)).some(
    ({ type, value }) => type === 'project' && value === found?.id,
  )
  return isClosed ? place : { ...place, into: 'project' }
}

/** What stands in a place. */
export type Delivery = {
  /** It is the project's own variables; else the context. */
  readonly into?: 'project'
  /** What stands in the other place under the same names. */
  readonly elsewhere?: readonly Elsewhere[]
} & (
  | { readonly is: 'no-context' }
  /** Somebody else wrote these, and when. */
  | {
      readonly is: 'foreign'
      readonly variables: readonly { readonly name: string; readonly writtenAt: string }[]
      readonly stood?: Stood
      /** It was written over the secret that this run had just put there: two machines may be at it. */
      readonly isOvertaken?: true
    }
  /** Not all there, or ours and not proven; CI may use what an interrupted run of ours wrote. */
  | { readonly is: 'open'; readonly mayBeUsed: boolean; readonly stood?: Stood }
  /** All there and ours: by what was recorded, or by the secret at hand. */
  | { readonly is: 'proven'; readonly by: 'record' | 'hand'; readonly learned: Readonly<Record<string, string>> }
)

/** A variable of the same name in the place where values do not go now; a context's goes before a project's (facts/circleci.md 5). */
export interface Elsewhere {
  readonly name: string
  readonly writtenAt: string
  /** What the place is called. */
  readonly in: string
  readonly path: string
  readonly isOurs: boolean
}

/** Looks what stands where a step delivers to. Throws SetupError where CircleCI does not tell. */
export async function lookAtDelivery(
  look: Questions,
  step: StepId,
  { organization, name, project, into, id }: Place,
  values: readonly Value[],
): Promise<Delivery> {
  const read = (path: string) => look.read('circleci', path)
  if (id !== undefined) ahead(readVariables(read, id))
  const context = await contextNamed(read, organization, name)
  if (context === undefined) return { is: 'no-context' }
  const stands = async (kind: Kind): Promise<readonly Stand[]> => {
    if (kind === 'context') return standsOf(look, step, values, kind, await readVariables(read, context.id))
    return project === undefined ? [] : standsOf(look, step, values, kind, await readProjectVariables(read, project))
  }
  const whatIs = judged(await stands(into ?? 'context'), values)
  if (into === 'project') {
    const at = { in: `the context ${name}`, path: `/api/v2/context/${context.id}/environment-variable` }
    return { ...whatIs, into, elsewhere: (await stands('context')).flatMap(elsewhere(at)) }
  }
  // What came into the project while the context stood open; what others put there is theirs, and the context goes before it.
  if (project === undefined || !values.some(one => wasPutIntoProject(look, step, one))) return whatIs
  const at = { in: `the project ${project}`, path: `/api/v2/project/${project}/envvar` }
  const ours = (await stands('project')).flatMap(elsewhere(at)).filter(({ isOurs }) => isOurs)
  return { ...whatIs, elsewhere: ours }
}

const wasPutIntoProject = (look: Questions, step: StepId, { variable }: Value): boolean =>
  look.fact(factOf(step, variable, 'project')) !== undefined ||
  look.begunAt(`${step}/${intentOf(variable, 'project')}`) !== undefined

const elsewhere =
  (at: { readonly in: string; readonly path: string }) =>
  (stand: Stand): readonly Elsewhere[] =>
    stand.is === 'absent'
      ? []
      : [
          {
            name: stand.name,
            writtenAt: stand.writtenAt,
            in: at.in,
            path: `${at.path}/${encodeURIComponent(stand.name)}`,
            isOurs: stand.is !== 'foreign',
          },
        ]

/** How one variable stands in a place. */
type Stand =
  | { readonly is: 'absent' }
  | {
      readonly is: 'foreign' | 'unproven'
      readonly name: string
      readonly writtenAt: string
      readonly stood: Stood
      readonly isOvertaken?: true
    }
  /** `text`: whose credential stands there, a text that is the same for all of them does not tell. */
  | {
      readonly is: 'record' | 'hand' | 'text'
      readonly name: string
      readonly writtenAt: string
      readonly learned: Readonly<Record<string, string>>
    }

/** The two kinds of places keep their facts and intents apart. */
type Kind = 'context' | 'project'
const factOf = (step: StepId, variable: string, kind: Kind): string =>
  `${step}:delivered-${variable}${kind === 'project' ? '-to-project' : ''}`
const intentOf = (variable: string, kind: Kind): string =>
  `deliver-${variable}${kind === 'project' ? '-to-project' : ''}`

/**
 * How the variables of a place stand. No source tells whether the time of a project's variable moves when it is written anew
 * (facts/circleci.md 6): there the secret at hand proves it whatever the time.
 */
const standsOf = (
  look: Questions,
  step: StepId,
  values: readonly Value[],
  kind: Kind,
  there: readonly Variable[],
): readonly Stand[] =>
  values.map(({ variable: name, value }) => {
    const found = there.find(one => one.name === name)
    if (found === undefined) return { is: 'absent' }
    const { updatedAt: writtenAt } = found
    const fact = factOf(step, name, kind)
    const learned = { [fact]: writtenAt }
    if (look.fact(fact) === writtenAt) return { is: 'record', name, writtenAt, learned }
    const stood = { [`${step}:stood-${name}`]: writtenAt }
    const isOld = kind === 'context' && isSecret(value) && look.fact(`${step}:stood-${name}`) === writtenAt
    const intent = `${step}/${intentOf(name, kind)}`
    const [first, last] = [look.begunAt(intent, 'first'), look.begunAt(intent)]
    const noted = look.fact(`${step}:${wroteOf(name)}`)
    const isByTime = noted === undefined ? isByUs(first, last, { at: writtenAt, isProven: false }) : noted === writtenAt
    const { tail } = found
    const isProven = !isOld && (tail === undefined ? isByTime && isAtHand(value, look) : endsIn(value, tail, look))
    const isInProject = kind === 'project' && isProven && first !== undefined
    const wrote = kind === 'context' && isSecret(value) ? look.fact(`${step}:${wroteOf(name)}`) : undefined
    const isOvertaken =
      wrote !== undefined && Date.parse(writtenAt) > Date.parse(wrote) && look.answered(intent) !== undefined
    if (isOvertaken) return { is: 'foreign', name, writtenAt, stood, isOvertaken }
    if (!isInProject && !isByUs(first, last, { at: writtenAt, isProven }))
      return { is: 'foreign', name, writtenAt, stood }
    if (!isProven) return { is: 'unproven', name, writtenAt, stood }
    return { is: isSecret(value) ? 'hand' : 'text', name, writtenAt, learned }
  })

function judged(stands: readonly Stand[], values: readonly Value[]): Delivery {
  const stood: Stood = Object.assign({}, ...stands.map(one => ('stood' in one ? one.stood : {})))
  const foreign = stands.flatMap(one => (one.is === 'foreign' ? [{ name: one.name, writtenAt: one.writtenAt }] : []))
  const isOvertaken = stands.some(one => 'isOvertaken' in one)
  if (foreign.length > 0) return { is: 'foreign', variables: foreign, stood, ...(isOvertaken && { isOvertaken }) }
  const secrets = new Set(values.flatMap(({ value }, index) => (isSecret(value) ? (stands[index]?.is ?? []) : [])))
  if (stands.some(({ is }) => is === 'absent' || is === 'unproven') || secrets.size > 1) {
    return { is: 'open', mayBeUsed: secrets.has('unproven') || secrets.has('hand'), stood }
  }
  const learned = Object.assign({}, ...stands.map(one => ('learned' in one ? one.learned : {})))
  return { is: 'proven', by: secrets.has('hand') ? 'hand' : 'record', learned }
}

/** Was it written by one of our tries? Each of them looked first what the ones before had left. */
function isByUs(
  first: Date | undefined,
  last: Date | undefined,
  written: { readonly at: string; readonly isProven: boolean },
): boolean {
  if (first === undefined || last === undefined) return false
  const at = new Date(written.at)
  return isSince(at, first) && (written.isProven || isInTime(at, last))
}

const isSecret = (value: Str): value is Hole => typeof value === 'object' && 'hole' in value

/** Where no end of a value is told, its time proves it: that of our write, while what was written is known. */
const isAtHand = (value: Str, look: Questions): boolean => !isSecret(value) || look.endsIn(value.hole, '') !== undefined

const endsIn = (value: Str, tail: string, look: Questions): boolean =>
  isSecret(value) ? !!look.endsIn(value.hole, tail) : tail !== '' && shown(value).endsWith(tail)

/** A credential as the vendor lists it. */
export interface Listed {
  readonly id: string
  readonly madeAt: Date
  /** It carries this set-up's label, or came about as only a request of this set-up's can have made it: a hint, no proof. */
  readonly isLabelled: boolean
  /** It is good for what CI needs: alive, with the right scope. */
  readonly isGood: boolean
}

/** What a step that makes and delivers a credential has come to. */
export interface Standing {
  /** One must be made and delivered. */
  readonly mint: boolean
  /** Ours, and no longer or never delivered. */
  readonly old: readonly string[]
  /** Somebody else's value came over ours: only what was made for its place is to go. */
  readonly isOvertaken?: true
  /** Of these, the ones that were made and certainly never reached CI: they go before anything is made anew. */
  readonly unproven: readonly string[]
  /** It goes into the project's own variables; else into the context. */
  readonly into?: 'project'
  /** What stands in the other place: it is taken out of there once the new value is in its own. */
  readonly elsewhere?: readonly Elsewhere[]
}

/** Nothing is there yet. */
export const NOTHING: Standing = { mint: true, old: [], unproven: [] }

/** What is to be done: what CI may use goes last, when the new one is in its place. */
export const renewed = (
  { mint, old, unproven, elsewhere = [] }: Standing,
  make: readonly Action[],
  revoke: (id: string) => Action,
): readonly Action[] => [
  ...unproven.map(revoke),
  ...(mint ? make : []),
  ...elsewhere.map(clear),
  ...old.filter(id => !unproven.includes(id)).map(revoke),
]

/** Takes a value out of the place where it no longer is to be. */
const clear = ({ name, in: place, path, isOurs }: Elsewhere): Action => ({
  kind: 'request',
  key: `clear-${name}`,
  does: `take ${name} out of ${place}, which it no longer comes from`,
  host: 'circleci',
  method: 'DELETE',
  path,
  again: 'safe',
  okStatus: [404],
  ...(isOurs && { takesBack: true }),
})

/**
 * What a step that makes a credential and delivers it has come to. Ours are the recorded one, the one just made, and
 * those of our label that appeared after the intent to make one. What is delivered is revoked last, so that CI is never
 * without a working value.
 */
export function standing(
  look: Questions,
  step: StepId,
  {
    listed,
    delivery,
    context,
    fresh = look.fact(`${step}:new`),
  }: {
    readonly listed: readonly Listed[]
    readonly delivery: Delivery
    readonly context: string
    /** The one just made, where the answer names it otherwise than the list. */
    readonly fresh?: string | undefined
  },
): Seen<Standing> {
  const recorded = look.fact(`${step}:id`)
  const stood = 'stood' in delivery && delivery.stood ? { learned: delivery.stood } : {}
  // Several tries may have been lost since: what the first of them made is ours as well.
  const [begun, last] = [look.begunAt(`${step}/mint`, 'first'), look.begunAt(`${step}/mint`)]
  const answered = look.answered(`${step}/mint`)
  const isMade = ({ isLabelled, madeAt }: Listed) =>
    isLabelled &&
    begun !== undefined &&
    last !== undefined &&
    isSince(madeAt, begun) &&
    isInTime(madeAt, last) &&
    // Beside the answer to the last try only what came of those before it is ours: two machines may be at it.
    (answered === undefined || (answered === 'again' && isSince(last, madeAt)))
  const ours = listed.filter(one => one.id === recorded || one.id === fresh || isMade(one))
  const delivered = delivery.is === 'proven' ? (delivery.by === 'record' ? recorded : fresh) : undefined
  const current = ours.find(({ id, isGood }) => id === delivered && isGood)
  const old = ours.filter(one => one !== current).map(({ id }) => id)
  const mayBeUsed = (id: string) => id === recorded || (delivery.is === 'open' && delivery.mayBeUsed)
  const unproven = old.filter(id => !mayBeUsed(id))
  const { into, elsewhere = [] } = delivery
  const state = { old, unproven, ...(into && { into }), ...(elsewhere.length > 0 && { elsewhere }) }
  const foreign = foreignIn(delivery, context)
  if (delivery.is === 'foreign') {
    // Another machine's stands there: what was to stand there of ours, or did, serves nothing any more.
    const isOthersThere = listed.some(one => one.isLabelled && one.isGood && !ours.includes(one))
    const isInVain = ({ id }: Listed) => (id === recorded ? isOthersThere : id === fresh && !!delivery.isOvertaken)
    const inVain = ours.filter(isInVain).map(({ id }) => id)
    if (inVain.length > 0) {
      return { is: 'missing', partly: OVERTAKEN, state: { ...NOTHING, mint: false, old: inVain, isOvertaken: true } }
    }
  }
  if (current !== undefined && delivery.is === 'proven' && foreign.length === 0) {
    const done = { ...state, mint: false }
    const partly = 'delivered; an older one of ours is still valid, or still stands elsewhere'
    if (old.length > 0 || elsewhere.length > 0) return { is: 'missing', partly, state: done }
    return { is: 'present', state: done, learned: { ...delivery.learned, [`${step}:id`]: current.id } }
  }
  const toDo = { ...state, mint: current === undefined }
  const partly = delivery.is === 'proven' ? NO_LONGER_GOOD : HALF_MADE
  const [first, ...more] = foreign
  if (first === undefined) return { is: 'missing', state: toDo, ...stood, ...(old.length > 0 && { partly }) }
  return {
    is: 'differs',
    state: toDo,
    how: [differs(first), ...more.map(differs)],
    keep: { id: foreign.map(({ writtenAt }) => writtenAt).join(' ') },
    ...stood,
  }
}

/** What somebody else wrote where CI would take it from. */
function foreignIn(delivery: Delivery, context: string): readonly Omit<Elsewhere, 'path' | 'isOurs'>[] {
  const place = delivery.into === 'project' ? 'the project’s own variables' : `the context ${context}`
  const there = delivery.is === 'foreign' ? delivery.variables.map(one => ({ ...one, in: place })) : []
  return [...there, ...(delivery.elsewhere ?? []).filter(({ isOurs }) => !isOurs)]
}

const differs = ({ name, writtenAt, in: place }: Omit<Elsewhere, 'path' | 'isOurs'>) => ({
  what: `${name} in ${place}`,
  expected: 'a value that this set-up wrote',
  found: `a value written ${writtenAt.slice(0, 10)} that nobody can read`,
})

const NO_LONGER_GOOD = 'what was delivered is no longer good for it: it is made anew, and the old one revoked'
const OVERTAKEN = 'somebody else’s value came over ours: the one that was made for its place is revoked'
const HALF_MADE = 'made by an interrupted run and not provably delivered: it is made anew, and the old one revoked'

/** The label of what this set-up makes for CI. */
export const labelOf = (githubProject: Str, context: Str): Str =>
  t`dummyapp-setup ${githubProject}: CircleCI ${context}`
