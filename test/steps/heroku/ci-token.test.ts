import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import type { Known } from '../../../src/answers/schema.ts'
import { HEROKU } from '../../../src/clouds/heroku.ts'
import { Secret } from '../../../src/clouds/secret.ts'
import { act, type Effect } from '../../../src/engine/act.ts'
import { type Engine, newLook } from '../../../src/engine/engine.ts'
import { lookAtAll, type Outcome, runPass } from '../../../src/engine/pass.ts'
import { openProgress } from '../../../src/engine/progress.ts'
import type { Authorization } from '../../../src/rehearsal/heroku/world.ts'
import type { Logged, Rehearsal } from '../../../src/rehearsal/server.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { ciToken } from '../../../steps/heroku/ci-token.ts'
import { createApp } from '../../../steps/heroku/create-app.ts'
import { ACME, acme, furnish, idOf } from '../../rehearsal/circleci-client.ts'
import { makeEngine, walk } from '../../support/engine.ts'
import { standingApp } from '../../support/heroku-app.ts'

const ID = 'heroku.ci-token'
const CONTEXT = '0b8c1f7e-52a5-4a3c-9d0e-6d2f4f1c9a01'
const PROJECT = '7d0f6c1e-1111-4222-8333-444455556666'
const NAME = 'heroku-and-dockerhub'
const LABEL = `dummyapp-setup acme/app: CircleCI ${NAME}`
const VARIABLE = 'HEROKU_API_KEY'
const YESTERDAY = '2026-01-02T10:00:00.000Z'

const USED: Partial<Known> = {
  githubProject: 'acme/app',
  circleOrg: ACME,
  circleJobs: 'build,deploy_heroku',
  herokuContext: NAME,
  herokuTokenVariable: VARIABLE,
  herokuTokenScopes: 'read-protected,write-protected',
  herokuTokenExpiresIn: '31536000',
}

/** An authorization that stands there already, labelled as ours unless told. */
const authorization = (more: Partial<Authorization> = {}): Authorization => ({
  id: randomUUID(),
  account: 'you@example.com',
  description: LABEL,
  scope: ['read-protected', 'write-protected'],
  tokenId: randomUUID(),
  token: `HRKU-${randomUUID()}`,
  expiresAt: null,
  createdAt: YESTERDAY,
  updatedAt: YESTERDAY,
  ...more,
})

async function stand(options: { change?: (world: World) => void; answers?: Partial<Known> } = {}) {
  let ahead = 0
  const now = () => new Date(Date.now() + ahead)
  const furnishing = (world: World) => {
    const organization = idOf(world.circleci, ACME)
    const restrictions = [{ id: randomUUID(), type: 'project' as const, value: PROJECT, name: 'gh/acme/app' }]
    furnish(world.circleci, { contexts: [{ id: CONTEXT, name: NAME, organization, restrictions }] })
    options.change?.(world)
  }
  const rehearsal = await acme(furnishing, { now })
  /** An hour goes by at the vendors, whose clocks alone count. */
  const later = () => {
    ahead += 3_600_000
  }
  const engine = makeEngine({ rehearsal, answers: { ...USED, ...options.answers } })
  const token = rehearsal.world.circleci.users[0]?.tokens[0]?.token ?? ''
  engine.clouds.credentials.set('circleci', { secret: new Secret(token) })
  await engine.progress.save({ facts: { 'circleci.context-heroku:id': CONTEXT, 'circleci.project:id': PROJECT } })
  return { rehearsal, engine, later }
}

test('A context that is restricted to another project gets no credential, whatever that one is called', async () => {
  const { rehearsal, engine } = await stand({
    change: ({ circleci }) => {
      for (const { restrictions } of circleci.contexts)
        for (const one of restrictions) if (one.type === 'project') one.value = randomUUID()
    },
  })
  const { outcomes } = await walk([ciToken], engine)
  expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'open-context' } })
  expect(rehearsal.log.filter(({ effect }) => effect)).toEqual([])
})

