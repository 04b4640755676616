// Plays `docker build` and `docker push` for tests: what is built is kept in the home folder, and the manifest goes to
// the simulated registry that HEROKU_HOST names, with the sign-in of DOCKER_CONFIG as docker itself takes it.
import { createHash } from 'node:crypto'
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { HOME = '', DOCKER_CONFIG = join(HOME, '.docker'), HEROKU_HOST = '', DOCKER_BUILDKIT = '' } = process.env
/** Which builder it is: BuildKit by the buildx plugin unless told, docker's own where that is off, or podman. */
const { PLAYED_BUILDER = DOCKER_BUILDKIT === '0' ? 'legacy' : 'buildkit' } = process.env
const IMAGES = join(HOME, 'docker-images.json')
const images = existsSync(IMAGES) ? JSON.parse(readFileSync(IMAGES, 'utf8')) : {}
const [verb, ...given] = process.argv.slice(2)

/** docker itself tries a push several times. */
const ATTEMPTS = 3
const PATIENCE_MS = 1_000

/** The options of each builder that decide about the format, as its help has them; it knows no others. */
const KNOWN = {
  buildkit: ['platform', 'provenance', 'sbom', 'output'],
  legacy: ['platform'],
  podman: ['platform', 'format', 'output'],
}
const HELP = {
  platform: '--platform string   Set target platform for build',
  provenance: '--provenance string   Shorthand for "--attest=type=provenance"',
  sbom: '--sbom string   Shorthand for "--attest=type=sbom"',
  output: '-o, --output stringArray   Output destination',
  format: "--format format   format of the built image's manifest and metadata",
}

function build() {
  const known = KNOWN[PLAYED_BUILDER]
  if (given.includes('--help')) return process.stdout.write(known.map(name => `      ${HELP[name]}\n`).join(''))
  const unknown = Object.keys(HELP).find(name => !known.includes(name) && has(`--${name}`))
  if (unknown !== undefined) return fail(`unknown flag: --${unknown}`, 125)
  const mediaType = FORMAT[PLAYED_BUILDER]()
  // Where the id goes makes no other image; nor, so that runs can be compared, an edit of CI's config beside the build,
  // after which git calls the version dirty.
  const asked = given.filter(one => !one.startsWith('--iidfile=')).map(one => one.replace(/-dirty\b/, ''))
  images[given[given.indexOf('--tag') + 1]] = {
    schemaVersion: 2,
    mediaType,
    ...(/manifest\.(v1|v2)\+json$/.test(mediaType) && {
      config: { size: 2, digest: `sha256:${createHash('sha256').update(asked.join(' ')).digest('hex')}` },
    }),
  }
  writeFileSync(IMAGES, JSON.stringify(images))
  const iidfile = given.find(one => one.startsWith('--iidfile='))?.slice('--iidfile='.length)
  if (iidfile !== undefined)
    writeFileSync(iidfile, images[given[given.indexOf('--tag') + 1]].config?.digest ?? 'sha256:0')
}

const has = word => given.some(one => one.includes(word))
const SCHEMA_2 = 'application/vnd.docker.distribution.manifest.v2+json'
const OCI = 'application/vnd.oci.image.manifest.v1+json'

/** What each writes, by its arguments (facts/heroku.md 4). */
const FORMAT = {
  legacy: () => SCHEMA_2,
  podman: () => (has('--format=docker') ? SCHEMA_2 : OCI),
  // An index where there are attestations, else a manifest.
  buildkit: () => {
    const isDocker = has('oci-mediatypes=false')
    const isPlain = has('--provenance=false') && has('--sbom=false') && has('--platform=linux/amd64')
    if (isPlain) return isDocker ? SCHEMA_2 : OCI
    return isDocker
      ? 'application/vnd.docker.distribution.manifest.list.v2+json'
      : 'application/vnd.oci.image.index.v1+json'
  },
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

function fail(said, code = 1) {
  process.stderr.write(`${said}\n`)
  process.exitCode = code
}

if (verb === 'build') build()
else if (verb === 'push') await push()
else fail(`the tests do not play docker ${verb}`)
