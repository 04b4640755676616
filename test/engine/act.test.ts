import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import type { Engine } from '../../src/engine/engine.ts'
import type { Action, RequestAction, Seen } from '../../src/engine/step.ts'
import { hole, t } from '../../src/engine/text.ts'
import { rehearse } from '../rehearsal/client.ts'
import { carryOut, causeOf, fakeStep, makeEngine } from '../support/engine.ts'

const create: RequestAction = {
  kind: 'request',
  key: 'create',
  does: 'create it',
  host: 'heroku',
  method: 'POST',
  path: '/apps',
  body: { name: 'acme-dummy' },
  learn: { id: ['id'], made: ['created_at'], nothing: ['no', 'such'] },
  again: 'look-first',
  byHand: [],
}
const run = (...argv: readonly string[]): Action => ({ kind: 'run', key: 'run', does: 'run it', argv })

/** A step with these actions; its look sees what it is told to see, and otherwise that all is missing. */
const step = (actions: readonly Action[], look = async (): Promise<Seen<unknown>> => ({ is: 'missing' })) =>
  fakeStep('heroku.thing', { look, actions: () => actions })

async function setUp(actions: readonly Action[] = [create], look?: () => Promise<Seen<unknown>>) {
  const rehearsal = await rehearse()
  const engine = makeEngine({ rehearsal })
  return { rehearsal, engine, act: () => carryOut(step(actions, look), engine) }
}

const fileOf = ({ progress }: Engine) => JSON.parse(readFileSync(progress.file, 'utf8'))

describe('Before an effect', () => {
  test('the intent is on disk, with the vendor’s time', async () => {
    const { rehearsal, engine, act } = await setUp()
    const onDisk: unknown[] = []
    rehearsal.hook = phase => void (phase === 'before' && onDisk.push(fileOf(engine).intents))
    await act()
    expect(onDisk).toEqual([{ 'heroku.thing/create': { step: 'heroku.thing', at: expect.stringMatching(/Z$/) } }])
  })

  test('that cannot be written down, nothing is sent', async () => {
    const { rehearsal, engine, act } = await setUp()
    rmSync(dirname(engine.progress.file), { recursive: true })
    writeFileSync(dirname(engine.progress.file), 'in the way')
    expect((await causeOf(act())).code).toBe('progress-unwritable')
    expect(rehearsal.log).toEqual([])
  })

  test('that cannot be written down, nothing is run', async () => {
    const { engine, act } = await setUp([run('touch', 'made')])
    rmSync(dirname(engine.progress.file), { recursive: true })
    writeFileSync(dirname(engine.progress.file), 'in the way')
    expect((await causeOf(act())).code).toBe('progress-unwritable')
    await expect(carryOut(step([run('ls', 'made')]), makeEngine({ repo: engine.repo }))).rejects.toThrow()
  })
})

