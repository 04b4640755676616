import { makeCheckout } from '../support/checkout.ts'
import { runCli } from '../support/cli.ts'
import { temporaryFolder } from '../support/folder.ts'
import { BOT } from '../support/vendors.ts'

/** Every method of each vendor; one vendor's part of a checklist does not depend on another's. */
const ROUTES = [
  ['bot-team', 'documented'],
  ['org-token', 'least-privilege'],
  ['personal', 'keyless'],
  ['bot-team', 'bucket'],
] as const

/** The checklist as it is printed in a format, by every method, with nobody signed in. */
export async function checklists(
  format: string,
  env: Readonly<Record<string, string>> = {},
): Promise<readonly string[]> {
  const checkout = makeCheckout()
  const printed: string[] = []
  for (const [hub, google] of ROUTES) {
    const bot = hub === 'org-token' ? [] : [`dockerHubBot=${BOT}`]
    const set = [`dockerHubRoute=${hub}`, `googleRoute=${google}`, ...bot].flatMap(one => ['--set', one])
    const { stdout } = await runCli(['--dry-run', '--format', format, ...set], {
      cwd: checkout,
      home: temporaryFolder(),
      env,
    })
    // The line's end that execa takes off.
    printed.push(`${stdout}\n`)
  }
  return printed
}
