/** The images that CI's jobs run in and that the Dockerfile builds from. */
import { CI_CONFIG, entriesOf, isLiteral, readCiConfig, valuesOf } from './ci-config.ts'
import { ciJobs } from './ci-jobs.ts'
import { DOCKERFILE, readDockerfile } from './dockerfile.ts'

/** An image that a build pulls. */
export interface NeededImage {
  readonly image: string
  /** The file that names it. */
  readonly file: string
  /** CI pulls it too, so its first run fails where the image is gone. */
  readonly inCi: boolean
}

/** No build pulls more, and none is to make us ask for more. */
const MOST_IMAGES = 100

/**
 * Every image that a build pulls, once, in the files' order.
 * @param dataImage the image with the data, where it was decided on
 */
export function neededImages(
  { config = '', dockerfile = '' }: { readonly config?: string | undefined; readonly dockerfile?: string | undefined },
  dataImage: string | undefined,
): readonly NeededImage[] {
  const all = [...ofJobs(config), ...ofDockerfile(dockerfile, overrides(config), dataImage)]
  return [...new Set(all.map(({ image }) => image))].slice(0, MOST_IMAGES).flatMap(image => {
    const same = all.filter(one => one.image === image)
    const [first] = same
    return first ? [{ ...first, inCi: same.some(({ inCi }) => inCi) }] : []
  })
}

/** The images that CI's jobs run in: a job that no workflow runs yet may be brought back. */
const ofJobs = (config: string): readonly NeededImage[] =>
  ciJobs(config).flatMap(({ images }) => images.map(image => ({ image, file: CI_CONFIG, inCi: true })))

/** What CI's jobs put in for the ARGs of the Dockerfile: the build script takes DOCKER_NAME for the ARG of that name. */
function overrides(text: string): ReadonlyMap<unknown, unknown> {
  const config = readCiConfig(text)
  const machines = [...valuesOf(config.get('executors')), ...valuesOf(config.get('jobs'))].map(entriesOf)
  return new Map(machines.flatMap(machine => [...entriesOf(machine.get('environment'))]))
}

/** The images of the Dockerfile, and what CI takes in their place. The one with the data is the one that was decided on. */
function ofDockerfile(text: string, given: ReadonlyMap<unknown, unknown>, dataImage: string | undefined) {
  const { stages, sources } = readDockerfile(text)
  const data = new Set(sources.map(({ image }) => image))
  const names = new Set(stages.map(({ name }) => name))
  const bases = stages.filter(({ image }) => image !== 'scratch' && !names.has(image.toLowerCase()) && !data.has(image))
  const copied = data.size > 0 && dataImage !== undefined ? [dataImage] : [...data]
  const inFile = (image: string, inCi: boolean): NeededImage => ({ image, file: DOCKERFILE, inCi })
  return [
    ...bases.flatMap(({ image, written }) => {
      const instead = given.get(`DOCKER_${/^\$\{?(\w+)\}?$/.exec(written)?.[1]}`)
      const own = image === '' ? [] : [inFile(image, !isLiteral(instead))]
      return isLiteral(instead) ? [...own, { image: instead, file: CI_CONFIG, inCi: true }] : own
    }),
    ...copied.map(image => inFile(image, true)),
  ]
}

/** Where an image is, if it has a tag on Docker Hub; a first part that could be a host's name is one, as for docker. */
export function onDockerHub(
  image: string,
): { readonly namespace: string; readonly name: string; readonly tag: string } | undefined {
  const parts = image.replace(/^(?:(?:index|registry-1)\.)?docker\.io\//, '').split('/')
  const [last = '', ...before] = parts.toReversed()
  const [name = '', tag = 'latest'] = last.split(':')
  const [namespace = 'library', ...more] = before
  if (!isLiteral(image) || image.includes('@') || more.length > 0 || /[.:]|^localhost$/.test(namespace))
    return undefined
  return { namespace, name, tag }
}
