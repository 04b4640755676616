import { readFileSync } from 'node:fs'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Answers } from '../../../src/answers/schema.ts'
import type { Engine } from '../../../src/engine/engine.ts'
import { lookAtAll, type Outcome, runPass } from '../../../src/engine/pass.ts'
import type { PersonAction } from '../../../src/engine/step.ts'
import { shown } from '../../../src/engine/text.ts'
import type { Logged } from '../../../src/rehearsal/server.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { key } from '../../../steps/google/key.ts'
import { E, furnish, ME, P } from '../../rehearsal/google-client.ts'
import { printed } from '../../support/circleci.ts'
import { carryOut, lookAt, walk } from '../../support/engine.ts'
import { accountIn, CONTEXT, ID, type KeyStage, keyStage, someKey, VARIABLE } from './key-stage.ts'

const MINT = 'POST keys'
const DELIVER = `PUT environment-variable/${VARIABLE}`
const DELETE = 'DELETE keys/ID'
const HOUR = 3600
const YESTERDAY = '2026-11-21T10:00:00.000Z'

/** From the moment on when CI has a working key, it has one after every request. */
function watchOver({ rehearsal, works }: KeyStage): void {
  const broken: string[] = []
  let hasWorked = false
  rehearsal.hook = (phase, entry: Logged) => {
    if (phase === 'before') return
    if (hasWorked && !works()) broken.push(`${entry.method} ${entry.path}`)
    hasWorked ||= works()
  }
  onTestFinished(() => expect(broken, 'these left CI without a working key').toEqual([]))
}

/** Runs, and expects one key more than those of others, which CI gets and signs in with; and that running again does nothing. */
async function endsWell(stage: KeyStage, engine: Engine, theirs: readonly string[] = []): Promise<void> {
  const { outcomes } = await walk([key], engine)
  expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
  const ours = stage.ids().filter(id => !theirs.includes(id))
  expect(stage.ids()).toEqual(expect.arrayContaining([...theirs]))
  expect(ours).toHaveLength(1)
  expect(stage.delivered()).toBe(ours[0])
  expect(stage.works()).toBe(true)
  expect(engine.progress.saved.facts[`${ID}:id`]).toBe(ours[0])
  expect(engine.progress.saved.intents).toEqual({})
  const before = stage.rehearsal.log.length
  stage.pass(1)
  const again = await walk([key], stage.anew())
  expect(again.events).toMatchObject([{ event: 'present' }])
  expect(stage.rehearsal.log.slice(before).filter(({ effect }) => effect)).toEqual([])
}

