import {
  CI_CONFIG,
  type Entries,
  entriesOf,
  isLiteral,
  itemsOf,
  readCiConfig,
  valuesOf,
} from '../../src/answers/forms/ci-config.ts'
import { DOCKERFILE, readDockerfile } from '../../src/answers/forms/dockerfile.ts'
import { type Cause, SetupError } from '../../src/clouds/cause.ts'
import { DOCKER_HUB } from '../../src/clouds/docker-hub.ts'
import { textAt } from '../../src/clouds/json.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { defineStep, type Look } from '../../src/engine/step.ts'
import { path } from '../../src/engine/text.ts'

/** An image that a build pulls. */
interface Needed {
  readonly image: string
  /** The file that names it. */
  readonly file: string
  /** CI pulls it too, so its first run fails where the image is gone. */
  readonly inCi: boolean
}

export const buildImages = defineStep({
  id: 'repository.build-images',
  title: 'Check that the images which the build pulls still exist',
  why: 'CI’s first run pulls them before it does anything else: where one is gone, the run fails whatever else was set up.',
  section: 'Build Dependencies',
  document:
    'pennocktech/ci for building in CI, the official golang as the builder (CI overrides it with its own), philpennock/poetry for the data',
  today:
    'All of them are pulled from Docker Hub, so each name is looked up there, without a sign-in. One that CI pulls and that is gone is a failure, told before CI is tried; what could not be looked up is a note. Nothing is changed.',
  uses: ['dataImage'],

  async look(look) {
    const found = await Promise.all(needed(look).map(async one => ({ ...one, ...(await check(one, look)) })))
    const gone = found.filter(one => one.reply !== undefined)
    const inCi = gone.filter(one => one.inCi)
    if (inCi.length > 0) return { is: 'unknown', cause: imagesGone(inCi) }
    const notes = [
      ...gone.map(({ image, file }) => `Docker Hub has no ${image} (${file}): CI uses another, a build here needs it.`),
      ...found.flatMap(({ image, unchecked }) => (unchecked ? [`${image} was not looked up: ${unchecked}`] : [])),
    ]
    return { is: 'present', state: undefined, notes }
  },

  actions: () => [],
  undo: () => [],
})

/** No build pulls more, and none is to make us ask for more. */
const MOST_IMAGES = 100

/** Every image that a build pulls, once. */
function needed({ answers, file }: Look<'dataImage'>): readonly Needed[] {
  const config = readCiConfig(file(CI_CONFIG) ?? '')
  const machines = [...valuesOf(config.get('executors')), ...valuesOf(config.get('jobs'))].map(entriesOf)
  const all = [
    ...ofExecutors(machines),
    ...ofDockerfile(file(DOCKERFILE) ?? '', overrides(machines), answers.dataImage),
  ]
  return [...new Set(all.map(({ image }) => image))].slice(0, MOST_IMAGES).flatMap(image => {
    const same = all.filter(one => one.image === image)
    const [first] = same
    return first ? [{ ...first, inCi: same.some(({ inCi }) => inCi) }] : []
  })
}

/** The images that CI's jobs run in. */
const ofExecutors = (machines: readonly Entries[]): readonly Needed[] =>
  machines
    .flatMap(machine => itemsOf(machine.get('docker')))
    .map(one => entriesOf(one).get('image'))
    .filter(image => typeof image === 'string' && image !== '')
    .map(image => ({ image: String(image), file: CI_CONFIG, inCi: true }))

/** What CI's jobs put in for the ARGs of the Dockerfile: the build script takes DOCKER_NAME for the ARG of that name. */
const overrides = (machines: readonly Entries[]): ReadonlyMap<unknown, unknown> =>
  new Map(machines.flatMap(machine => [...entriesOf(machine.get('environment'))]))

/** The images of the Dockerfile, and what CI takes in their place. The one with the data is the one that was decided on. */
function ofDockerfile(text: string, given: ReadonlyMap<unknown, unknown>, dataImage: string | undefined) {
  const { stages, sources } = readDockerfile(text)
  const data = new Set(sources.map(({ image }) => image))
  const names = new Set(stages.map(({ name }) => name))
  const bases = stages.filter(({ image }) => image !== 'scratch' && !names.has(image.toLowerCase()) && !data.has(image))
  const copied = data.size > 0 && dataImage !== undefined ? [dataImage] : [...data]
  const inFile = (image: string, inCi: boolean): Needed => ({ image, file: DOCKERFILE, inCi })
  return [
    ...bases.flatMap(({ image, written }) => {
      const instead = given.get(`DOCKER_${/^\$\{?(\w+)\}?$/.exec(written)?.[1]}`)
      const own = image === '' ? [] : [inFile(image, !isLiteral(instead))]
      return isLiteral(instead) ? [...own, { image: instead, file: CI_CONFIG, inCi: true }] : own
    }),
    ...copied.map(image => inFile(image, true)),
  ]
}

/** What Docker Hub said where it has no such image; or why it was not asked or did not tell. */
interface Found {
  readonly reply?: VendorReply
  readonly unchecked?: string
}

async function check({ image }: Needed, look: Look<'dataImage'>): Promise<Found> {
  if (!isLiteral(image)) return { unchecked: 'its name is known only when CI runs.' }
  const at = onDockerHub(image)
  if (at === undefined) return { unchecked: 'it is no tag on Docker Hub.' }
  try {
    const { namespace, name, tag } = at
    const reply = await look.read('docker-hub', path`/v2/namespaces/${namespace}/repositories/${name}/tags/${tag}`)
    if (reply.status === 404) return { reply }
    return reply.status < 300 ? {} : { unchecked: DOCKER_HUB.means(reply).means }
  } catch (error) {
    if (!(error instanceof SetupError)) throw error
    return { unchecked: error.cause.means }
  }
}

/** Where an image lies, if it has a tag on Docker Hub; a first part that could be a host's name is one, as for docker. */
function onDockerHub(image: string) {
  const parts = image.replace(/^(?:index\.)?docker\.io\//, '').split('/')
  const [last = '', ...before] = parts.toReversed()
  const [name = '', tag = 'latest'] = last.split(':')
  const [namespace = 'library', ...more] = before
  if (image.includes('@') || more.length > 0 || /[.:]|^localhost$/.test(namespace)) return undefined
  return { namespace, name, tag }
}

function imagesGone(gone: readonly (Needed & Found)[]): Cause {
  const [first] = gone
  const names = gone.map(({ image, file }) => `${image} (${file})`).join(', ')
  return {
    code: 'image-gone',
    ...(first?.reply && { asked: first.reply.asked, said: saidBy(first.reply) }),
    means: `Docker Hub has no ${names}, for anybody or for whoever is signed in: CI’s first run would fail on it.`,
    next: 'Name an image that is there, in the file beside it, or ask its owner to publish it; then run again.',
  }
}

const saidBy = ({ status, body }: VendorReply): string =>
  `${status} ${textAt(body, 'message') ?? textAt(body, 'detail') ?? ''}`.trim()
