import { execa } from 'execa'
import { describe, expect, test } from 'vitest'
import { type Heard, json, serve } from '../clouds/servers.ts'
import { hostsAt } from '../support/vendors.ts'
import { checklists } from './checklists.ts'
import { areHere, NOT_HERE, type Sent } from './descriptions.ts'
import { inWords, judge } from './judge.ts'

/*
 * The checklist's curl lines in every format, run by the real sh and curl as they are printed, with a sample in the
 * place of what is not known yet; what arrives is held against what the vendors publish of their APIs.
 */

/** What signs in for the curl lines that follow. */
const SIGNS_IN = 'DOCKERHUB_JWT='

/** In each format, where the commands stand: curl lines, and those that sign in for them. */
const COMMANDS: Readonly<Record<string, (printed: string) => readonly string[]>> = {
  text: printed => [...printed.matchAll(/^ *\$ ((?:curl |DOCKERHUB_JWT=).*)$/gm)].map(([, line = '']) => line),
  markdown: printed => [...printed.matchAll(/^ *((?:curl |DOCKERHUB_JWT=).*)$/gm)].map(([, line = '']) => line),
  html: printed =>
    [...printed.matchAll(/^(?:<pre>)?((?:curl |DOCKERHUB_JWT=).*?)(?:<\/pre>|$)/gm)].map(([, line = '']) =>
      unescaped(line),
    ),
  json: printed => byHandIn(JSON.parse(printed)).filter(line => line.startsWith('curl ') || line.startsWith(SIGNS_IN)),
  sh: printed => printed.split(/^# - .*$/m).filter(part => /^(?:answer=\$\()?curl /m.test(part)),
}

/** The curl lines, each with the line before it that signs in for it. */
function signedIn(commands: readonly string[]): readonly string[] {
  let login = ''
  return commands.flatMap(command => {
    login = command.split('\n').findLast(line => line.startsWith(SIGNS_IN)) ?? login
    if (command === login) return []
    return [command.includes('DOCKERHUB_JWT') && !command.includes(SIGNS_IN) ? `${login}\n${command}` : command]
  })
}
const FORMATS = Object.keys(COMMANDS)

/** A value that every text takes; by the shell's name for them, those that are no mere text. */
const SAMPLE = '0b6e5f00-1111-4111-8111-111111111111'
const SAMPLES: Readonly<Record<string, string>> = { docker_hub_team_id: '42', docker_hub_token_until: '2027-11-30' }
const sampleOf = (name: string) => SAMPLES[name.replaceAll(/\W/g, '_')] ?? SAMPLE
const VARIABLES = [
  ...['CIRCLE_TOKEN', 'CLOUDSDK_AUTH_ACCESS_TOKEN'],
  ...['ADMIN', 'BOT'].flatMap(who => [`DOCKERHUB_${who}_USER`, `DOCKERHUB_${who}_PASSWORD`]),
]

/** Learns a sample from an answer that does not tell it, waits for nothing, and starts no other tool. */
const PRELUDE = `set -u
gcloud() { :; }; heroku() { :; }; docker() { :; }; git() { :; }
jq() { found=$(command jq "$@" 2>/dev/null) && printf '%s\\n' "$found" || echo ${SAMPLE}; }
sleep() { exit; }`

describe.skipIf(!areHere)(`The checklist’s curl lines${areHere ? '' : ` (skipped: ${NOT_HERE})`}`, () => {
  const all = areHere ? judge() : undefined
  test.each(FORMATS)('send what the vendors describe: as %s', async format => {
    const { base, heard } = await serve(response => json(response, 200, {}))
    const printed = await checklists(format, hostsAt(base.origin))
    const lines = new Set(printed.flatMap(one => signedIn(COMMANDS[format]?.(one) ?? [])))
    expect(lines.size).toBeGreaterThan(20)
    const found = new Set<string>()
    for (const line of lines) {
      heard.length = 0
      const filled = line.replaceAll(/<([\w.:-]+)>/g, (_, name) => sampleOf(name)).replaceAll('••••', 'secret')
      const variables = [...line.matchAll(/\$\{?(\w+)/g)]
        // That one is set by the lines themselves.
        .filter(([, name]) => name !== 'DOCKERHUB_JWT')
        .map(([, name = '']) => [name, sampleOf(name)])
      const env = {
        PATH: process.env.PATH,
        ...Object.fromEntries([...VARIABLES.map(one => [one, 'secret']), ...variables]),
      }
      const { stderr } = await execa('sh', ['-c', `${PRELUDE}\n${filled}`], {
        env,
        extendEnv: false,
        reject: false,
        stdin: 'ignore',
      })
      if (!heard.some(({ url }) => !url.endsWith('/v2/auth/token'))) found.add(`nothing was sent by ${line}: ${stderr}`)
      for (const sent of heard.map(sentOf))
        for (const fault of all?.request(vendorOf(sent), sent) ?? []) found.add(fault)
    }
    expect([...found]).toEqual([])
  })

  test('the figures', () => {
    if (all)
      process.stdout.write(
        `\nThe checklist’s curl lines, in ${FORMATS.length} formats:\n  requests  ${inWords(all.requests)}\n`,
      )
    expect(all?.requests.all).toBeGreaterThan(100)
  })
})

function sentOf({ method, url, headers, body }: Heard): Sent {
  const { pathname: path, searchParams: query } = new URL(url, 'http://x')
  const isJson = headers['content-type'] === 'application/json'
  return {
    method,
    path,
    query,
    body: body === '' ? undefined : isJson ? JSON.parse(body) : `not sent as JSON: ${body}`,
  }
}

const vendorOf = ({ path }: Sent) => (path.startsWith('/api/v') ? 'circleci' : 'docker-hub')

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
}
const unescaped = (html: string) => html.replaceAll(/&(?:amp|lt|gt|quot|#39);/g, one => ENTITIES[one] ?? one)

const byHandIn = ({
  steps,
}: {
  readonly steps: readonly { readonly actions: readonly { readonly byHand?: readonly string[] }[] }[]
}) => steps.flatMap(({ actions }) => actions.flatMap(({ byHand = [] }) => byHand))