describe('In an empty context', () => {
  test.each(['documented', 'least-privilege', 'bucket'])(
    'a key is made, put there, proven and recorded (%s)',
    async googleRoute => {
      const stage = await keyStage({ answers: { googleRoute } })
      await endsWell(stage, stage.engine)
      expect(stage.writes()).toEqual([MINT, DELIVER])
      expect(stage.engine.progress.saved.records[ID]).toMatchObject({ how: 'made', by: 'somebody@here' })
    },
  )

  test('the command that prints the key by hand keeps it out of gcloud’s logs, whatever gcloud is set to', async () => {
    const { engine } = await keyStage()
    const commands = key
      .actions(engine.answers as Answers)
      .flatMap(action => ('byHand' in action && action.byHand) || [])
    const printing = commands.flatMap(one =>
      'into' in one && one.into?.[`${ID}:key`] && 'argv' in one ? [one.argv.map(shown)] : [],
    )
    expect(printing).toHaveLength(1)
    expect(printing[0]?.slice(0, 4)).toEqual([
      ...['env', 'CLOUDSDK_CORE_LOG_HTTP=false', 'CLOUDSDK_CORE_DISABLE_FILE_LOGGING=true', 'gcloud'],
    ])
  })

  test('what is done is what the checklist prints', async () => {
    const stage = await keyStage()
    await endsWell(stage, stage.engine)
    const done = stage.rehearsal.log.filter(({ effect }) => effect)
    expect(printed(key, stage.engine).map(({ method, path }) => `${method} ${path}`)).toEqual(
      done.map(({ method, path }) => `${method} ${path}`),
    )
    expect(printed(key, stage.engine)[0]?.body).toEqual(done[0]?.body)
  })

  test('a run in which nothing is to be done asks no more than it must', async () => {
    const stage = await keyStage()
    await endsWell(stage, stage.engine)
    const before = stage.rehearsal.log.length
    await walk([key], stage.anew())
    const asked = stage.rehearsal.log.slice(before).map(({ method, path }) => `${method} ${path.split('/').slice(-1)}`)
    // Side by side, where one need not wait for the other.
    expect(asked.toSorted()).toEqual([
      expect.stringMatching(/^GET context\?/),
      expect.stringMatching(/^GET environment-variable$/),
      expect.stringMatching(/^GET environment-variable\?page-token/),
      expect.stringMatching(/^GET gh%2FPennockTech$/),
      expect.stringMatching(/^GET keys\?keyTypes=USER_MANAGED$/),
    ])
  })

  test('the key is nowhere but in the context', async () => {
    const stage = await keyStage()
    const { events, plan } = await walk([key], stage.engine)
    const { value = '' } = stage.variable() ?? {}
    const file = JSON.parse(Buffer.from(value, 'base64').toString()) as { private_key: string }
    const said = JSON.stringify([
      events,
      plan,
      stage.engine.progress.saved,
      readFileSync(stage.engine.progress.file, 'utf8'),
      stage.rehearsal.log,
    ])
    expect(value.length).toBeGreaterThan(2_000)
    for (const secret of [
      value,
      value.slice(100, 140),
      value.slice(-60),
      ...file.private_key.split('\n').slice(1, 4),
    ]) {
      expect(said).not.toContain(secret)
    }
  })

  test('nothing is made where no job of CI pushes to Google', async () => {
    const stage = await keyStage({ answers: { circleJobs: 'build,push_docker_hub' } })
    expect((await walk([key], stage.engine)).plan).toEqual([])
    expect(stage.rehearsal.log).toEqual([])
  })

  test('nothing is made on the route keyless', async () => {
    const stage = await keyStage({ answers: { googleRoute: 'keyless' } })
    expect((await walk([key], stage.engine)).plan).toEqual([])
    expect(stage.rehearsal.log).toEqual([])
  })

  test('nothing is made where other projects can use the context', async () => {
    const stage = await keyStage({ isOpen: true })
    const { outcomes } = await walk([key], stage.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'open-context' } })
    expect(stage.writes()).toEqual([])
  })

  test('it is put under the name that the answers give it', async () => {
    const stage = await keyStage({ answers: { googleKeyVariable: 'GCR_KEY' } })
    const { outcomes } = await walk([key], stage.engine)
    expect(outcomes.get(ID)?.is).toBe('done')
    expect(stage.context()?.variables.map(({ name }) => name)).toEqual(['GCR_KEY'])
    await carryOut(key, stage.engine, key.undo(stage.engine.answers))
    expect(stage.context()?.variables).toEqual([])
  })
})

test('Undone, the key is deleted and the variable gone, other people’s stay; a second time it is as well', async () => {
  const theirs = someKey()
  const stage = await keyStage({ change: world => void accountIn(world).keys.push(theirs) })
  await endsWell(stage, stage.engine, [theirs.id])
  for (const _ of [1, 2]) await carryOut(key, stage.engine, key.undo(stage.engine.answers))
  expect(stage.ids()).toEqual([theirs.id])
  expect(stage.variable()).toBeUndefined()
})

