import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { DOCUMENTED } from '../../src/rehearsal/stand-in/checkouts.ts'
import { formsOf } from '../support/canary.ts'
import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'

test('A rehearsal goes on by the line that it printed; on other clouds, where the bot’s password is another, it ends', async () => {
  const repo = makeCheckout({ files: DOCUMENTED.files, branch: DOCUMENTED.defaultBranch })
  const home = temporaryFolder()
  const argv = ['rehearse', '--repo', repo, '--state-dir', join(home, 's'), '--yes']
  const first = await runCli([...argv, '--set', 'dockerHubBot=pennocktechcibot'], { cwd: home, home })
  expect(first.code, first.all).toBe(3)
  assertSecretsInCloudsAlone(join(home, 's'), first.all)
  const [, line = ''] = /^Go on: \S+ (rehearse .*)$/m.exec(first.stdout) ?? []
  expect(line).toContain(`--state-dir ${join(home, 's')}`)
  const again = await runCli(line.split(' '), { cwd: home, home })
  expect(again.code, again.all).toBe(3)
  expect(again.stdout).toMatch(/Look: 32 steps .* 2\d present/s)
  assertSecretsInCloudsAlone(join(home, 's'), again.all)
  const elsewhere = await runCli([...line.split(' '), '--world', join(home, 'others.json')], { cwd: home, home })
  expect([2, 3], elsewhere.all).toContain(elsewhere.code)
})

/** The simulated clouds are kept with what their vendors know; everything else that is kept, or said, has no secret in it. */
function assertSecretsInCloudsAlone(state: string, said: string): void {
  const files = readdirSync(state, { recursive: true, encoding: 'utf8' })
    .map(name => join(state, name))
    .filter(file => statSync(file).isFile())
  const clouds = files.filter(file => file.endsWith('clouds.json'))
  const others = files.filter(file => !clouds.includes(file)).map(file => readFileSync(file, 'utf8'))
  expect([clouds.length, others.length]).toEqual([1, 1])
  const secrets = secretsIn(JSON.parse(readFileSync(clouds[0] ?? '', 'utf8')))
  expect(secrets.length).toBeGreaterThan(5)
  const found = secrets.filter(secret => formsOf(secret).some(form => [...others, said].join('').includes(form)))
  expect(found).toEqual([])
  for (const file of files) expect(statSync(file).mode & 0o077, file).toBe(0)
}

/** What a vendor's world holds under a name that only secrets have. */
function secretsIn(world: unknown): readonly string[] {
  if (typeof world !== 'object' || world === null) return []
  return Object.entries(world).flatMap(([key, value]) =>
    typeof value === 'string' && /^(?:token|password|privateKey|twoFactorCode)$/.test(key) && value.length > 8
      ? [value]
      : secretsIn(value),
  )
}
