import { randomUUID } from 'node:crypto'
import { dirname } from 'node:path'
import type { Known } from '../../../src/answers/schema.ts'
import { act, type Effect } from '../../../src/engine/act.ts'
import { type Engine, newLook } from '../../../src/engine/engine.ts'
import { openProgress } from '../../../src/engine/progress.ts'
import { activated } from '../../../src/rehearsal/circleci/gcloud.ts'
import type { Key } from '../../../src/rehearsal/google/world.ts'
import type { World } from '../../../src/rehearsal/world.ts'
import { key } from '../../../steps/google/key.ts'
import { furnishAcme, P } from '../../rehearsal/google-client.ts'
import { addContext, circlePlace, followed } from '../../support/circleci.ts'

export const ID = 'google.key'
export const CONTEXT = 'google-dummyapp'
export const VARIABLE = 'GCLOUD_AUTH_ENCODED'

const PROJECT_ID = '7d0f6c1e-1111-4222-8333-444455556666'

const USED: Partial<Known> = {
  googleRoute: 'documented',
  googleProject: P,
  googleServiceAccountId: 'ci-pusher',
  googleContext: CONTEXT,
}

/** A key as another person has it. */
export const someKey = (more: Partial<Key> = {}): Key => ({
  id: randomUUID().replaceAll('-', '').padEnd(40, 'f'),
  createdAt: '2026-01-02T10:00:00.000Z',
  disabled: false,
  disableReason: null,
  expiresAt: null,
  ...more,
})

/** The account of CI in a world. */
export function accountIn({ google }: World) {
  const account = google.accounts.find(({ id }) => id === 'ci-pusher')
  if (!account) throw new Error('there is no account')
  return account
}

/**
 * What the steps before have made: the project, its APIs, the account without a key, and the context, empty and closed.
 * The clock stands still until somebody waits.
 */
export async function keyStage(
  options: {
    readonly change?: (world: World) => void
    readonly answers?: Partial<Known>
    readonly isOpen?: boolean
    readonly repo?: string
  } = {},
) {
  let context = ''
  const place = await circlePlace({
    answers: { ...USED, ...options.answers },
    ...(options.repo !== undefined && { repo: options.repo }),
    change: world => {
      furnishAcme(world)
      accountIn(world).keys = []
      followed(world, { id: PROJECT_ID })
      const closing = {
        id: randomUUID(),
        type: 'project',
        value: PROJECT_ID,
        name: 'gh/PennockTech/dummyapp',
      } as const
      context = addContext(world, CONTEXT, options.isOpen ? {} : { restrictions: [closing] })
      options.change?.(world)
    },
  })
  const { engine, rehearsal, clock } = place
  const { world } = rehearsal
  await engine.progress.save({ facts: { 'circleci.context-google:id': context, 'circleci.project:id': PROJECT_ID } })

  /** The same computer after a crash: nothing but what is on disk is left. Nobody is quicker to run it again. */
  function anew(): Engine {
    place.pass(0.05)
    const folder = dirname(engine.progress.file)
    return { ...place.resumed(), progress: openProgress({ folder, project: 'a', clouds: 'rehearsal' }, clock.now()) }
  }

  /** What a run does that dies after so many effects; nothing of it is recorded. */
  async function dies(after: number, giveUp = new AbortController().signal): Promise<void> {
    const one = anew()
    const seen = await key.look(newLook(one))
    if ('learned' in seen && seen.learned) await one.progress.save({ facts: seen.learned })
    const actions = key.actions(one.answers, seen).filter((action): action is Effect => action.kind !== 'person')
    const effects = actions.filter(action => action.kind !== 'request' || action.method !== 'GET')
    const last = effects[after - 1]
    const all = last === undefined ? actions : actions.slice(0, actions.indexOf(last) + 1)
    const minted = new Map()
    for (const action of all) await act(action, { step: key, engine: one, minted, giveUp })
  }

  const variable = (named = VARIABLE) =>
    world.circleci.contexts.find(({ name }) => name === CONTEXT)?.variables.find(({ name }) => name === named)

  return {
    ...place,
    world,
    anew,
    dies,
    /** The context as it is now. */
    context: () => world.circleci.contexts.find(({ name }) => name === CONTEXT),
    keys: () => accountIn(world).keys,
    ids: () => accountIn(world).keys.map(({ id }) => id),
    variable,
    /** The key of what CI gets. */
    delivered: (): string | undefined => {
      const text = Buffer.from(variable()?.value ?? '', 'base64').toString()
      return /"private_key_id": "(\w+)"/.exec(text)?.[1]
    },
    /** Does CI sign in with what it gets? */
    works: () => 'login' in activated(world, Buffer.from(variable()?.value ?? '', 'base64').toString(), clock.now()),
    /** The effects, with ids taken out. */
    writes: () =>
      rehearsal.log
        .filter(({ effect }) => effect)
        .map(
          ({ method, path }) =>
            `${method} ${path.replace(/^.*\/(keys|environment-variable)/, '$1').replace(/[\da-f]{40}/, 'ID')}`,
        ),
  }
}

export type KeyStage = Awaited<ReturnType<typeof keyStage>>