describe('After a run that died', () => {
  test.each([
    ['once the key was made', 1, [DELETE, MINT, DELIVER]],
    ['once it was delivered, and before it was proven', 2, [MINT, DELIVER, DELETE]],
  ])('%s, it is made anew and the lost one deleted', async (_, after, next) => {
    const stage = await keyStage()
    watchOver(stage)
    await stage.dies(after)
    const [lost] = stage.ids()
    await endsWell(stage, stage.anew())
    expect(stage.ids()).not.toContain(lost)
    expect(stage.writes().slice(after)).toEqual(next)
  })

  const DEATHS = [
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
    [2, 1, 1],
    [1, 3],
    [2, 2, 3, 1],
  ]
  test.each(DEATHS.flatMap(deaths => [0, HOUR].map(between => ({ deaths, between }))))(
    'again and again, after $deaths actions with $between s between, none of what they made is left',
    async ({ deaths, between }) => {
      const theirs = someKey()
      const stage = await keyStage({ change: world => void accountIn(world).keys.push(theirs) })
      watchOver(stage)
      for (const after of deaths) {
        await stage.dies(after)
        stage.pass(between)
      }
      await endsWell(stage, stage.anew(), [theirs.id])
    },
  )

  /** The answer to the making is on its way when the run dies. */
  async function diesUnheard(stage: KeyStage): Promise<void> {
    const giveUp = new AbortController()
    stage.rehearsal.hook = (phase, { method, path }) => {
      if (phase === 'after' && method === 'POST' && path.endsWith('/keys')) giveUp.abort(new Error('killed'))
    }
    await expect(stage.dies(9, giveUp.signal)).rejects.toThrow('killed')
    stage.rehearsal.hook = undefined
    stage.pass(HOUR)
  }

  test('before it heard that the key was made, the key that nobody has is deleted', async () => {
    const stage = await keyStage()
    await diesUnheard(stage)
    expect(stage.ids()).toHaveLength(1)
    expect(stage.anew().progress.saved.facts[`${ID}:new`]).toBeUndefined()
    await endsWell(stage, stage.anew())
    expect(stage.writes()).toEqual([MINT, DELETE, MINT, DELIVER])
  })

  test('again and again, heard and unheard, none is left and other people’s stay', async () => {
    const theirs = someKey()
    const stage = await keyStage({ change: world => void accountIn(world).keys.push(theirs) })
    watchOver(stage)
    await diesUnheard(stage)
    await stage.dies(9)
    await diesUnheard(stage)
    await diesUnheard(stage)
    await stage.dies(1)
    await diesUnheard(stage)
    await endsWell(stage, stage.anew(), [theirs.id])
  })

  test('before it heard of any but the first, which was deleted since, none is left', async () => {
    const stage = await keyStage()
    await stage.dies(1)
    for (const _ of [1, 2, 3]) await diesUnheard(stage)
    await endsWell(stage, stage.anew())
  })

  test('between the proof and the record, too', async () => {
    const stage = await keyStage()
    watchOver(stage)
    const { engine } = stage
    const { save } = engine.progress
    const breaks: Engine['progress']['save'] = async change => {
      if (change.records) throw new Error('killed')
      await save(change)
    }
    const progress = new Proxy(engine.progress, {
      get: (of, name) => (name === 'save' ? breaks : Reflect.get(of, name)),
    })
    await expect(walk([key], { ...engine, progress })).rejects.toThrow('killed')
    expect(stage.works()).toBe(true)
    stage.pass(1)
    await endsWell(stage, stage.anew())
  })
})

