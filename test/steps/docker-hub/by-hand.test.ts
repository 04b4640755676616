import { spawnSync } from 'node:child_process'
import { chmodSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { asAnswers, resolve } from '../../../src/answers/resolve.ts'
import { entriesOf, type Place } from '../../../src/output/checklist/model.ts'
import { asScript } from '../../../src/output/checklist/script.ts'
import { bot } from '../../../steps/docker-hub/bot.ts'
import { repository } from '../../../steps/docker-hub/repository.ts'
import { team } from '../../../steps/docker-hub/team.ts'
import { token } from '../../../steps/docker-hub/token.ts'
import { temporaryFolder } from '../../support/folder.ts'

const STEPS = [repository, team, bot, token]
const SECRETS = ['bot-password', 'owner-password', 'the-jwt', 'the-minted-token']

/** Runs the script with a curl that answers everything alike, and tells what it was given: arguments, body, configuration. */
function ranByHand(env: Readonly<Record<string, string>>) {
  const used = new Set(STEPS.flatMap(({ uses }) => [...uses]))
  const answers = asAnswers(resolve([], used))
  const place: Place = { bases: new Map(), checkout: temporaryFolder() }
  const script = asScript(entriesOf(STEPS, answers, new Map()), answers, { title: 'by hand', place })
  const [bin, log] = [temporaryFolder(), join(temporaryFolder(), 'log')]
  const answer = JSON.stringify({
    access_token: 'the-jwt',
    token: 'the-minted-token',
    id: 17,
    uuid: 'u',
    issued_at: 'now',
  })
  const curl = [
    '#!/bin/sh',
    `printf 'ARGV %s\\n' "$*" >> '${log}'`,
    `case "$*" in *'--data @-'*) printf 'BODY %s\\n' "$(cat)" >> '${log}' ;; esac`,
    `case "$*" in *fd/3*) printf 'CONFIG %s\\n' "$(cat <&3)" >> '${log}' ;; esac`,
    `printf '%s' '${answer}'`,
  ]
  writeFileSync(log, '')
  writeFileSync(join(bin, 'curl'), curl.join('\n'))
  chmodSync(join(bin, 'curl'), 0o755)
  const holes = {
    githubProject: 'acme/app',
    dockerHubRepository: 'acme/app',
    dockerHubBot: 'acmecibot',
    dockerHubTeam: 'pushers',
  }
  const { status, stderr } = spawnSync('/bin/sh', ['-c', script], {
    env: {
      PATH: `${bin}:${process.env.PATH}`,
      ...holes,
      circleOrg: 'gh/acme',
      circleProject: 'gh/acme/app',
      herokuContext: 'ctx',
      ...env,
    },
    input: '\n\n\n',
    encoding: 'utf8',
  })
  const lines = readFileSync(log, 'utf8').split('\n')
  const of = (kind: string) =>
    lines.filter(line => line.startsWith(`${kind} `)).map(line => line.slice(kind.length + 1))
  return { status, stderr, argv: of('ARGV'), bodies: of('BODY'), configs: of('CONFIG') }
}

const ENV = {
  DOCKERHUB_ADMIN_USER: 'yourname',
  DOCKERHUB_ADMIN_PASSWORD: 'owner-password',
  DOCKERHUB_BOT_USER: 'acmecibot',
  DOCKERHUB_BOT_PASSWORD: 'bot-password',
  CIRCLE_TOKEN: 'circle-token',
  circleci_context_heroku_id: 'c0ffee',
}

test('by hand: both parts of the name, the number of the team as a number, each secret where it belongs', () => {
  const { status, stderr, argv, bodies, configs } = ranByHand(ENV)
  expect(status, stderr).toBe(0)
  expect(argv.some(line => line.includes('https://hub.docker.com/v2/namespaces/acme/repositories'))).toBe(true)
  expect(bodies).toContain('{"namespace":"acme","name":"app","registry":"docker.io","is_private":false}')
  expect(bodies).toContain('{"group_id":17,"permission":"write"}')
  expect(bodies).toContain('{"value":"the-minted-token"}')
  expect(configs).toContain('user = "acmecibot:the-minted-token"')
  // No secret is ever an argument: every process of the machine could read it there.
  for (const secret of [...SECRETS, 'circle-token']) expect(argv.join('\n')).not.toContain(secret)
})

test('by hand: a login lasts ten minutes, so there is a new one after a person was waited for', () => {
  const { argv } = ranByHand(ENV)
  const names = argv.map(line => /hub\.docker\.com\/v2\/([\w-]+\/[\w-]+)/.exec(line)?.[1])
  const invite = names.indexOf('invites/bulk')
  expect(invite).toBeGreaterThan(0)
  expect(names[invite - 1]).toBe('auth/token')
})
