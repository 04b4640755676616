import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { agree } from '../../src/commands/agree.ts'
import type { Options } from '../../src/commands/options.ts'
import { savePlan } from '../../src/commands/save-plan.ts'
import { choicesOf } from '../../src/engine/choices.ts'
import type { Consent, Planned } from '../../src/engine/plan.ts'
import type { Action, Owned, Seen, StepId } from '../../src/engine/step.ts'
import { createPrinter } from '../../src/output/printer.ts'
import { typing } from '../support/asker.ts'
import { ANSWERS, fakeStep } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'

const OPTIONS = { adopt: [], replace: [], yes: false, verbose: false } as unknown as Options
const AT = '2026-11-22T10:00:00.000Z'
const DO: readonly Action[] = [{ kind: 'run', key: 'do', does: 'do it', argv: ['do'] }]
const owned: Owned = { id: '7', what: 'thing', owner: 'bob', since: new Date(AT), alsoAccess: [] }
const difference = { what: 'colour', expected: 'red', found: 'blue' }
const differs = (more: object = {}): Seen<unknown> => ({ is: 'differs', state: 0, how: [difference], ...more })
const there = (more: object = {}): Seen<unknown> => ({ is: 'present', state: 0, owned: { ...owned, ...more } })

const planned = (seen: Seen<unknown>, consents: readonly Consent[], more: Partial<Planned> = {}): Planned => ({
  step: fakeStep('a.one', { actions: () => more.actions ?? DO }),
  seen,
  actions: DO,
  consents,
  ...more,
})
/** Each of two differences is decided on by itself. */
const SINGLES = differs({
  how: [
    { ...difference, action: 'first' },
    { ...difference, what: 'size', action: 'second' },
  ],
})
const BY_WORD = { by: 'ann@laptop', facts: {}, intents: {} }

/** What a plan comes to where these lines are typed. */
async function decide(
  plan: readonly Planned[],
  lines: readonly string[] | 'nobody',
  options: Partial<Options> = {},
  more: { readonly acting?: readonly StepId[]; readonly agreedTo?: ReadonlyMap<StepId, readonly Action[]> } = {},
) {
  const person = lines === 'nobody' ? undefined : typing(...lines)
  const printer = createPrinter(new PassThrough() as unknown as NodeJS.WriteStream, {})
  const agreement = await agree(plan, {
    acting: new Set<StepId>(more.acting ?? plan.map(({ step }) => step.id)),
    asker: person?.asker,
    printer,
    options: { ...OPTIONS, ...options },
    place: { bases: new Map(), checkout: '/it' },
    answers: ANSWERS,
    agreedTo: more.agreedTo ?? new Map(),
    said: new Map(),
  })
  return { ...agreement, agreed: [...agreement.agreed], kept: [...agreement.kept], shown: person?.shown() ?? '' }
}

/** Every kind of consent that is asked for, and what must be typed to give it. */
const CONSENTS: readonly (readonly [string, Planned, readonly string[]])[] = [
  ['to use what is somebody’s', planned(there(), ['adopt'], { actions: [] }), ['y']],
  ['to overwrite what differs', planned(differs(), ['replace']), ['y']],
  ['to do what is offered', planned(differs({ offer: 'make it red' }), ['replace']), ['y']],
  ['to what may break others, by its name', planned(differs({ typed: 'the-name' }), ['replace']), ['the-name']],
  ['to what may stay', planned(differs({ keep: { id: '1' } }), ['replace']), ['3']],
  [
    'to use what need not be used',
    planned(there({ otherwise: { answer: 'herokuContext', value: 'other' } }), ['adopt'], { actions: [] }),
    ['2'],
  ],
  ['to go by somebody’s word', planned(there(), ['adopt'], { actions: [], byWord: BY_WORD }), ['y']],
  [
    'to do something by somebody’s word',
    planned({ is: 'missing', state: 0 }, ['adopt'], { byWord: BY_WORD }),
    ['a.one'],
  ],
]

describe('A consent', () => {
  test.each(CONSENTS)('%s is given by what says so', async (_, plan, typed) => {
    expect(await decide([plan], [...typed, '2'])).toMatchObject({ agreed: ['a.one'] })
  })

  test.each(CONSENTS)('%s is not given by Enter, nor a new name taken unseen', async (_, plan) => {
    const { agreed, kept, renamed = [] } = await decide([plan], ['', '', '2'])
    expect({ agreed, kept }).toEqual({ agreed: [], kept: [] })
    for (const { value } of renamed) expect(value).toBe('other')
  })

  test.each(CONSENTS)('%s is not given by no', async (_, plan) => {
    expect(await decide([plan], [plan.seen.is === 'differs' && plan.seen.keep ? '1' : 'no', '3', '2'])).toMatchObject({
      agreed: [],
      kept: [],
    })
  })

  test.each(['the-nam', 'the-name-2', 'THE-NAME', 'y', 'yes'])('that takes a name is not given by %j', async typed => {
    const plan = planned(differs({ typed: 'the-name' }), ['replace'])
    expect(await decide([plan], [typed, '2'])).toMatchObject({ agreed: [] })
  })

  test.each(['y', 'yes', 'a.on', 'a.one/do'])('to do something by somebody’s word is not given by %j', async typed => {
    const plan = planned({ is: 'missing', state: 0 }, ['adopt'], { byWord: BY_WORD })
    expect(await decide([plan], [typed, '2'])).toMatchObject({ agreed: [] })
  })

  test.each(CONSENTS)('%s is not given by --yes', async (_, plan) => {
    expect(await decide([plan], [], { yes: true })).toMatchObject({ agreed: [], kept: [] })
  })
})