describe('Where an answer was lost', () => {
  test('to the making, the key that nobody has is deleted in the same run', async () => {
    const stage = await keyStage()
    watchOver(stage)
    stage.rehearsal.faults.push({ method: 'POST', path: '/keys$', do: 'reset-after', times: 1 })
    await endsWell(stage, stage.engine)
    expect(stage.writes()).toEqual([MINT, MINT, DELIVER, DELETE])
  })

  test('to the making, which came to nothing, a key is made after a look', async () => {
    const stage = await keyStage()
    stage.rehearsal.faults.push({ method: 'POST', path: '/keys$', do: { status: 503 }, times: 1 })
    await endsWell(stage, stage.engine)
    expect(stage.writes()).toEqual([MINT, DELIVER])
  })

  test('every time, the run fails, and the next one deletes them all', async () => {
    const stage = await keyStage()
    stage.rehearsal.faults.push({ method: 'POST', path: '/keys$', do: 'reset-after', times: 3 })
    const { outcomes } = await walk([key], stage.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'lost-answer' } })
    expect(stage.ids()).toHaveLength(3)
    stage.pass(HOUR)
    await endsWell(stage, stage.anew())
  })

  test('to the delivery every time, a look finds it there', async () => {
    const stage = await keyStage()
    stage.rehearsal.faults.push({ method: 'PUT', do: 'reset-after' })
    await endsWell(stage, stage.engine)
  })

  test('to the delivery, an older key that stands there still is not taken for the new one: all of them end alike', async () => {
    const stage = await keyStage()
    watchOver(stage)
    await stage.dies(2)
    const { value: before = '' } = stage.variable() ?? {}
    stage.rehearsal.faults.push({ method: 'PUT', do: 'reset-before' })
    const { outcomes } = await walk([key], stage.anew())
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'lost-answer' } })
    expect(stage.variable()?.value).toBe(before)
    expect(stage.works()).toBe(true)
    stage.rehearsal.faults.length = 0
    stage.pass(1)
    await endsWell(stage, stage.anew())
    expect(stage.variable()?.value.slice(-4)).toBe(before.slice(-4))
  })

  test('to the deletion, what is gone counts as deleted', async () => {
    const stage = await keyStage()
    await stage.dies(1)
    stage.rehearsal.faults.push({ method: 'DELETE', do: 'reset-after', times: 1 })
    await endsWell(stage, stage.anew())
  })
})

describe('Another person’s key stays:', () => {
  /** Somebody makes a key by hand as soon as that was asked for. */
  function inTheMoment({ rehearsal, world, clock }: KeyStage, wanted: string): string {
    const theirs = someKey({ createdAt: clock.now().toISOString() })
    rehearsal.hook = (phase, { method, path }) => {
      if (phase !== 'before' || `${method} ${path.split('/').at(-1)}` !== wanted) return
      rehearsal.hook = undefined
      accountIn(world).keys.push(theirs)
    }
    return theirs.id
  }

  test.each(['POST keys', `PUT ${VARIABLE}`, 'GET restrictions'])('made in the same second (%s)', async wanted => {
    const stage = await keyStage()
    const theirs = inTheMoment(stage, wanted)
    await endsWell(stage, stage.engine, [theirs])
  })

  test('made in the second before a making whose answer was lost', async () => {
    const stage = await keyStage()
    const theirs = someKey({ createdAt: stage.clock.now().toISOString() })
    stage.keys().push(theirs)
    stage.pass(0.5)
    stage.rehearsal.faults.push({ method: 'POST', path: '/keys$', do: 'reset-after', times: 1 })
    await endsWell(stage, stage.engine, [theirs.id])
  })

  test('made in the same second, when the answer to the delivery was lost', async () => {
    const stage = await keyStage()
    const theirs = someKey({ createdAt: stage.clock.now().toISOString() })
    let puts = 0
    // Every try of the first time, so that a look follows; they come after that one.
    stage.rehearsal.faults.push({ method: 'PUT', do: 'reset-before', times: 4 })
    stage.rehearsal.hook = (phase, { method }) => {
      if (phase === 'before' && method === 'PUT') puts += 1
      if (puts === 5 && !stage.ids().includes(theirs.id)) stage.keys().push(theirs)
    }
    await endsWell(stage, stage.engine, [theirs.id])
    expect(puts).toBe(5)
  })

  test('made in the same second, after which the run died', async () => {
    const stage = await keyStage()
    const theirs = inTheMoment(stage, 'POST keys')
    await stage.dies(1)
    stage.pass(HOUR)
    await endsWell(stage, stage.anew(), [theirs])
  })

  test('made long after a run that died before it heard of its own', async () => {
    const stage = await keyStage()
    stage.rehearsal.faults.push({ method: 'POST', path: '/keys$', do: 'reset-after', times: 3 })
    await walk([key], stage.engine)
    stage.pass(HOUR)
    const theirs = someKey({ createdAt: stage.clock.now().toISOString() })
    stage.keys().push(theirs)
    stage.pass(HOUR)
    await endsWell(stage, stage.anew(), [theirs.id])
  })

  test('which another person has switched off', async () => {
    const stage = await keyStage()
    stage.rehearsal.faults.push({ method: 'POST', path: '/keys$', do: 'reset-before', times: 3 })
    await walk([key], stage.engine)
    const theirs = someKey({ createdAt: stage.clock.now().toISOString(), disabled: true })
    stage.keys().push(theirs)
    await endsWell(stage, stage.anew(), [theirs.id])
  })

  test('and it is said that whoever has it can push', async () => {
    const theirs = someKey()
    const stage = await keyStage({ change: world => void accountIn(world).keys.push(theirs) })
    const { outcomes } = await walk([key], stage.engine)
    expect(outcomes.get(ID)).toMatchObject({ notes: [expect.stringContaining(`${theirs.id} of 2026-01-02`)] })
  })
})

