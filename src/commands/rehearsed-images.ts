import { CI_CONFIG } from '../answers/forms/ci-config.ts'
import { DOCKERFILE } from '../answers/forms/dockerfile.ts'
import { neededImages, onDockerHub } from '../answers/forms/images.ts'
import type { Known } from '../answers/schema.ts'
import { readInside } from '../clouds/repo.ts'
import { addPublicImage, REPOSITORY_NAME } from '../rehearsal/docker-hub/world.ts'
import type { World } from '../rehearsal/world.ts'

/**
 * Puts the images that a checkout's files name into the simulated Docker Hub, whatever the real one has; the one that is
 * to be set up is not among them.
 * @returns their names
 */
export function takeImagesAsThere(
  { dockerHub }: World,
  { dockerHubRepository, dataImage }: Pick<Known, 'dockerHubRepository' | 'dataImage'>,
  folder: string,
): readonly string[] {
  const files = { config: readInside(folder, CI_CONFIG), dockerfile: readInside(folder, DOCKERFILE) }
  return neededImages(files, dataImage).flatMap(({ image }) => {
    const at = onDockerHub(image)
    const isOwn = at !== undefined && `${at.namespace}/${at.name}` === dockerHubRepository
    if (at === undefined || isOwn || !REPOSITORY_NAME.test(at.name)) return []
    addPublicImage(dockerHub, at)
    return [image]
  })
}
