import { describe, expect, test } from 'vitest'
import { BARE_ORIGIN, git, PERSONS_CONFIG } from '../support/checkout.ts'
import { CREDENTIALS, linesOf } from '../support/credentials.ts'
import { filesIn, setStage } from '../support/stage.ts'

const token = CREDENTIALS['a CircleCI token'] ?? ''
const holds = (text: string, secret: string) => linesOf(secret).filter(form => text.includes(form))

describe('A credential in an argument is refused (exit 2) and not repeated:', () => {
  test.each([
    [[token]],
    [[`--token=${token}`]],
    [['explain', token]],
    [['--only', token]],
    [['plan', '--yes', '--adopt', token]],
    [['checklist', '--format', token]],
    [['--repo', `https://me:${token}@github.com/acme/it`]],
    [['checklist', '--set', `herokuApp=${token}`, '--verbose']],
    [['--yes', '--json', '--set', token]],
  ])('%j', async argv => {
    const stage = await setStage()
    const { code, all } = await stage.run(argv, { allowed: false })
    expect(code, all).toBe(2)
    expect(holds(all, token)).toEqual([])
    expect(stage.rehearsal.log).toEqual([])
  })

  test('behind an option that there is not, whatever it looks like', async () => {
    const { code, all } = await (await setStage()).run(['--password=hunter2'], { allowed: false })
    expect(code).toBe(2)
    expect(all).toContain("unknown option '--password=…'")
  })
})

/** Where git reads a rewriting: origin is not asked by the checkout's own, and by the person's it is. */
const REWRITINGS = [
  ['the checkout’s', '.git/config'],
  ['the person’s', PERSONS_CONFIG],
] as const

describe.each(REWRITINGS)(
  'A credential in %s git configuration or a proxy’s address is shown nowhere:',
  (_, rewriting) => {
    /** A stage whose remotes, rewritings and proxy hold the password, and whose origin cannot be reached. */
    async function stageWith(password: string) {
      const stage = await setStage({ origin: 'https://github.com/PennockTech/dummyapp.git' })
      const address = `https://someone:${password}@127.0.0.1:1/PennockTech/dummyapp.git`
      for (const [key, value] of [
        ['remote.heroku.url', `https://x:${password}@git.heroku.com/other.git`],
        ['remote.heroku.pushurl', address],
        ['remote.other.url', address],
        ['http.extraHeader', `Authorization: Basic ${password}`],
      ] as const) {
        git(stage.checkout, 'config', '--local', key, value)
      }
      git(stage.checkout, 'config', '--file', PERSONS_CONFIG, '--unset-all', `url.${BARE_ORIGIN}.insteadOf`)
      const rewritten = [`url.${address}.insteadOf`, 'https://github.com/PennockTech/dummyapp']
      git(stage.checkout, 'config', '--file', rewriting, ...rewritten)
      // No proxy's address: curl's error repeats it.
      return { ...stage, env: { ALL_PROXY: `socks9://someone:${password}@127.0.0.1:1` } }
    }

    test.each([
      ...['text', 'markdown', 'json', 'sh', 'html'].map(format => ['checklist', '--verbose', '--format', format]),
      ['plan', '--yes', '--json', '--out', 'plan.json'],
      ['--yes', '--verbose'],
      ['status', '--live', '--yes'],
    ])('%s %s %s %s', async (...argv) => {
      const password = 'hunter2+hunter2/and"more'.replaceAll('"', '%22')
      const { run, env, checkout, home } = await stageWith(password)
      const { all } = await run(argv, { env, allowed: argv[0] !== 'checklist' })
      const files = [...filesIn(home), ...filesIn(checkout)].filter(([name]) => !name.includes('/.git/'))
      expect(all.length).toBeGreaterThan(500)
      expect(holds(all, password)).toEqual([])
      expect(all).not.toContain('hunter2')
      expect(files.filter(([, text]) => text.includes('hunter2')).map(([name]) => name)).toEqual([])
    })
  },
)