describe('A key of ours', () => {
  test('that Google has switched off is made anew, and deleted last', async () => {
    const stage = await keyStage()
    await endsWell(stage, stage.engine)
    const [exposed] = stage.keys()
    Object.assign(exposed ?? {}, { disabled: true, disableReason: 'SERVICE_ACCOUNT_KEY_DISABLE_REASON_EXPOSED' })
    expect(await lookAt(key, stage.engine)).toMatchObject({
      is: 'missing',
      partly: expect.stringContaining('SERVICE_ACCOUNT_KEY_DISABLE_REASON_EXPOSED'),
    })
    stage.pass(HOUR)
    await endsWell(stage, stage.anew())
    expect(stage.writes()).toEqual([MINT, DELIVER, MINT, DELIVER, DELETE])
    expect(stage.ids()).not.toContain(exposed?.id)
  })

  test('that somebody deleted is made anew', async () => {
    const stage = await keyStage()
    await endsWell(stage, stage.engine)
    stage.keys().length = 0
    stage.pass(HOUR)
    await endsWell(stage, stage.anew())
  })

  test('that ends by itself says when, and is made anew then', async () => {
    const orgPolicies = [{ constraint: 'iam.serviceAccountKeyExpiryHours', enforced: true, values: ['24h'] }]
    const stage = await keyStage({
      change: ({ google }) => {
        for (const project of google.projects) project.orgPolicies = orgPolicies
      },
    })
    const { outcomes } = await walk([key], stage.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [expect.stringContaining('by itself on 2026-11-23')] })
    stage.pass(24 * HOUR)
    expect(stage.works()).toBe(false)
    await endsWell(stage, stage.anew())
  })
})