describe('By the options', () => {
  const both = planned({ is: 'missing', state: 0 }, ['adopt', 'replace'], { byWord: BY_WORD })
  const mayStay = planned(differs({ keep: { id: '1' } }), ['replace'])
  const NAMED = ['a.one']

  test.each([
    ['two consents are needed, and both are given', both, { adopt: NAMED, replace: NAMED }, NAMED, []],
    ['two are needed, and one is given', both, { adopt: NAMED }, [], []],
    ['two are needed, and the other is given', both, { replace: NAMED }, [], []],
    ['what differs may be overwritten', mayStay, { replace: NAMED }, NAMED, []],
    ['what may stay is adopted: it stays', mayStay, { adopt: NAMED }, [], NAMED],
    ['another step is named', mayStay, { adopt: ['a.two'], replace: ['a.two'] }, [], []],
    ['what differs and may not stay is adopted', planned(differs(), ['replace']), { adopt: NAMED }, [], []],
    ['what is somebody’s may be overwritten', planned(there(), ['adopt'], { actions: [] }), { replace: NAMED }, [], []],
  ])('with --yes, where %s', async (_, plan, options, agreed, kept) => {
    expect(await decide([plan], [], { ...options, yes: true })).toMatchObject({ agreed, kept })
  })
})

describe('What is decided on one by one', () => {
  const seen = SINGLES
  const choices = choicesOf('a.one', seen)
  const plan = planned(seen, ['replace'], choices ? { choices } : {})

  test.each([
    ['Enter and Enter', ['', ''], [], ['a.one/first', 'a.one/second']],
    ['y and Enter', ['y', ''], ['a.one/first'], ['a.one/second']],
    ['Enter and y', ['', 'y'], ['a.one/second'], ['a.one/first']],
  ])('is, by %s, taken only where that was said', async (_, lines, agreed, kept) => {
    expect(await decide([plan], [...lines, '2'])).toMatchObject({ agreed, kept })
  })

  test('is not asked again where it was kept, and is taken where it is named', async () => {
    const kept = { kept: new Set(['first']), open: new Set(['second']) }
    const again = planned(seen, ['replace'], { choices: kept })
    const { agreed, shown } = await decide([again], ['', '2'])
    expect(agreed).toEqual([])
    expect(shown.match(/Replace it\?/g)).toHaveLength(1)
    expect(await decide([again], ['', '2'], { replace: ['a.one/first'] })).toMatchObject({ agreed: ['a.one/first'] })
  })

  test('is not by --yes, nor by the name of the other', async () => {
    expect(await decide([plan], [], { yes: true })).toMatchObject({ agreed: [], kept: [] })
    expect(await decide([plan], ['', '2'], { replace: ['a.one/second'] })).toMatchObject({
      agreed: ['a.one/second'],
      kept: ['a.one/first'],
    })
  })
})

describe('All that one person says was made by this set-up', () => {
  const vouched = (['a.one', 'a.two'] as const).map(id => ({
    ...planned(there(), ['adopt'], { actions: [], vouchedBy: 'ann@laptop' }),
    step: fakeStep(id),
  }))

  test('is used by one yes', async () => {
    expect(await decide(vouched, ['y'])).toMatchObject({ agreed: ['a.one', 'a.two'] })
  })

  test('is asked about one by one after an Enter, which means no to each', async () => {
    const { agreed, shown } = await decide(vouched, ['', '', ''])
    expect(agreed).toEqual([])
    expect(shown.match(/Use it\?/g)).toHaveLength(2)
  })
})

describe('A plan', () => {
  const plan = [planned({ is: 'missing', state: 0 }, [])]

  test.each([
    ['no', ['2'], 'leave'],
    ['another look at it, and no', ['3', '2'], 'leave'],
    ['yes', ['1'], 'carry-out'],
  ])('is carried out or not: %s', async (_, lines, decision) => {
    expect(await decide(plan, lines)).toMatchObject({ decision })
  })

  test('is left where nobody can be asked, and carried out by --yes', async () => {
    expect(await decide(plan, 'nobody')).toMatchObject({ decision: 'leave', agreed: [] })
    expect(await decide(plan, 'nobody', { yes: true })).toMatchObject({ decision: 'carry-out' })
  })

  test('needs a second yes only for what is new in it', async () => {
    const [first] = plan
    const other = { ...planned({ is: 'missing', state: 0 }, []), step: fakeStep('a.two') }
    const agreedTo = new Map<StepId, readonly Action[]>([['a.one', DO]])
    expect(await decide(plan, [], {}, { agreedTo })).toMatchObject({ decision: 'carry-out', shown: '' })
    const both = await decide([...(first ? [first] : []), other], ['2'], {}, { agreedTo })
    expect(both).toMatchObject({ decision: 'leave', shown: expect.stringContaining('Carry it out?') })
  })

  test('has no question about a step that is only looked at', async () => {
    const differing = planned(differs(), ['replace'])
    expect(await decide([differing], [], {}, { acting: [] })).toMatchObject({ agreed: [], kept: [], shown: '' })
  })

  test('is not overwritten by Enter where it is saved, and is by a yes', async () => {
    const file = join(temporaryFolder(), 'plan.json')
    const printer = createPrinter(new PassThrough() as unknown as NodeJS.WriteStream, {})
    writeFileSync(file, 'mine')
    await savePlan('theirs', typing(file, '').asker, printer)
    expect(readFileSync(file, 'utf8')).toBe('mine')
    await savePlan('theirs', typing(file, 'y').asker, printer)
    expect(readFileSync(file, 'utf8')).toBe('theirs')
    const other = `${file}.new`
    await savePlan('theirs', typing(other).asker, printer)
    expect(existsSync(other)).toBe(true)
  })
})