describe('An account that signs in by single sign-on', () => {
  const federated = (world: World) => {
    for (const one of world.heroku.accounts) one.federated = true
  }

  test('is known before anything is made: nobody is asked for a token', async () => {
    const { rehearsal, engine } = await stand({ change: federated })
    const account = await HEROKU.account(
      path => engine.clouds.send('heroku', { method: 'GET', path, repeat: 'safe' }),
      {
        secret: new Secret(''),
      },
    )
    expect(account).toMatchObject({
      lacks: [expect.stringContaining('single sign-on')],
      noTokens: { code: 'federated' },
    })
    const accounts = new Map(engine.accounts).set('heroku', account)
    const { outcomes } = await walk([ciToken], { ...engine, accounts })
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'federated' } })
    expect(rehearsal.log.filter(({ method, path }) => `${method} ${path}` === MINT)).toEqual([])
  })

  test('is refused by Heroku itself', async () => {
    const { engine } = await stand({ change: federated })
    const { outcomes } = await walk([ciToken], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'forbidden' } })
  })
})

const ours = ({ world }: Rehearsal) => world.heroku.authorizations.filter(({ description }) => description === LABEL)
const delivered = ({ world }: Rehearsal) =>
  world.circleci.contexts[0]?.variables.find(({ name }) => name === VARIABLE)?.value
const writes = ({ log }: Rehearsal) =>
  log.filter(({ effect }) => effect).map(({ method, path }) => `${method} ${path.replace(/[\da-f-]{36}/g, 'ID')}`)
const MINT = 'POST /oauth/authorizations'
const DELIVER = `PUT /api/v2/context/ID/environment-variable/${VARIABLE}`
const REVOKE = 'DELETE /oauth/authorizations/ID'

test('No token is made where the name of the app is taken by somebody else’s', async () => {
  const { engine, rehearsal } = await stand({
    answers: { herokuApp: 'theirs' },
    change: ({ heroku }) => void heroku.apps.push(standingApp({ name: 'theirs', owner: 'else@example.com' })),
  })
  const { outcomes } = await walk([createApp, ciToken], engine)
  expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'after' })
  expect(writes(rehearsal)).not.toContain(MINT)
})

/** The same computer after a crash: nothing but what is on disk is left. */
const anew = (engine: Engine): Engine => ({
  ...engine,
  progress: openProgress({ folder: dirname(engine.progress.file), project: 'a', clouds: 'rehearsal' }, new Date()),
})

/** What a run does that dies after so many effects; nothing of it is recorded. */
async function dies(engine: Engine, after: number, giveUp = new AbortController().signal): Promise<void> {
  const minted = new Map()
  const seen = await ciToken.look(newLook(engine))
  const actions = ciToken.actions(engine.answers, seen).filter((action): action is Effect => action.kind !== 'person')
  const isEffect = (action: Effect) => action.kind !== 'request' || action.method !== 'GET'
  const last = actions.filter(isEffect)[after - 1]
  const all = last === undefined ? actions : actions.slice(0, actions.indexOf(last) + 1)
  for (const action of all) await act(action, { step: ciToken, engine, minted, giveUp })
}

/** From the moment on when CI has a working value, it has one after every request. */
function watchOver(rehearsal: Rehearsal): void {
  const broken: string[] = []
  let hasWorked = false
  rehearsal.hook = (phase, entry: Logged) => {
    if (phase === 'before') return
    const works = rehearsal.world.heroku.authorizations.some(({ token }) => token === delivered(rehearsal))
    if (hasWorked && !works) broken.push(`${entry.method} ${entry.path}`)
    hasWorked ||= works
  }
  onTestFinished(() => expect(broken, 'these left CI without a working value').toEqual([]))
}

