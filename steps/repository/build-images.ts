import { CI_CONFIG, isLiteral } from '../../src/answers/forms/ci-config.ts'
import { DOCKERFILE } from '../../src/answers/forms/dockerfile.ts'
import { type NeededImage, neededImages, onDockerHub } from '../../src/answers/forms/images.ts'
import { type Cause, SetupError } from '../../src/clouds/cause.ts'
import { DOCKER_HUB } from '../../src/clouds/docker-hub.ts'
import { textAt } from '../../src/clouds/json.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { defineStep, type Look } from '../../src/engine/step.ts'
import { path } from '../../src/engine/text.ts'

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

/** The images that the checkout's files name. */
const needed = ({ answers, file }: Look<'dataImage'>) =>
  neededImages({ config: file(CI_CONFIG), dockerfile: file(DOCKERFILE) }, answers.dataImage)

/** What Docker Hub said where it has no such image; or why it was not asked or did not tell. */
interface Found {
  readonly reply?: VendorReply
  readonly unchecked?: string
}

async function check({ image }: NeededImage, look: Look<'dataImage'>): Promise<Found> {
  if (!isLiteral(image)) return { unchecked: 'its name is known only when CI runs.' }
  const at = onDockerHub(image)
  if (at === undefined)
    return {
      unchecked: image.includes('@') ? 'it is named by its digest.' : 'it is in another registry than Docker Hub.',
    }
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

function imagesGone(gone: readonly (NeededImage & Found)[]): Cause {
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
