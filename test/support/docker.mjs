// Plays `docker build` and `docker push` for tests: what is built is kept in the home folder, and the manifest goes to
// the simulated registry that HEROKU_HOST names, with the sign-in of DOCKER_CONFIG as docker itself takes it.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { HOME = '', DOCKER_CONFIG = join(HOME, '.docker'), HEROKU_HOST = '' } = process.env
const IMAGES = join(HOME, 'docker-images.json')
const images = existsSync(IMAGES) ? JSON.parse(readFileSync(IMAGES, 'utf8')) : {}
const [verb, ...given] = process.argv.slice(2)

/** docker itself tries a push several times. */
const ATTEMPTS = 3
const PATIENCE_MS = 1_000

/** What BuildKit writes, by its arguments: an index where there are attestations, else a manifest (facts/heroku.md 4). */
function build() {
  const has = word => given.some(one => one.includes(word))
  const isDocker = has('oci-mediatypes=false')
  const isPlain = has('--provenance=false') && has('--sbom=false') && has('--platform=linux/amd64')
  const kind = isDocker ? 'application/vnd.docker.distribution.manifest' : 'application/vnd.oci.image'
  images[given[given.indexOf('--tag') + 1]] = {
    schemaVersion: 2,
    mediaType: `${kind}${isPlain ? (isDocker ? '.v2' : '.manifest.v1') : isDocker ? '.list.v2' : '.index.v1'}+json`,
    ...(isPlain && {
      config: { size: 2, digest: `sha256:${createHash('sha256').update(given.join(' ')).digest('hex')}` },
    }),
  }
  writeFileSync(IMAGES, JSON.stringify(images))
}

async function push() {
  const image = given.at(-1)
  const manifest = images[image]
  if (manifest === undefined) return fail(`An image does not exist locally with the tag: ${image}`)
  const [, host, path, tag] = /^([^/]+)\/(.+):([^:]+)$/.exec(image)
  const file = join(DOCKER_CONFIG, 'config.json')
  const auth = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')).auths?.[host]?.auth : undefined
  const send = () =>
    fetch(`${HEROKU_HOST}/v2/${path}/manifests/${tag}`, {
      method: 'PUT',
      redirect: 'manual',
      signal: AbortSignal.timeout(PATIENCE_MS),
      headers: { 'content-type': manifest.mediaType, ...(auth && { authorization: `Basic ${auth}` }) },
      body: JSON.stringify(manifest),
    })
  for (let attempt = 1; ; attempt += 1) {
    const answer = await send().catch(error => ({ status: 0, text: async () => String(error) }))
    if (answer.status === 201) return
    const isOver = attempt === ATTEMPTS || (answer.status >= 300 && answer.status < 500 && answer.status !== 429)
    if (isOver) return fail(`error from registry: ${answer.status} ${await words(answer)}`)
  }
}

/** An answer that never ends has no words. */
const words = async answer => (await answer.text().catch(() => '')).slice(0, 200)

function fail(said) {
  process.stderr.write(`${said}\n`)
  process.exitCode = 1
}

if (verb === 'build') build()
else if (verb === 'push') await push()
else fail(`the tests do not play docker ${verb}`)