/** Runs, and expects one authorization of ours whose token is what CI gets. */
async function endsWell(rehearsal: Rehearsal, engine: Engine): Promise<void> {
  const { outcomes } = await walk([ciToken], engine)
  expect(outcomes.get(ID)).toMatchObject({ is: 'done', notes: [] })
  expect(ours(rehearsal)).toHaveLength(1)
  expect(delivered(rehearsal)).toBe(ours(rehearsal)[0]?.token)
  expect(engine.progress.saved.facts[`${ID}:id`]).toBe(ours(rehearsal)[0]?.id)
  expect(engine.progress.saved.intents).toEqual({})
  const before = rehearsal.log.length
  const again = await walk([ciToken], anew(engine))
  expect(again.events).toMatchObject([{ event: 'present' }])
  expect(rehearsal.log.slice(before).filter(({ effect }) => effect)).toEqual([])
}

describe('In an empty context', () => {
  test('a token is made, put there, proven and recorded', async () => {
    const { rehearsal, engine } = await stand()
    await endsWell(rehearsal, engine)
    expect(writes(rehearsal)).toEqual([MINT, DELIVER])
    expect(engine.progress.saved.records[ID]).toMatchObject({ how: 'made', by: 'somebody@here' })
    expect(ours(rehearsal)[0]?.scope).toEqual(['read-protected', 'write-protected'])
    const life = Date.parse(ours(rehearsal)[0]?.expiresAt ?? '') - Date.parse(ours(rehearsal)[0]?.createdAt ?? '')
    expect(life).toBe(31_536_000_000)
  })

  test.each(['described', 'message'] as const)(
    'it is proven by its time alone where CircleCI tells nothing of a value (%s)',
    async variables => {
      const change = (world: World) => {
        world.circleci.rules.variables = variables
      }
      const { rehearsal, engine } = await stand({ change })
      await endsWell(rehearsal, engine)
      expect(writes(rehearsal)).toEqual([MINT, DELIVER])
    },
  )

  test.each([1, 2])('and is made again, not believed, where a run died after effect %i', async after => {
    const { rehearsal, engine, later } = await stand({
      change: world => {
        world.circleci.rules.variables = 'described'
      },
    })
    await dies(engine, after)
    later()
    await endsWell(rehearsal, anew(engine))
  })

  test('it is of the scopes that were chosen, and never ends where that was chosen', async () => {
    const answers = { herokuTokenScopes: 'global', herokuTokenExpiresIn: 'never' }
    const { rehearsal, engine } = await stand({ answers })
    await endsWell(rehearsal, engine)
    expect(ours(rehearsal)).toMatchObject([{ scope: ['global'], expiresAt: null }])
  })

  test('its token is on no disk of ours', async () => {
    const { rehearsal, engine } = await stand()
    await endsWell(rehearsal, engine)
    expect(JSON.stringify(engine.progress.saved)).not.toContain(ours(rehearsal)[0]?.token)
  })

  test('nothing is made while other projects can use it, also where that came after the look', async () => {
    const { rehearsal, engine } = await stand()
    const [context] = rehearsal.world.circleci.contexts
    const { outcomes } = await walk([ciToken], engine, { meanwhile: () => context?.restrictions.splice(0) })
    expect(outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'open-context', means: expect.stringContaining(NAME) },
    })
    expect(writes(rehearsal)).toEqual([])
    expect(engine.progress.saved.intents).toEqual({})
  })

  test('nothing is made where no job of CI needs it', async () => {
    const { rehearsal, engine } = await stand({ answers: { circleJobs: 'build,push_docker_hub' } })
    const { plan } = await walk([ciToken], engine)
    expect(plan).toEqual([])
    expect(rehearsal.log).toEqual([])
  })

  test('nothing is made where only part of a job’s name is its name', async () => {
    const { engine } = await stand({ answers: { circleJobs: 'build,deploy_heroku_app' } })
    expect((await walk([ciToken], engine)).plan).toEqual([])
  })
})

