import type { Candidate } from '../candidate.ts'
import { DOCKERFILE, readDockerfile } from '../forms/dockerfile.ts'

/** The images whose data the Dockerfile copies in. */
export function fromDockerfile(text: string): readonly Candidate[] {
  const images = readDockerfile(text).sources.map(({ image }) => image)
  return [...new Set(images)].map(value => ({ key: 'dataImage', value, from: DOCKERFILE }))
}
