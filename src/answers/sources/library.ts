import type { Candidate } from '../candidate.ts'
import type { AnswerKey } from '../schema.ts'

export const LIBRARY = 'build/common.lib.sh'

/** The variables of the library that are answers. */
const VARIABLES: Readonly<Record<string, AnswerKey>> = {
  GITHUB_PROJECT: 'githubProject',
  DOCKER_PROJECT: 'dockerHubRepository',
  HEROKU_APP: 'herokuApp',
  GCR_HOST: 'registryHost',
  GCR_PROJECT: 'googleProject',
  GCR_IMAGE_NAME: 'imageName',
}

/**
 * The lines `: "${NAME:=value}"` that the library promises to be readable by a simple pattern. A value that the shell
 * would still work on is none. Of two lines the first counts, as in the shell.
 */
const LINE = /^: "\$\{(\w+):?=([^}$`"\\\r\n]+)\}"[ \t]*(?:#.*)?\r?$/gm

export function fromLibrary(text: string): readonly Candidate[] {
  return [...text.matchAll(LINE)].flatMap(([, name = '', value = '']) => {
    const key = Object.hasOwn(VARIABLES, name) ? VARIABLES[name] : undefined
    return key ? [{ key, value, from: LIBRARY }] : []
  })
}
