import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import { setStage } from '../support/stage.ts'
import { signedIn } from '../support/vendors.ts'

/** The numbers of processes whose command line names a folder. */
const processesAt = (folder: string): readonly number[] =>
  readdirSync('/proc').flatMap(pid => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(folder) ? [Number(pid)] : []
    } catch {
      return []
    }
  })

test.skipIf(process.platform !== 'linux')(
  'The checkout’s build script finds no sign-in in the wizard’s environment or in its own, and nothing of it lives to see docker’s',
  async () => {
    const { rehearsal, checkout, home, run } = await setStage()
    const loot = join(temporaryFolder(), 'loot')
    mkdirSync(loot)
    onTestFinished(() => {
      for (const pid of processesAt(loot)) process.kill(pid, 'SIGKILL')
    })
    const watch = (name: string) =>
      `sh -c 'while :; do cat "$0"/dummyapp-setup-docker-*/config.json >>"$1" 2>/dev/null; done' '${home}' '${join(loot, name)}'`
    const script = join(checkout, 'build/build.with-docker.sh')
    writeFileSync(
      script,
      `#!/bin/bash
for one; do export "\${one#env-}"; done
env >'${loot}/environment'
cat /proc/$PPID/environ >'${loot}/wizard'
${watch('of-the-group')} &
setsid ${watch('of-its-own')} </dev/null >/dev/null 2>&1 &
docker build --tag "$DOCKER_PROJECT:$DOCKER_TAG" $EXTRA_DOCKER_BUILD_ARGS .
`,
    )
    chmodSync(script, 0o755)
    const agents = { SSH_AUTH_SOCK: '/run/agent', DBUS_SESSION_BUS_ADDRESS: 'unix:path=/run/bus', DISPLAY: ':0' }
    const ran = await run(['--yes', '--no-input'], { env: agents })
    // It did run, and the image was pushed.
    expect(rehearsal.world.heroku.apps[0]?.formation, ran.all).toHaveLength(1)
    const seen = ['environment', 'wizard'].map(name => readFileSync(join(loot, name), 'latin1'))
    expect(seen[1]).toContain('HOME=')
    const secrets = Object.entries(signedIn(rehearsal)).filter(([name]) => /KEY$|TOKEN$|PASSWORD$/.test(name))
    expect(secrets.length).toBeGreaterThan(3)
    for (const text of seen) for (const [, secret] of secrets) expect(text).not.toContain(secret)
    for (const value of Object.values(agents)) expect(seen[0]).not.toContain(value)
    for (const name of ['of-the-group', 'of-its-own']) {
      expect(existsSync(join(loot, name)) ? readFileSync(join(loot, name), 'utf8') : '').toBe('')
    }
    expect(processesAt(loot)).toEqual([])
    expect(ran.all.replace(/\s+/g, ' ')).toContain('runs ./build/build.with-docker.sh from this checkout, as you')
  },
)