test('Among more authorizations than a page has unless asked, ours is known', async () => {
  const { engine, rehearsal } = await stand()
  await walk([ciToken], engine)
  const { authorizations } = rehearsal.world.heroku
  // By their ids, which the list goes by, before ours.
  for (let nth = 0; nth < 250; nth += 1) {
    const id = `00000000-0000-4000-8000-${String(nth).padStart(12, '0')}`
    authorizations.push(authorization({ id, description: 'somebody’s' }))
  }
  const before = writes(rehearsal).length
  expect((await walk([ciToken], engine)).outcomes.get(ID)).toMatchObject({ is: 'done' })
  expect(writes(rehearsal).slice(before)).toEqual([])
})

describe('After a run that died', () => {
  test.each([
    ['once the token was made', 1, [REVOKE, MINT, DELIVER]],
    ['once it was delivered, and before it was proven', 2, [MINT, DELIVER, REVOKE]],
  ])('%s, it is made anew and the lost one revoked', async (_, after, next) => {
    const { rehearsal, engine, later } = await stand()
    watchOver(rehearsal)
    await dies(engine, after)
    later()
    expect(ours(rehearsal)).toHaveLength(1)
    const [lost] = ours(rehearsal)
    await endsWell(rehearsal, anew(engine))
    expect(ours(rehearsal)[0]?.id).not.toBe(lost?.id)
    expect(writes(rehearsal).slice(after)).toEqual(next)
  })

  test.each([
    [1, 1],
    [1, 2],
    [2, 1],
    [2, 2],
    [2, 1, 1],
    [1, 3],
    [2, 2, 3, 1],
  ])('again and again, after %i actions and %i, none of what they made is left', async (...deaths) => {
    const { rehearsal, engine, later } = await stand()
    watchOver(rehearsal)
    for (const after of deaths) {
      await dies(anew(engine), after)
      later()
    }
    await endsWell(rehearsal, anew(engine))
  })

  test('just before it delivered anew, what the run before delivered is known as ours', async () => {
    const { rehearsal, engine, later } = await stand()
    await dies(engine, 2)
    later()
    const giveUp = new AbortController()
    rehearsal.faults.push({ method: 'PUT', do: 'silence', times: 1 })
    rehearsal.hook = (_, { method }) => void (method === 'PUT' && giveUp.abort(new Error('killed')))
    await expect(dies(anew(engine), 2, giveUp.signal)).rejects.toThrow('killed')
    rehearsal.hook = undefined
    later()
    await endsWell(rehearsal, anew(engine))
  })

  test('between the proof and the record, too', async () => {
    const { rehearsal, engine } = await stand()
    watchOver(rehearsal)
    const file = engine.progress.save
    const breaks: Engine['progress']['save'] = async change => {
      if (change.records) throw new Error('killed')
      await file(change)
    }
    const progress = new Proxy(engine.progress, { get: (of, key) => (key === 'save' ? breaks : Reflect.get(of, key)) })
    await expect(walk([ciToken], { ...engine, progress })).rejects.toThrow('killed')
    expect(delivered(rehearsal)).toBe(ours(rehearsal)[0]?.token)
    await endsWell(rehearsal, anew(engine))
  })

  test('while it replaced one that was good before, CI always has one that works', async () => {
    const { rehearsal, engine, later } = await stand()
    watchOver(rehearsal)
    await endsWell(rehearsal, engine)
    later()
    const wider = { ...engine, answers: { ...engine.answers, herokuTokenScopes: 'global' } }
    await dies(anew(wider), 1)
    later()
    await dies(anew(wider), 2)
    later()
    await endsWell(rehearsal, anew(wider))
    expect(ours(rehearsal)[0]?.scope).toEqual(['global'])
  })
})

