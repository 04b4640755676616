import { chmodSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { delimiter, join } from 'node:path'
import { execa } from 'execa'
import { afterAll, expect, test } from 'vitest'
import { at, type Json } from '../../src/clouds/json.ts'
import { runCli } from '../support/cli.ts'
import { signedIn } from '../support/vendors.ts'
import { Bench, type Place } from '../sweeps/run.ts'
import { leftBy } from '../sweeps/world.ts'
import { herokuCli, herokuEnv } from './heroku-cli.ts'

const bench = new Bench()
afterAll(() => bench.close())

/** What stands in the clouds and in git; the wizard's own progress aside. */
const worldOf = (place: Place): Json => {
  const left = leftBy(place)
  return { clouds: at(left, 'clouds') ?? null, config: at(left, 'config') ?? null }
}

/** What the heroku command does, and what CircleCI needs for it, which has no command: that is by curl. */
const LANES = ['--only', 'heroku,git']

/** Without building, pushing and releasing an image: the real command cannot be told of another registry (facts/heroku.md 6). */
const withoutDeploy = (script: string): string =>
  script.replace(/\n# \d+ heroku\.first-deploy:[\s\S]*?(?=\n# \d+ |$)/, '')

/** A PATH on which docker has no engine, so that the wizard leaves that to a person. */
function noEngine(folder: string): string {
  mkdirSync(join(folder, 'no-engine'))
  writeFileSync(join(folder, 'no-engine/docker'), '#!/bin/sh\nexit 1\n', { mode: 0o755 })
  return [join(folder, 'no-engine'), process.env.PATH].join(delimiter)
}

test('The script by hand, with the real heroku command, leaves the same world as the wizard', async () => {
  const command = await herokuCli()
  const byWizard = await bench.at(0, async place => {
    expect(await bench.run(place, { PATH: noEngine(place.folder) }, LANES)).toMatchObject({ code: 3 })
    return worldOf(place)
  })
  const byScript = await bench.at(0, async place => {
    const { rehearsal, checkout, folder } = place
    const { stdout } = await runCli(['--dry-run', '--format', 'sh', ...LANES], {
      cwd: checkout,
      home: folder,
      env: signedIn(rehearsal),
    })
    writeFileSync(join(folder, 'set-up.sh'), `${withoutDeploy(stdout)}\n`)
    const token = rehearsal.world.heroku.authorizations[0]?.token ?? ''
    mkdirSync(place.state)
    mkdirSync(join(folder, 'bin'))
    symlinkSync(command, join(folder, 'bin', 'heroku'))
    chmodSync(join(folder, 'set-up.sh'), 0o755)
    const env = { ...signedIn(rehearsal), ...herokuEnv(rehearsal.origins.heroku, folder, token) }
    const ran = await execa('sh', ['set-up.sh'], {
      cwd: folder,
      env: { ...env, PATH: `${join(folder, 'bin')}:${env.PATH}` },
      extendEnv: false,
      reject: false,
      all: true,
    })
    expect(ran, ran.all).toMatchObject({ exitCode: 0 })
    return worldOf(place)
  })
  expect(byScript).toEqual(byWizard)
})
