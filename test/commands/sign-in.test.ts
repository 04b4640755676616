import { PassThrough } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { takeSecrets } from '../../src/clouds/sign-in.ts'
import { signIn } from '../../src/commands/sign-in.ts'
import { createPrinter } from '../../src/output/printer.ts'
import { brisk } from '../clouds/servers.ts'
import { typing } from '../support/asker.ts'
import { temporaryFolder } from '../support/folder.ts'

const FOUND = 'HRKU-found'

/** Signs in to Heroku with a token in the environment, typing these lines; nobody is there to type without them. */
async function enter(lines?: readonly string[], yes = false) {
  const tried: string[] = []
  let shown = ''
  const out = new PassThrough().on('data', text => {
    shown += text
  })
  const screen = {
    asker: lines && typing(...lines).asker,
    printer: createPrinter(out as unknown as NodeJS.WriteStream, {}),
    interrupt: { stop: new AbortController().signal },
  }
  const signedIn = await signIn(['heroku'], {
    taken: takeSecrets({ HEROKU_API_KEY: FOUND }),
    checkout: { tools: createTools({ repo: temporaryFolder(), env: { PATH: '' } }) },
    used: [{ host: 'heroku', base: new URL('https://api.heroku.com'), foreign: false }],
    options: { yes },
    screen,
    clock: brisk,
    tryOut: async (_: unknown, { secret }: { secret: { reveal(): string } }) => void tried.push(secret.reveal()),
  } as never).catch((error: unknown) => error)
  return { signedIn, tried, shown, secret: signedIn instanceof Map && signedIn.get('heroku')?.secret.reveal() }
}

describe('What is found to sign in with', () => {
  test('is told with where it goes, and is sent by a yes', async () => {
    const { secret, tried, shown } = await enter(['y'])
    expect([secret, tried]).toEqual([FOUND, [FOUND]])
    expect(shown).toMatch(/HEROKU_API_KEY\s+sent only to api\.heroku\.com/)
    expect(shown).not.toContain(FOUND)
  })

  test('is sent by --yes', async () => {
    expect(await enter(undefined, true)).toMatchObject({ secret: FOUND, tried: [FOUND] })
  })

  test('is sent nowhere after a no: another one is asked for', async () => {
    expect(await enter(['n', 'HRKU-typed'])).toMatchObject({ secret: 'HRKU-typed', tried: ['HRKU-typed'] })
  })

  test('is sent nowhere where nobody can say yes (exit 3)', async () => {
    const { signedIn, tried } = await enter()
    expect(signedIn).toBeInstanceOf(SetupError)
    expect(signedIn).toMatchObject({ exit: 3, cause: { code: 'no-consent' } })
    expect(tried).toEqual([])
  })
})
