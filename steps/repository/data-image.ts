import { DOCKERFILE, type Dockerfile, type Instruction, readDockerfile } from '../../src/answers/forms/dockerfile.ts'
import { isUpstreams } from '../../src/answers/upstream.ts'
import { type Action, defineStep } from '../../src/engine/step.ts'
import { withImage, withoutImage } from './dockerfile-edits.ts'
import { servants } from './dockerfile-servants.ts'
import { takeBack } from './take-back.ts'

/** What there is and what is to be. */
interface State {
  readonly images: readonly string[]
  readonly wanted: string | undefined
  readonly from: string
  /** Undefined where only a person can change it. */
  readonly to: string | undefined
}

export const dataImage = defineStep({
  id: 'repository.data-image',
  title: 'Decide on the image whose data is copied in',
  why: 'Every build pulls that image, so a build fails where it is gone. The one that upstream copies is an example of depending on outside data: a fork may have its own, or none.',
  section: 'Setup',
  document: `“There’s one \`COPY --from\` line in our \`Dockerfile\` to edit to remove that.”`,
  today:
    'It is more than that line: the stage that stands for the image, and the volume, variables and labels that serve it alone, go with it (comments stay). Docker Hub ends automated builds on 2027-04-01: what they made stays, and nobody renews it.',
  uses: ['dataImage'],
  local: true,

  async look({ answers, file }) {
    const from = file(DOCKERFILE)
    const wanted = answers.dataImage
    if (from === undefined) return { is: 'present', state: nothing(wanted), notes: notHere(wanted) }
    const dockerfile = readDockerfile(from)
    const images = imagesOf(dockerfile)
    // The answer is read from this very file: where it has an image and the answer none, that was taken back.
    const isSo = images.length === 0 || (wanted !== undefined && images.includes(wanted))
    const state = { images, wanted, from, to: isSo ? from : changed(from, images, wanted) }
    if (isSo) return { is: 'present', state, notes: notesOn(dockerfile, images, wanted) }
    const [first, ...more] = images
      .filter(image => !isUpstreams('dataImage', image))
      .map(found => ({ what: `the image that ${DOCKERFILE} copies`, expected: wanted ?? 'none', found }))
    if (first !== undefined) return { is: 'differs', state, how: [first, ...more] }
    return { is: 'missing', state, partly: `${DOCKERFILE} copies ${images.join(', ')}` }
  },

  // What an empty world needs is decided by the Dockerfile that is there.
  actions: (_, seen) => (seen !== undefined && 'state' in seen && seen.state ? change(seen.state) : []),

  undo: () => [takeBack(DOCKERFILE)],
})

const nothing = (wanted: string | undefined): State => ({ images: [], wanted, from: '', to: '' })

const imagesOf = ({ sources }: Dockerfile): readonly string[] => [...new Set(sources.map(({ image }) => image))]

/** Of several images nobody said which is meant. */
function changed(from: string, images: readonly string[], wanted: string | undefined): string | undefined {
  if (images.length !== 1) return undefined
  return wanted === undefined ? withoutImage(from) : withImage(from, wanted)
}

function change({ images, wanted, from, to }: State): readonly Action[] {
  if (from === to) return []
  const old = images.join(', ')
  const does =
    wanted === undefined
      ? `take ${old} and what serves it alone out of ${DOCKERFILE}`
      : `make ${DOCKERFILE} copy ${wanted}, not ${old}`
  if (to !== undefined) return [{ kind: 'edit', key: 'change', does, file: DOCKERFILE, from, to }]
  const instructions = [`In an editor, ${does}: the wizard cannot tell which lines would have to change.`]
  return [{ kind: 'person', key: 'by-hand', does, who: 'whoever has the checkout', instructions }]
}

const notHere = (wanted: string | undefined): readonly string[] =>
  wanted === undefined ? [] : [`There is no ${DOCKERFILE} here that can be read: nothing copies ${wanted}.`]

/** What the Dockerfile really depends on. */
function notesOn(dockerfile: Dockerfile, images: readonly string[], wanted: string | undefined): readonly string[] {
  const bases = new Set(
    dockerfile.stages.filter(({ image }) => !isStage(image, dockerfile)).map(({ image, written }) => image || written),
  )
  for (const image of images) bases.add(image)
  const unused = wanted !== undefined && images.length === 0
  return [
    `${DOCKERFILE} depends on ${[...bases].filter(base => base !== 'scratch').join(', ') || 'no image'}.`,
    ...(images.length > 0 ? [`For ${images.join(', ')} alone it has ${listed(servants(dockerfile))}.`] : []),
    ...(unused ? [`It copies no image in, though dataImage is ${wanted}: --set dataImage= says so.`] : []),
    ...images.filter(image => isUpstreams('dataImage', image)).map(renewedByNobody),
  ]
}

const isStage = (image: string, { stages }: Dockerfile) => stages.some(({ name }) => name === image.toLowerCase())

/** "FROM (line 3), COPY (lines 7, 9)". */
function listed(instructions: readonly Instruction[]): string {
  const verbs = [...new Set(instructions.map(({ verb }) => verb))]
  return verbs
    .map(verb => {
      const lines = instructions.filter(one => one.verb === verb).map(({ begin }) => begin + 1)
      return `${verb} (line${lines.length === 1 ? '' : 's'} ${lines.join(', ')})`
    })
    .join(', ')
}

/** facts/docker-hub.md 0 */
const renewedByNobody = (image: string) =>
  `${image} was made by Docker Hub’s automated builds, which end on 2027-04-01: what is there stays, nobody renews it. To do without: --set dataImage=`
