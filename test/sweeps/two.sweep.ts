import { cpSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, expect } from 'vitest'
import { at, type Json } from '../../src/clouds/json.ts'
import { ROUTES } from './routes.ts'
import { Bench, onArrival, PHASES, type Place, type Ran, requestNames } from './run.ts'
import { part } from './turn.ts'
import { assertSame, leftBy } from './world.ts'

/*
 * Two machines at one set-up: each has a checkout and a progress of its own, and neither knows of the other. Whatever the
 * one does in the middle of what the other does, nothing comes about twice and nothing that was there is lost: the world
 * ends as one machine alone leaves it.
 */

/** Whoever finds what the other has made says that it may be used. */
const ADOPTING = [
  'heroku.create-app',
  'docker-hub.repository',
  'google.project',
  'circleci.context-heroku',
  'circleci.context-google',
].flatMap(step => ['--adopt', step])

const bench = new Bench(ROUTES[0])
afterAll(() => bench.close())
const stages = await bench.stages((place, { code }) => {
  const name = requestNames()
  const named = place.rehearsal.log.map(entry => ({ name: name(entry), effect: entry.effect }))
  return { code, clouds: cloudsOf(place), effects: named.flatMap(({ name, effect }) => (effect ? [name] : [])) }
})

/** What the clouds hold. A restriction that stands there twice says the same once: no source tells that it is refused. */
function cloudsOf(place: Place) {
  const world = structuredClone(place.rehearsal.world)
  for (const context of world.circleci.contexts) {
    context.restrictions = context.restrictions.filter(
      ({ type, value }, index, all) => all.findIndex(one => one.type === type && one.value === value) === index,
    )
  }
  return at(leftBy({ ...place, rehearsal: { world } }), 'clouds') ?? null
}

/** A machine besides the one of the place, with a home of its own. */
function another(place: Place): Place {
  const folder = `${place.folder}-other`
  const other = { ...place, folder, checkout: join(folder, 'checkout'), state: join(folder, 'state') }
  cpSync(place.checkout, other.checkout, { recursive: true })
  return other
}

const run = (place: Place): Promise<Ran> => bench.run(place, {}, ADOPTING)

/** Both run on until neither changes anything. */
async function settles(place: Place, other: Place, clouds: Json): Promise<void> {
  const said: string[] = []
  for (const one of [place, other, place]) said.push((await run(one)).said)
  assertSame(cloudsOf(place), clouds, said.join('\n'))
  const { length } = place.rehearsal.log.filter(({ effect }) => effect)
  await run(other)
  expect(place.rehearsal.log.filter(({ effect }) => effect).slice(length)).toEqual([])
}

for (const [index, { clouds, effects }] of stages.entries()) {
  part(
    `stage ${index + 1}: another machine runs to its end`,
    effects.flatMap(effect => PHASES.map(phase => ({ effect, phase }))),
    ({ effect, phase }) => `${phase} ${effect}`,
    ({ effect, phase }) =>
      bench.at(index, async place => {
        const other = another(place)
        let others: Promise<Ran> | undefined
        onArrival(place, effect, phase, async () => {
          others = run(other)
          await others
        })
        await run(place)
        // What docker waits for is not held for so long.
        expect([0, 1, 3]).toContain((await others)?.code)
        await settles(place, other, clouds)
      }),
  )

  part(
    `stage ${index + 1}: both are at it in the same instant`,
    effects,
    effect => effect,
    effect =>
      bench.at(index, async place => {
        const other = another(place)
        const { meet, leave } = meetingAt(effect, place)
        place.rehearsal.hook = meet
        await Promise.all([run(place).finally(leave), run(other).finally(leave)])
        await settles(place, other, clouds)
      }),
  )
}

/** Holds whoever comes first with an effect until the other comes with the very same, or has ended. */
function meetingAt(effect: string, { watch }: Place) {
  const naming = requestNames()
  let key: string | undefined
  let leave = () => {}
  const other = new Promise<void>(resolve => {
    leave = resolve
  })
  const meet: typeof watch = async (phase, entry, call) => {
    await watch(phase, entry, call)
    if (phase === 'after') return
    const isFirst = naming(entry) === effect && key === undefined
    const { method, path, body } = entry
    const own = JSON.stringify([method, path, body])
    if (isFirst) {
      key = own
      await other
    } else if (own === key) leave()
  }
  return { meet, leave }
}
