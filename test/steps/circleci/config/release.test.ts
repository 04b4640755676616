import { spawn } from 'node:child_process'
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs'
import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { describe, expect, onTestFinished, test } from 'vitest'
import { releaseScript } from '../../../../steps/circleci/config/release.ts'
import { temporaryFolder } from '../../../support/folder.ts'

const TOKEN = 'HRKU-canary-token'
const MANIFEST = {
  schemaVersion: 2,
  mediaType: 'application/vnd.docker.distribution.manifest.v2+json',
  config: { mediaType: 'application/vnd.docker.container.image.v1+json', size: 7, digest: `sha256:${'a1'.repeat(32)}` },
  layers: [
    { mediaType: 'application/vnd.docker.image.rootfs.diff.tar.gzip', size: 9, digest: `sha256:${'b2'.repeat(32)}` },
  ],
}

interface Heard {
  readonly method: string | undefined
  readonly url: string | undefined
  readonly authorization: string | undefined
  readonly accept: string | undefined
  readonly body: string
}

/** A registry and an API that take what Heroku's take (facts/heroku.md 4), and the script run by sh with a curl that finds them. */
async function release({ manifest = JSON.stringify(MANIFEST, null, 3), token = TOKEN, curl = true } = {}) {
  const heard: Heard[] = []
  const server = createServer(async (request, response) => {
    heard.push({ ...asked(request), body: await text(request) })
    const isRegistry = request.url === '/registry.heroku.com/v2/some-app/web/manifests/latest'
    const wanted = isRegistry ? `Basic ${Buffer.from(`:${TOKEN}`).toString('base64')}` : `Bearer ${TOKEN}`
    const status = request.headers.authorization === wanted ? 200 : 401
    response.writeHead(status).end(status === 401 ? '{}' : isRegistry ? manifest : '[]')
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  onTestFinished(() => void server.close())
  const folder = temporaryFolder()
  const tool = (name: string, script: string) => {
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`)
    chmodSync(join(folder, name), 0o755)
  }
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
  // The real curl on loopback; what a process list would show is written down.
  const loopback = `printf '%s\\n' "$@" >>"${folder}/argv"
for one; do shift; set -- "$@" "$(printf '%s\\n' "$one" | sed 's,^https://,${origin}/,')"; done
exec /usr/bin/curl --noproxy '*' "$@"`
  for (const name of ['tr', 'sed']) tool(name, `exec /usr/bin/${name} "$@"`)
  if (curl) tool('curl', loopback)
  else {
    tool('apk', `printf '%s\\n' "$*" >"${folder}/apk"; mv "${folder}/later" "${folder}/curl"`)
    tool('later', loopback)
    tool('mv', 'exec /usr/bin/mv "$@"')
  }
  const script = releaseScript({ app: 'some-app', tokenVariable: 'SECRET_KEY' }).join('\n')
  const child = spawn('/bin/sh', ['-e', '-c', script], { env: { PATH: folder, SECRET_KEY: token } })
  const [exit, stdout, stderr] = await Promise.all([
    new Promise(resolve => child.once('close', resolve)),
    text(child.stdout),
    text(child.stderr),
  ])
  const read = (name: string) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name), 'utf8') : '')
  return { exit, stdout, stderr, heard, argv: read('argv'), apk: read('apk') }
}

const asked = ({ method, url, headers }: IncomingMessage) => ({
  method,
  url,
  authorization: headers.authorization,
  accept: headers.accept,
})

describe('The release', () => {
  test('reads the image’s id from the registry and gives it to the formation; the token is in no process list', async () => {
    const { exit, stdout, heard, argv, apk } = await release()
    expect(heard).toMatchObject([
      { method: 'GET', accept: 'application/vnd.docker.distribution.manifest.v2+json' },
      {
        method: 'PATCH',
        url: '/api.heroku.com/apps/some-app/formation',
        accept: 'application/vnd.heroku+json; version=3.docker-releases',
        body: JSON.stringify({ updates: [{ type: 'web', docker_image: MANIFEST.config.digest }] }),
      },
    ])
    expect([exit, stdout, apk]).toEqual([0, `Released ${MANIFEST.config.digest}\n`, ''])
    expect(argv).toContain('--fail')
    expect(argv).not.toContain('canary')
  })

  test('reads a manifest on one line, its keys in another order', async () => {
    const { layers, config, ...rest } = MANIFEST
    const { exit, heard } = await release({ manifest: JSON.stringify({ layers, config, ...rest }) })
    expect([exit, heard[1]?.body]).toEqual([0, expect.stringContaining(MANIFEST.config.digest)])
  })

  test('fetches curl where the image has none', async () => {
    const { exit, apk, heard } = await release({ curl: false })
    expect([exit, apk, heard.length]).toEqual([0, 'add --no-cache curl\n', 2])
  })

  test.each([
    ['the token is refused', { token: 'other' }, '401'],
    ['the registry has an image of another kind', { manifest: '{"manifests": []}' }, 'no image that can be released'],
  ])('fails where %s, and changes nothing', async (_, world, says) => {
    const { exit, stderr, heard } = await release(world)
    expect(exit).not.toBe(0)
    expect(stderr).toContain(says)
    expect(heard.map(({ method }) => method)).toEqual(['GET'])
  })

  test('has nothing that CircleCI would take for a parameter', () => {
    expect(releaseScript({ app: 'some-app', tokenVariable: 'K' }).join('\n')).not.toContain('<<')
  })
})
