import { describe, expect, test } from 'vitest'
import type { World } from '../../src/rehearsal/world.ts'
import { ROUTES } from '../sweeps/routes.ts'
import { Bench, type Place, requestName } from '../sweeps/run.ts'
import { areHere, NOT_HERE } from './descriptions.ts'
import { judge } from './judge.ts'

/*
 * What a walk without trouble does not send, held against what the vendors publish of their APIs: what takes a credential
 * back that did not arrive, and what repairs what somebody has changed since.
 */

/** What somebody does to a set-up that is done, the step that repairs it, and the request that does. */
interface Damage {
  readonly step: string
  readonly repairedBy: RegExp
  damage(world: World): void
}

const OF_ALL: readonly Damage[] = [
  {
    step: 'circleci.project',
    repairedBy: /^circleci PATCH \/api\/v2\/project\/[\w/]+\/settings$/,
    damage: ({ circleci }) => {
      for (const { settings } of circleci.projects) settings.advanced.forks_receive_secret_env_vars = true
    },
  },
  {
    step: 'docker-hub.repository',
    repairedBy: /^docker-hub POST \/v2\/repositories\/[\w/]+\/privacy$/,
    damage: ({ dockerHub }) => {
      for (const one of dockerHub.repositories) one.private = true
    },
  },
  {
    step: 'heroku.ci-token',
    repairedBy: /^heroku POST \/oauth\/authorizations$/,
    damage: ({ heroku }) => {
      heroku.authorizations.splice(1)
    },
  },
]

const OF_TEAM: Damage = {
  step: 'docker-hub.team',
  repairedBy: /^docker-hub PATCH \/v2\/repositories\/[\w/]+\/groups\/\d+\/$/,
  damage: ({ dockerHub }) => {
    for (const { teams } of dockerHub.repositories) for (const team of teams) team.permission = 'admin'
  },
}

const OF_POOL: Damage = {
  step: 'google.pool',
  repairedBy: /^google PATCH \/v1\/projects\/.*\/workloadIdentityPools\/[\w-]+\?updateMask=disabled$/,
  damage: ({ google }) => {
    for (const pool of google.identityPools) pool.disabled = true
  },
}

/** Requests that the cuts of the descriptions do not have: they have what a first set-up sends. A deletion has no body. */
const NOT_IN_THE_CUT: readonly RegExp[] = [
  /^\w[\w-]* DELETE /,
  ...[...OF_ALL, OF_TEAM, OF_POOL].map(({ repairedBy }) => repairedBy),
  /^circleci POST \/api\/v2\/workflow\/[\w-]+\/cancel$/,
]

describe.skipIf(!areHere)(`By the vendors’ own descriptions${areHere ? '' : ` (skipped: ${NOT_HERE})`},`, () => {
  test.concurrent.each([
    ['bot-team', [...OF_ALL, OF_TEAM]],
    ['documented, then keyless', [...OF_ALL, OF_POOL]],
  ] as const)('so do taking back and repairing: %s', async (name, damages) => {
    const route = ROUTES.find(one => one.name === name) ?? ROUTES[0]
    const all = judge()
    const found = new Set<string>()
    const sent = new Set<string>()
    const watch = ({ rehearsal }: Place, hook: Place['watch'] = async () => {}) => {
      rehearsal.hook = async (phase, entry, call, answer) => {
        await hook(phase, entry, call, answer)
        if (phase !== 'before') return
        sent.add(requestName(entry))
        const isKnown = NOT_IN_THE_CUT.some(one => one.test(`${entry.vendor} ${entry.method} ${entry.path}`))
        if (call.method === 'DELETE' && call.body !== undefined) found.add(`${requestName(entry)}: has a body`)
        for (const fault of all.request(entry.vendor, call))
          if (!isKnown || !fault.endsWith('is not described')) found.add(fault)
      }
    }
    const bench = new Bench(route)
    await bench.stages(
      () => {},
      async place => {
        watch(place, place.watch)
        const { rehearsal, argv } = place
        const refused = { status: 400, body: { message: 'not now' } }
        rehearsal.faults = [{ method: 'PUT', path: '/environment-variable/', do: refused }]
        await bench.run(place)
        rehearsal.faults = []
        const ran = await bench.run(place)
        if (ran.code !== 0 || (route.later !== undefined && argv !== route.later)) return ran
        for (const { damage } of damages) damage(rehearsal.world)
        // CI may lose what it had by what somebody did.
        watch(place)
        await bench.run(
          place,
          {},
          damages.flatMap(({ step }) => ['--replace', step]),
        )
        return ran
      },
    )
    await bench.close()
    expect([...found]).toEqual([])
    const requests = [...sent]
    expect(
      damages.filter(({ repairedBy }) => !requests.some(one => repairedBy.test(one))).map(({ step }) => step),
    ).toEqual([])
    expect(requests).toContain('heroku DELETE /oauth/authorizations/<id>')
    expect(requests.some(one => /^google DELETE .*\/keys\/\w+$/.test(one))).toBe(true)
    expect(requests.some(one => /^docker-hub DELETE .*access-tokens\/<id>$/.test(one))).toBe(true)
  })
})