describe('Where an answer was lost', () => {
  test('to the making, the token that nobody knows is revoked in the same run', async () => {
    const { rehearsal, engine } = await stand()
    watchOver(rehearsal)
    rehearsal.faults.push({ method: 'POST', path: '^/oauth/authorizations$', do: 'reset-after', times: 1 })
    await endsWell(rehearsal, engine)
    expect(writes(rehearsal)).toEqual([MINT, MINT, DELIVER, REVOKE])
  })

  test('every time, the run fails, and the next one revokes them all', async () => {
    const { rehearsal, engine } = await stand()
    rehearsal.faults.push({ method: 'POST', path: '^/oauth/authorizations$', do: 'reset-after', times: 3 })
    const { outcomes } = await walk([ciToken], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'lost-answer' } })
    expect(ours(rehearsal)).toHaveLength(3)
    await endsWell(rehearsal, anew(engine))
  })

  test('to the delivery, it is sent again', async () => {
    const { rehearsal, engine } = await stand()
    rehearsal.faults.push({ method: 'PUT', do: 'reset-after', times: 1 })
    await endsWell(rehearsal, engine)
    expect(writes(rehearsal)).toEqual([MINT, DELIVER, DELIVER])
  })

  test('to the delivery every time, a look finds it there', async () => {
    const { rehearsal, engine } = await stand()
    rehearsal.faults.push({ method: 'PUT', do: 'reset-after' })
    await endsWell(rehearsal, engine)
    expect(ours(rehearsal)).toHaveLength(1)
  })

  test('to the revocation, what is gone counts as revoked', async () => {
    const { rehearsal, engine } = await stand()
    rehearsal.faults.push({ method: 'DELETE', do: 'reset-after', times: 1 })
    await dies(engine, 1)
    await endsWell(rehearsal, anew(engine))
  })
})

