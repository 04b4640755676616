import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import type { Asker } from '../../src/answers/prompts.ts'
import { createClouds } from '../../src/clouds/clouds.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { Secret } from '../../src/clouds/secret.ts'
import { letIn } from '../../src/commands/let-in.ts'
import { createPrinter } from '../../src/output/printer.ts'
import { brisk, transport } from '../clouds/servers.ts'
import { rehearse } from '../rehearsal/client.ts'
import { furnish, PASSWORD } from '../rehearsal/docker-hub-client.ts'
import { ANSWERS, basesOf } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'

const never = new AbortController().signal
const unasked = () => Promise.reject(new Error('asked for something else'))

/** An owner with a second factor, and somebody who types these codes one after the other. */
async function stand(codes?: readonly string[]) {
  const rehearsal = await rehearse(({ dockerHub }) =>
    furnish(dockerHub, { users: [{ username: 'careful', twoFactorCode: '123456' }] }),
  )
  const clouds = createClouds({
    kind: 'rehearsal',
    clock: brisk,
    http: transport(),
    tools: createTools({ env: {}, repo: temporaryFolder() }),
    bases: basesOf(rehearsal),
    credentials: new Map([
      ['docker-hub', { user: 'careful', secret: new Secret(PASSWORD) }],
      ['docker-hub.bot', { user: 'nobody-there', secret: new Secret('wrong password') }],
    ]),
  })
  const asked: string[] = []
  const typed = [...(codes ?? [])]
  const secret: Asker['secret'] = async question => {
    asked.push(question)
    return new Secret(typed.shift() ?? '')
  }
  const asker = codes && ({ text: unasked, yes: unasked, choose: unasked, secret } as unknown as Asker)
  const printer = createPrinter(new PassThrough() as unknown as NodeJS.WriteStream, {})
  const interrupt = { stop: never, giveUp: never }
  const enter = () => letIn({ answers: ANSWERS, clouds }, new Map(), {}, { asker, printer, interrupt } as never)
  return { enter, asked }
}

describe('An owner with a second factor', () => {
  test('is asked for a code, and is let in with it', async () => {
    const { enter, asked } = await stand(['123456'])
    expect((await enter()).get('docker-hub')).toMatchObject({ name: 'careful' })
    expect(asked).toEqual(['One-time code of careful for Docker Hub'])
  })

  test('is asked again where the code was wrong', async () => {
    const { enter, asked } = await stand(['111111', '222222', '123456'])
    expect((await enter()).has('docker-hub')).toBe(true)
    expect(asked).toHaveLength(3)
  })

  test('is told where nobody can be asked (exit 2)', async () => {
    const { enter } = await stand()
    await expect(enter()).rejects.toMatchObject({ name: 'NeedsSecret', exit: 2, cause: { code: 'two_factor' } })
  })
})
