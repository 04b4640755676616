import { join } from 'node:path'
import { expect, test } from 'vitest'
import { git } from '../support/checkout.ts'
import { CREDENTIALS } from '../support/credentials.ts'
import { setStage } from '../support/stage.ts'
import { setTraps } from '../support/traps.ts'

// One attack of each kind, so that a break shows at once; test/attacks has them all.

test('A checkout’s hook and file system monitor do not run', async () => {
  const stage = await setStage()
  const traps = setTraps(stage.checkout)
  git(stage.checkout, 'config', '--local', 'core.fsmonitor', traps.trap('fsmonitor'))
  traps.trap('hook', join(stage.checkout, '.git/hooks/reference-transaction'))
  const { code, all } = await stage.run(['--yes'])
  expect(code, all).toBe(0)
  expect(traps.sprung()).toEqual([])
})

test('Where Node writes down what is sent, nothing is sent (exit 2)', async () => {
  const { run, rehearsal } = await setStage()
  const { code, all } = await run(['--yes'], { env: { NODE_DEBUG: 'http' } })
  expect(code, all).toBe(2)
  expect(all).toContain('env -u NODE_DEBUG')
  expect(rehearsal.log).toEqual([])
})

test('A token that the vendor repeats is told to nobody', async () => {
  const { run, rehearsal, token } = await setStage()
  const message = `the echo: Bearer ${token} ${btoa(`:${token}`)}`
  rehearsal.faults.push({ path: '^/account$', do: { status: 422, body: { id: 'echo', message } } })
  const { all } = await run(['status', '--live', '--yes', '--verbose'])
  expect(all).toContain('the echo: ')
  expect(all).not.toContain(token)
  expect(all).not.toContain(btoa(`:${token}`).slice(3, -4))
})

test('A credential among the answers is refused (exit 2), and not repeated', async () => {
  const { run } = await setStage()
  const secret = CREDENTIALS['a CircleCI token'] ?? ''
  const { code, all } = await run(['checklist', '--set', `herokuApp=${secret}`], { allowed: false })
  expect(code, all).toBe(2)
  expect(all).not.toContain(secret)
})