describe('No more than ten keys', () => {
  const full = (count: number) => (world: World) => {
    accountIn(world).keys = Array.from({ length: count }, () => someKey())
  }

  test('are there: it is told before anything is made, with which they are', async () => {
    const stage = await keyStage({ change: full(10) })
    const { outcomes } = await walk([key], stage.engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: {
        code: 'key-limit',
        means: expect.stringContaining(stage.ids()[9] ?? '-'),
        next: expect.stringContaining(`keys delete ID --iam-account=${E}`),
      },
    })
    expect(stage.writes()).toEqual([])
    stage.keys().pop()
    await endsWell(stage, stage.anew(), stage.ids())
  })

  test.each(['FAILED_PRECONDITION', 'RESOURCE_EXHAUSTED'] as const)(
    'come about by another person meanwhile: %s',
    async keyLimit => {
      const stage = await keyStage({
        change: world => {
          full(9)(world)
          world.google.rules.keyLimit = keyLimit
        },
      })
      const { outcomes } = await walk([key], stage.engine, {
        meanwhile: () => {
          stage.rehearsal.hook = (phase, { path }) => {
            if (phase === 'before' && path.endsWith('/restrictions')) stage.keys().push(someKey())
          }
        },
      })
      expect(outcomes.get(ID)).toMatchObject({
        is: 'failed',
        cause: { code: 'key-limit', said: expect.stringContaining(keyLimit) },
      })
      expect(stage.engine.progress.saved.intents).toEqual({})
    },
  )

  test('are there by a lost answer: the one that nobody has makes room', async () => {
    const stage = await keyStage({ change: full(9) })
    const theirs = stage.ids()
    stage.rehearsal.faults.push({ method: 'POST', path: '/keys$', do: 'reset-after', times: 1 })
    const { outcomes } = await walk([key], stage.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'key-limit' } })
    expect(stage.ids()).toHaveLength(10)
    stage.pass(HOUR)
    await endsWell(stage, stage.anew(), theirs)
  })
})

describe('Where the organization forbids keys', () => {
  const CLASSIC = 'iam.disableServiceAccountKeyCreation'
  const MANAGED = 'iam.managed.disableServiceAccountKeyCreation'
  const under =
    (constraint: string) =>
    ({ google }: World) => {
      furnish(google, {
        organizations: [{ id: '111', domain: 'example.com', orgPolicies: [{ constraint, enforced: true }] }],
      })
      for (const project of google.projects) project.parent = 'organizations/111'
    }
  const allow = ({ world }: KeyStage) => {
    for (const one of world.google.organizations) one.orgPolicies = []
  }

  /** What a person reads of it. */
  const words = ({ does, who, instructions, forward = '' }: PersonAction) =>
    [shown(does), who, ...instructions.map(shown), shown(forward)].join('\n')

  function personIn(outcome: Outcome | undefined): PersonAction {
    if (outcome?.is !== 'open' || outcome.why !== 'person') throw new Error(`no person’s: ${JSON.stringify(outcome)}`)
    return outcome.action
  }

  test.each([CLASSIC, MANAGED])(
    'by %s, it is told who can allow them, and what else there is; nothing is made or undone',
    async constraint => {
      const stage = await keyStage({ change: under(constraint) })
      const { outcomes, plan } = await walk([key], stage.engine)
      expect(plan[0]?.seen).toMatchObject({ is: 'pending', on: 'person', detail: expect.stringContaining(constraint) })
      const told = words(personIn(outcomes.get(ID)))
      for (const word of [
        'Organization Policy Administrator',
        `constraints/${constraint}`,
        P,
        E,
        'keyless',
        'googleRoute=keyless',
      ]) {
        expect(told).toContain(word)
      }
      expect(stage.writes()).toEqual([])
      allow(stage)
      await endsWell(stage, stage.anew())
    },
  )

  test('and nobody may look that up, Google’s refusal leads to the very same words', async () => {
    for (const constraint of [CLASSIC, MANAGED]) {
      const open = await keyStage({ change: under(constraint) })
      const hidden = await keyStage({ change: under(constraint) })
      hidden.world.google.rules.ownerReadsOrgPolicy = false
      const [one, other] = [(await walk([key], open.engine)).outcomes, (await walk([key], hidden.engine)).outcomes]
      expect(personIn(other.get(ID))).toEqual(personIn(one.get(ID)))
      expect(hidden.writes()).toEqual([])
      expect(hidden.engine.progress.saved.intents).toEqual({})
      allow(hidden)
      await endsWell(hidden, hidden.anew())
    }
  })

  test('and there is no project yet, it is seen above', async () => {
    const grown = (world: World) => {
      under(CLASSIC)(world)
      for (const one of world.google.organizations) {
        one.policy.bindings = [{ role: 'roles/resourcemanager.organizationAdmin', members: [ME] }]
      }
      world.google.projects = []
      world.google.accounts = []
    }
    const stage = await keyStage({ change: grown, answers: { googleParent: 'organizations/111' } })
    expect(await lookAt(key, stage.engine)).toMatchObject({ is: 'pending', on: 'person' })
    const other = await keyStage({ change: grown })
    expect(await lookAt(key, other.engine)).toMatchObject({ is: 'missing' })
    expect(other.rehearsal.log.filter(({ path }) => path.includes('OrgPolicy'))).toEqual([])
  })

  test('and a key was made before, that one stays good', async () => {
    const stage = await keyStage()
    await endsWell(stage, stage.engine)
    under(CLASSIC)(stage.world)
    expect(await lookAt(key, stage.anew())).toMatchObject({ is: 'present' })
  })
})