describe('A request', () => {
  test('teaches what it says it teaches, and that is saved', async () => {
    const { rehearsal, engine, act } = await setUp()
    await act()
    const { id, createdAt } = rehearsal.world.heroku.apps[0] ?? {}
    expect(fileOf(engine).facts).toEqual({ 'heroku.thing:id': id, 'heroku.thing:made': createdAt })
  })

  test('has its holes bound by what was learned, encoded in the path and plain in the body', async () => {
    const { rehearsal, engine, act } = await setUp([
      { ...create, path: t`/apps/${hole('a.b:id')}`, body: { name: t`x-${hole('a.b:id')}` }, okStatus: [404] },
    ])
    await engine.progress.save({ facts: { 'a.b:id': 'ones/two@three' } })
    await act()
    expect(rehearsal.log).toMatchObject([{ path: '/apps/ones%2Ftwo%40three', body: { name: 'x-ones/two@three' } }])
  })

  test('is not sent while a hole is open', async () => {
    const { rehearsal, act } = await setUp([{ ...create, path: t`/apps/${hole('a.b:id')}` }])
    await expect(act()).rejects.toThrow('<a.b:id> is not known yet')
    expect(rehearsal.log).toEqual([])
  })

  test('whose answer was lost is not sent again where a look sees its effect', async () => {
    const present = async (): Promise<Seen<unknown>> => ({ is: 'present', state: 0 })
    const { rehearsal, act } = await setUp([create], present)
    rehearsal.faults.push({ do: 'reset-after' })
    await act()
    expect(rehearsal.log).toHaveLength(1)
  })

  test('whose answer was lost is sent again where a look sees no effect', async () => {
    const { rehearsal, act } = await setUp()
    rehearsal.faults.push({ do: 'reset-before', times: 2 })
    await act()
    expect(rehearsal.log.map(({ effect }) => effect)).toEqual([false, false, true])
  })

  test('whose answer was lost is not sent again where a look sees nothing at all', async () => {
    const cause = { code: 'blind', means: 'Nothing is seen.', next: 'Wait.' }
    const { rehearsal, act } = await setUp([create], async () => ({ is: 'unknown', cause }))
    rehearsal.faults.push({ do: 'reset-before' })
    expect(await causeOf(act())).toEqual(cause)
    expect(rehearsal.log).toHaveLength(1)
  })

  test.each([
    ['does not reach the vendor', undefined],
    ['is refused', { status: 403, body: { id: 'forbidden', message: 'Not allowed.' } }],
  ])(
    'whose answer was lost, and whose second try %s, keeps its intent: the first may have made it',
    async (_, refused) => {
      const rehearsal = await rehearse()
      const engine = makeEngine({ rehearsal })
      rehearsal.faults.push({ do: 'reset-after', times: 1 })
      if (refused) rehearsal.faults.push({ do: refused, nth: 2 })
      const look = async (): Promise<Seen<unknown>> => {
        if (refused === undefined) await rehearsal.close()
        return { is: 'missing' }
      }
      const { code } = await causeOf(carryOut(step([create], look), engine))
      expect(code).not.toBe('lost-answer')
      expect(rehearsal.world.heroku.apps).toHaveLength(1)
      expect(fileOf(engine).intents).toHaveProperty(['heroku.thing/create'])
    },
  )

  test.each([
    ['does not reach the vendor', undefined],
    ['is refused', { status: 403, body: { id: 'forbidden', message: 'Not allowed.' } }],
  ])('that %s leaves no intent: it certainly made nothing', async (_, refused) => {
    const { rehearsal, engine, act } = await setUp()
    if (refused) rehearsal.faults.push({ do: refused })
    else await rehearsal.close()
    await causeOf(act())
    expect(fileOf(engine).intents).toEqual({})
  })

  test('that is never answered is told after three tries', async () => {
    const { rehearsal, act } = await setUp()
    rehearsal.faults.push({ do: 'reset-before' })
    expect(await causeOf(act())).toMatchObject({ code: 'lost-answer', asked: expect.stringMatching(/^POST .*\/apps$/) })
    expect(rehearsal.log).toHaveLength(3)
  })

  test('that is safe to repeat is repeated without a look', async () => {
    let looks = 0
    const look = async (): Promise<Seen<unknown>> => {
      looks += 1
      return { is: 'missing' }
    }
    const { rehearsal, act } = await setUp([{ ...create, again: 'safe' }], look)
    rehearsal.faults.push({ do: 'reset-before', times: 1 })
    await act()
    expect({ looks, requests: rehearsal.log.length }).toEqual({ looks: 0, requests: 2 })
  })

  test('that is refused says who refused what, and it is not sent again', async () => {
    const { rehearsal, act } = await setUp([{ ...create, body: { name: 'A' } }])
    expect(await causeOf(act())).toMatchObject({
      code: 'invalid_params',
      asked: expect.stringMatching(/^POST .*\/apps$/),
      said: expect.stringContaining('422'),
    })
    expect(rehearsal.log).toHaveLength(1)
  })

  test('may be refused where that counts as an answer', async () => {
    const { act } = await setUp([{ ...create, body: { name: 'A' }, okStatus: [422] }])
    await act()
  })

  test('in flight is given up when it must be, and its intent stands', async () => {
    const rehearsal = await rehearse()
    const engine = makeEngine({ rehearsal })
    const giveUp = new AbortController()
    rehearsal.hook = () => giveUp.abort(new Error('given up'))
    rehearsal.faults.push({ do: 'silence' })
    await expect(carryOut(step([create]), engine, undefined, giveUp.signal)).rejects.toThrow('given up')
    expect(fileOf(engine).intents).toHaveProperty('heroku.thing/create')
  })
})

describe('A command', () => {
  test('runs in the checkout, with its holes bound', async () => {
    const { engine, act } = await setUp([
      { kind: 'run', key: 'run', does: 'write', argv: ['cp', '/dev/null', t`${hole('a.b:id')}.txt`] },
    ])
    await engine.progress.save({ facts: { 'a.b:id': '17 18' } })
    await act()
    expect(readFileSync(`${engine.repo}/17 18.txt`, 'utf8')).toBe('')
  })

  test('that fails is told with its words and its exit code', async () => {
    const { act } = await setUp([run('ls', '/no/such/folder')])
    expect(await causeOf(act())).toMatchObject({
      code: 'command-failed',
      asked: 'ls /no/such/folder',
      said: expect.stringMatching(/^exit 2: .*No such file/),
    })
  })

  test('may end with another exit code where that counts as done', async () => {
    const { act } = await setUp([
      { ...run('ls', '/no/such/folder'), kind: 'run', argv: ['ls', '/no/such'], okExit: [0, 2] },
    ])
    await act()
  })

  test('that is not installed is told', async () => {
    const { act } = await setUp([run('no-such-tool')])
    expect((await causeOf(act())).code).toBe('no-tool')
  })
})

describe('An edit', () => {
  const edit: Action = {
    kind: 'edit',
    key: 'edit',
    does: 'write it',
    file: 'a.yml',
    from: t`one\n$two ${hole('a.b:id')}\n`,
    to: t`one\n$two ${hole('a.b:id')} \`${hole('a.b:id')}\` <a.b:id>\n`,
  }

  test('has its holes bound by what was learned, and nothing else of its text', async () => {
    const { engine, act } = await setUp([edit])
    writeFileSync(join(engine.repo, 'a.yml'), 'one\n$two 17\n')
    await engine.progress.save({ facts: { 'a.b:id': '17' } })
    await act()
    expect(readFileSync(join(engine.repo, 'a.yml'), 'utf8')).toBe('one\n$two 17 `17` <a.b:id>\n')
  })

  test('is not made while a hole is open', async () => {
    const { engine, act } = await setUp([edit])
    writeFileSync(join(engine.repo, 'a.yml'), 'one\n$two <a.b:id>\n')
    expect((await causeOf(act())).code).toBe('unknown-yet')
    expect(readFileSync(join(engine.repo, 'a.yml'), 'utf8')).toBe('one\n$two <a.b:id>\n')
  })
})
