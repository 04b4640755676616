import { createHash } from 'node:crypto'

/** Images of others that a build and a look at the pull limit need, each with its tags. */
const IMAGES: Readonly<Record<string, readonly string[]>> = {
  'pennocktech/ci': ['latest', 'purple'],
  'philpennock/poetry': ['latest'],
  'library/golang': ['latest', '1.25', '1.14.3', '1.14.6', 'alpine'],
  'library/docker': ['latest', '19.03.12-git', '18.06.0-ce-git'],
  'google/cloud-sdk': ['latest'],
  'cimg/base': ['current', 'stable'],
  'cimg/go': ['1.19', '1.24', '1.25', '1.26'],
  'library/alpine': ['latest'],
  'ratelimitpreview/test': ['latest'],
}

/** The public repositories that every world begins with. */
export const PUBLIC = Object.entries(IMAGES).map(([path, tags]) => {
  const [namespace = '', name = ''] = path.split('/')
  return {
    namespace,
    name,
    tags: tags.map(tag => tagOf(namespace, name, tag)),
  }
})

/** A tag of somebody else's public image. */
export function tagOf(namespace: string, name: string, tag: string) {
  return { name: tag, digest: digestOf(`${namespace}/${name}:${tag}`), pushedBy: namespace }
}

/** The digest of a manifest. */
export function digestOf(text: string): string {
  return `sha256:${createHash('sha256').update(text).digest('hex')}`
}