describe('What Google has yet to notice is waited for:', () => {
  test.each(['NOT_FOUND', 'PERMISSION_DENIED'] as const)(
    'an account that was made a moment ago (%s)',
    async newAccountKeys => {
      const stage = await keyStage()
      Object.assign(stage.world.google.rules, { newAccountMs: 30_000, newAccountKeys })
      accountIn(stage.world).createdAt = stage.clock.now().toISOString()
      const { outcomes, events } = await walk([key], stage.engine)
      expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'changed' })
      expect(events[0]).toMatchObject({ event: 'start', detail: expect.stringContaining(`waits for the account ${E}`) })
      await endsWell(stage, stage.engine)
    },
  )

  test('an account that the step before it made, in the same pass', async () => {
    const stage = await keyStage()
    const account = accountIn(stage.world)
    stage.world.google.rules.newAccountMs = 30_000
    stage.world.google.accounts = []
    const { outcomes, events } = await walk([key], stage.engine, {
      meanwhile: () => {
        stage.world.google.accounts = [{ ...account, createdAt: stage.clock.now().toISOString() }]
      },
    })
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(events.map(({ detail }) => detail)[0]).toContain('waits for the account')
  })

  test('an API that was enabled a moment ago', async () => {
    const stage = await keyStage()
    const [project] = stage.world.google.projects
    stage.world.google.rules.activationMs = 60_000
    const enabledAt = stage.clock.now().toISOString()
    if (project) project.services = [{ name: 'iam.googleapis.com', enabledAt }]
    const { progress } = stage.engine
    await progress.save({ facts: { 'google.services:enabled-at': enabledAt } })
    const { events } = await walk([key], stage.engine)
    expect(events[0]).toMatchObject({ event: 'start', detail: expect.stringContaining('IAM was enabled a moment ago') })
    await endsWell(stage, stage.engine)
  })
})

describe('What is not there yet is no reason to stop:', () => {
  test.each<[string, (world: World) => void]>([
    [
      'the project',
      ({ google }) => {
        google.projects = []
        google.accounts = []
      },
    ],
    [
      'the API',
      ({ google }) => {
        for (const project of google.projects) project.services = []
      },
    ],
    [
      'the account',
      ({ google }) => {
        google.accounts = []
      },
    ],
    [
      'the context',
      ({ circleci }) => {
        circleci.contexts = []
      },
    ],
  ])('%s', async (_, change) => {
    const stage = await keyStage({ change })
    const seen = await lookAt(key, stage.engine)
    expect(seen).toMatchObject({ is: 'missing' })
    expect(key.actions(stage.engine.answers, seen)).toEqual(key.actions(stage.engine.answers))
  })
})

