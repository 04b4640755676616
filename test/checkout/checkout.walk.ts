import { existsSync } from 'node:fs'
import { join, resolve } from 'node:path'
import { describe, test } from 'vitest'
import { DOCUMENTED, type StandIn, TODAY } from '../../src/rehearsal/stand-in/checkouts.ts'
import { git, makeCheckout } from '../support/checkout.ts'
import { temporaryFolder } from '../support/folder.ts'
import { effects } from '../support/stage.ts'
import { leastRights, meant, pushedByCi, rights, strangeContexts } from './judge.ts'
import { METHODS } from './methods.ts'
import { type Source, sourceOf, walk } from './walk.ts'

const { CHECKOUT = '', INIT_CWD = '' } = process.env

type Finished = NonNullable<Parameters<typeof temporaryFolder>[0]>

const ofStandIn =
  ({ files, defaultBranch: branch }: StandIn) =>
  (finished: Finished): Source =>
    sourceOf(makeCheckout({ files, branch, folder: temporaryFolder(finished) }))

/** The checkout that is named, or the stand-ins. */
const SOURCES: readonly (readonly [name: string, source: (finished: Finished) => Source])[] = CHECKOUT
  ? [[CHECKOUT, () => sourceOf(resolve(INIT_CWD, CHECKOUT))]]
  : [
      ['dummyapp as it is today', ofStandIn(TODAY)],
      ['dummyapp as it was documented', ofStandIn(DOCUMENTED)],
    ]

/** Without it, the first image is a person's to build. */
const BUILD_SCRIPT = 'build/build.with-docker.sh'

/** Whom the set-up may wait for. */
const PEOPLE: Readonly<Record<(typeof METHODS)[number]['dockerHub'], readonly string[]>> = {
  'bot-team': ['docker-hub.bot', 'repository.publish'],
  'org-token': ['repository.publish'],
  personal: ['docker-hub.bot', 'repository.publish'],
}

describe.concurrent.each(SOURCES)('%s', (_, source) => {
  test.for(METHODS)('Google by $google, Docker Hub by $dockerHub', async (method, { expect, onTestFinished }) => {
    const walked = await walk(source(onTestFinished), method, onTestFinished)
    const withoutScript = existsSync(join(walked.checkout, BUILD_SCRIPT)) ? [] : ['heroku.first-deploy']
    const edits = walked.told.length > 0 ? ['circleci.config'] : []
    const people = [...PEOPLE[method.dockerHub], ...withoutScript, ...edits]
    expect([...new Set(walked.asked)].toSorted()).toEqual(people.toSorted())

    const before = effects(walked.rehearsal).length
    const second = await walked.again()
    expect(second.code, second.all).toBe(0)
    expect(effects(walked.rehearsal).slice(before)).toEqual([])
    expect(git(walked.checkout, 'status', '--porcelain')).toBe('')

    expect(strangeContexts(walked)).toEqual([])
    expect(rights(walked)).toEqual(leastRights(walked))
    const { registries, said } = pushedByCi(walked)
    expect({ registries, said }).toEqual({ registries: meant(walked), said: [] })
  })
})