describe('A value of somebody else’s', () => {
  const theirs = (world: World) => {
    const [context] = world.circleci.contexts
    context?.variables.push({ name: VARIABLE, value: 'theirs', createdAt: YESTERDAY, updatedAt: YESTERDAY })
  }

  test('is left alone without consent, and it is said when it was written', async () => {
    const { rehearsal, engine } = await stand({ change: theirs })
    const { outcomes, plan } = await walk([ciToken], engine)
    expect(outcomes.get(ID)).toMatchObject({
      is: 'open',
      why: 'consent',
      detail: expect.stringContaining('2026-01-02'),
    })
    expect(plan[0]?.consents).toEqual(['replace'])
    expect(writes(rehearsal)).toEqual([])
  })

  test('is replaced with consent', async () => {
    const { rehearsal, engine } = await stand({ change: theirs })
    const { outcomes } = await walk([ciToken], engine, { agreed: [ID] })
    expect(outcomes.get(ID)?.is).toBe('done')
    await endsWell(rehearsal, anew(engine))
  })

  /** One pass in which it is kept. */
  async function keep(engine: Engine): Promise<Outcome | undefined> {
    const never = new AbortController().signal
    const plan = await lookAtAll([ciToken], engine, never)
    const ids = new Set([ID] as const)
    const pass = { plan, acting: ids, agreed: ids, kept: ids, engine, emit: () => {}, stop: never, giveUp: never }
    return (await runPass(pass)).get(ID)
  }

  test('may be kept: then it counts as done, for as long as it is that one', async () => {
    const { rehearsal, engine } = await stand({ change: theirs })
    expect(await keep(engine)).toMatchObject({ is: 'done', notes: [expect.stringContaining('kept as it is')] })
    expect(engine.progress.saved.records[ID]).toMatchObject({ how: 'adopted', id: YESTERDAY })
    const { outcomes } = await walk([ciToken], anew(engine))
    expect(outcomes.get(ID)?.is).toBe('done')
    expect(writes(rehearsal)).toEqual([])

    const [context] = rehearsal.world.circleci.contexts
    for (const one of context?.variables ?? []) one.updatedAt = '2026-01-03T10:00:00.000Z'
    const changed = await walk([ciToken], anew(engine))
    expect(changed.outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
    expect(delivered(rehearsal)).toBe('theirs')
  })

  test('may be kept, and one of ours is made once it is gone', async () => {
    const { rehearsal, engine } = await stand({ change: theirs })
    await keep(engine)
    const [context] = rehearsal.world.circleci.contexts
    context?.variables.splice(0)
    await endsWell(rehearsal, anew(engine))
    expect(engine.progress.saved.records[ID]?.how).toBe('adopted')
    expect(anew(engine).progress.saved.records[ID]?.how).toBe('made')
  })

  test('that came in the place of ours is left alone as well, and ours stays valid', async () => {
    const { rehearsal, engine } = await stand()
    await endsWell(rehearsal, engine)
    const [one] = rehearsal.world.circleci.contexts[0]?.variables ?? []
    if (one) Object.assign(one, { value: 'theirs', updatedAt: new Date(Date.now() + 5_000).toISOString() })
    const { outcomes } = await walk([ciToken], anew(engine))
    expect(outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
    expect(delivered(rehearsal)).toBe('theirs')
    expect(ours(rehearsal)).toHaveLength(1)
  })
})

describe('Another machine at it in the same instant', () => {
  /** Writes as another run of this set-up does; its token is good, and labelled as ours are. */
  function overtake({ world }: Rehearsal): Authorization {
    const [when, theirs] = [
      new Date(Date.now() + 10).toISOString(),
      authorization({ createdAt: new Date().toISOString() }),
    ]
    world.heroku.authorizations.push(theirs)
    const [variables] = world.circleci.contexts.map(one => one.variables)
    for (const one of variables ?? []) Object.assign(one, { value: theirs.token, updatedAt: when })
    return theirs
  }

  test('that delivers last: what we made goes, what it made stays, and whose is to count is asked', async () => {
    const { rehearsal, engine } = await stand()
    let theirs: Authorization | undefined
    rehearsal.hook = (phase, { method, path }) => {
      if (phase === 'after' && method === 'PUT' && path.includes(VARIABLE)) theirs = overtake(rehearsal)
    }
    const { outcomes } = await walk([ciToken], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'open' })
    expect(ours(rehearsal)).toEqual([theirs])
    expect(delivered(rehearsal)).toBe(theirs?.token)
    const again = await walk([ciToken], anew(engine))
    expect(again.outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
    expect(writes(rehearsal)).toEqual([MINT, DELIVER, REVOKE])
  })

  test('that delivered after all was done here: what we made serves nothing, and goes', async () => {
    const { rehearsal, engine } = await stand()
    await endsWell(rehearsal, engine)
    const theirs = overtake(rehearsal)
    const { outcomes } = await walk([ciToken], anew(engine))
    expect(outcomes.get(ID)).toMatchObject({ is: 'open' })
    expect(ours(rehearsal)).toEqual([theirs])
    expect((await walk([ciToken], anew(engine))).outcomes.get(ID)).toMatchObject({ is: 'open', why: 'consent' })
  })

  test('that is slower: its authorization is not taken for one of ours', async () => {
    const { rehearsal, engine } = await stand()
    const theirs = authorization()
    rehearsal.hook = (phase, { method, path }) => {
      if (phase === 'before' && method === 'PUT' && path.includes(VARIABLE)) {
        rehearsal.world.heroku.authorizations.push({ ...theirs, createdAt: new Date().toISOString() })
      }
    }
    const { outcomes } = await walk([ciToken], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'done' })
    expect(writes(rehearsal)).toEqual([MINT, DELIVER])
    expect(ours(rehearsal).map(({ id }) => id)).toContain(theirs.id)
  })
})

describe('An authorization', () => {
  test.each<[string, (world: World) => void]>([
    [
      'that has expired',
      ({ heroku }) => {
        for (const one of heroku.authorizations) if (one.description === LABEL) one.expiresAt = YESTERDAY
      },
    ],
    [
      'that somebody revoked',
      world => {
        world.heroku.authorizations = world.heroku.authorizations.filter(({ description }) => description !== LABEL)
      },
    ],
    [
      'whose scopes do no longer',
      ({ heroku }) => {
        for (const one of heroku.authorizations) if (one.description === LABEL) one.scope = ['read']
      },
    ],
  ])('%s is made anew', async (_, happens) => {
    const { rehearsal, engine } = await stand()
    await endsWell(rehearsal, engine)
    happens(rehearsal.world)
    const [before] = ours(rehearsal)
    await endsWell(rehearsal, anew(engine))
    expect(ours(rehearsal)[0]?.id).not.toBe(before?.id)
  })

  test('of the same description that somebody else made is never revoked', async () => {
    const theirs = authorization()
    const { rehearsal, engine } = await stand({ change: ({ heroku }) => void heroku.authorizations.push(theirs) })
    const { outcomes } = await walk([ciToken], engine)
    expect(outcomes.get(ID)?.is).toBe('done')
    await walk([ciToken], anew(engine))
    expect(ours(rehearsal)).toHaveLength(2)
    expect(rehearsal.world.heroku.authorizations).toContainEqual(theirs)
    expect(writes(rehearsal)).toEqual([MINT, DELIVER])
  })

  test('of another description is never revoked, whenever it was made', async () => {
    const { rehearsal, engine } = await stand()
    await dies(engine, 1)
    const theirs = authorization({ description: `${LABEL}, mine`, createdAt: new Date().toISOString() })
    rehearsal.world.heroku.authorizations.push(theirs)
    await endsWell(rehearsal, anew(engine))
    expect(rehearsal.world.heroku.authorizations).toContainEqual(theirs)
  })
})

describe('Nothing counts as proven', () => {
  test('where the value was taken and not stored', async () => {
    const { rehearsal, engine } = await stand()
    rehearsal.hook = (phase, { method }) => {
      const [one] = rehearsal.world.circleci.contexts[0]?.variables ?? []
      if (phase === 'after' && method === 'PUT' && one) one.value = ''
    }
    const { outcomes } = await walk([ciToken], engine)
    expect(outcomes.get(ID)).toMatchObject({ is: 'failed', cause: { code: 'not-proven' } })
    expect(engine.progress.saved.records).toEqual({})
    rehearsal.hook = undefined
    await endsWell(rehearsal, anew(engine))
  })

  test('where another value came there in the same moment', async () => {
    const { rehearsal, engine } = await stand()
    rehearsal.hook = (phase, { method }) => {
      const [one] = rehearsal.world.circleci.contexts[0]?.variables ?? []
      if (phase === 'after' && method === 'PUT' && one) one.value = 'somebody else’s, no token'
    }
    expect((await walk([ciToken], engine)).outcomes.get(ID)).toMatchObject({ is: 'failed' })
    expect(engine.progress.saved.records).toEqual({})
  })

  test('where the context is gone: the delivery fails, and the next run revokes what was made', async () => {
    const { rehearsal, engine } = await stand()
    const [context] = rehearsal.world.circleci.contexts.splice(0)
    expect((await walk([ciToken], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'forbidden' },
    })
    if (context) rehearsal.world.circleci.contexts.push(context)
    await endsWell(rehearsal, anew(engine))
  })

  test('where the context is full: that is told, and what was made is revoked by the next run', async () => {
    const { rehearsal, engine } = await stand()
    const [context] = rehearsal.world.circleci.contexts
    const full = Array.from({ length: 100 }, (_, index) => ({
      name: `V${index}`,
      value: 'x',
      createdAt: YESTERDAY,
      updatedAt: YESTERDAY,
    }))
    context?.variables.push(...full)
    expect((await walk([ciToken], engine)).outcomes.get(ID)).toMatchObject({
      is: 'failed',
      cause: { code: 'full', next: expect.stringContaining('--set herokuContext=NAME') },
    })
    context?.variables.pop()
    await endsWell(rehearsal, anew(engine))
  })

  test('where Heroku does not say what there is', async () => {
    const { rehearsal, engine } = await stand()
    rehearsal.faults.push({
      method: 'GET',
      path: '^/oauth/authorizations',
      do: { status: 403, body: { id: 'forbidden' } },
    })
    expect((await walk([ciToken], engine)).outcomes.get(ID)).toMatchObject({ is: 'failed' })
    expect(writes(rehearsal)).toEqual([])
  })
})