describe('Google’s refusals are told:', () => {
  test('keys that the signed-in account may not see', async () => {
    const stage = await keyStage({
      change: ({ google }) => {
        for (const project of google.projects) {
          project.policy.bindings = [
            { role: 'roles/browser', members: [ME] },
            { role: 'roles/iam.serviceAccountAdmin', members: [ME] },
          ]
        }
      },
    })
    expect(await lookAt(key, stage.engine)).toMatchObject({
      is: 'unknown',
      cause: { code: 'no-right', next: expect.stringContaining('roles/iam.serviceAccountKeyAdmin') },
    })
  })

  test('a token that has expired', async () => {
    const stage = await keyStage()
    for (const user of stage.world.google.users) for (const token of user.tokens) token.expiresAt = YESTERDAY
    expect(await lookAt(key, stage.engine)).toMatchObject({
      is: 'unknown',
      cause: { said: expect.stringMatching(/^401/) },
    })
  })

  test.each([
    [403, 'no-right'],
    [404, 'too-new'],
  ])('a key that is not made: %i', async (status, code) => {
    const stage = await keyStage()
    const body = { error: { code: status, status: 'PERMISSION_DENIED', message: 'Permission denied on resource.' } }
    stage.rehearsal.faults.push({ method: 'POST', path: '/keys$', do: { status, body } })
    const { outcomes } = await walk([key], stage.engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code } })
    expect(stage.engine.progress.saved.intents).toEqual({})
  })
})

describe('A value of somebody else’s in the context', () => {
  const theirs = ({ circleci }: World) => {
    const context = circleci.contexts.find(({ name }) => name === CONTEXT)
    context?.variables.push({ name: VARIABLE, value: 'theirs', createdAt: YESTERDAY, updatedAt: YESTERDAY })
  }

  /** One pass in which it is kept. */
  async function keep(engine: Engine): Promise<Outcome | undefined> {
    const never = new AbortController().signal
    const plan = await lookAtAll([key], engine, never)
    const ids = new Set([ID] as const)
    const pass = { plan, acting: ids, agreed: ids, kept: ids, engine, emit: () => {}, stop: never, giveUp: never }
    return (await runPass(pass)).get(ID)
  }

  test('is left alone without consent', async () => {
    const stage = await keyStage({ change: theirs })
    const { outcomes, plan } = await walk([key], stage.engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'open',
      why: 'consent',
      detail: expect.stringContaining('2026-11-21'),
    })
    expect(plan[0]?.consents).toEqual(['replace'])
    expect(stage.writes()).toEqual([])
  })

  test('is replaced with consent', async () => {
    const stage = await keyStage({ change: theirs })
    expect((await walk([key], stage.engine, { agreed: [ID] })).outcomes.get(ID)?.is).toBe('done')
    await endsWell(stage, stage.anew())
  })

  test('may be kept: then it counts as done, and no key is made', async () => {
    const stage = await keyStage({ change: theirs })
    expect(await keep(stage.engine)).toMatchObject({ is: 'done', notes: [expect.stringContaining('kept as it is')] })
    expect((await walk([key], stage.anew())).outcomes.get(ID)?.is).toBe('done')
    expect(stage.writes()).toEqual([])
  })

  test('that came in the place of ours is left alone as well, and our key stays', async () => {
    const stage = await keyStage()
    await endsWell(stage, stage.engine)
    stage.pass(HOUR)
    const one = stage.variable()
    if (one) Object.assign(one, { value: 'theirs', updatedAt: stage.clock.now().toISOString() })
    expect((await walk([key], stage.anew())).outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
    expect(stage.variable()?.value).toBe('theirs')
    expect(stage.ids()).toHaveLength(1)
  })

  test('that was stored empty is not proven', async () => {
    const stage = await keyStage()
    stage.rehearsal.hook = (phase, { method }) => {
      const one = stage.variable()
      if (phase === 'after' && method === 'PUT' && one) one.value = ''
    }
    expect((await walk([key], stage.engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'not-proven' },
    })
    stage.rehearsal.hook = undefined
    stage.pass(1)
    await endsWell(stage, stage.anew())
  })
})
