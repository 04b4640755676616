/** The form of dummyapp's build library: what answers are read from, and what a fork's names are written back into. */
import type { AnswerKey } from '../schema.ts'

export const LIBRARY = 'build/common.lib.sh'

/** The variables of the library that are answers. */
export const VARIABLES = {
  GITHUB_PROJECT: 'githubProject',
  DOCKER_PROJECT: 'dockerHubRepository',
  HEROKU_APP: 'herokuApp',
  GCR_HOST: 'registryHost',
  GCR_PROJECT: 'googleProject',
  GCR_IMAGE_NAME: 'imageName',
} as const satisfies Readonly<Record<string, AnswerKey>>

/** A line that gives a variable its usual value. */
export interface Line {
  readonly name: string
  readonly value: string
  /** Where the value begins in the text. */
  readonly at: number
  /** As people count lines, from 1. */
  readonly number: number
  /** Does it stand between the two lines that say EDIT THESE? */
  readonly isInBlock: boolean
  /** It also gives its value where an earlier line left the variable empty: `:=`, not `=`. */
  readonly fillsEmpty: boolean
}

/**
 * The lines `: "${NAME:=value}"` that the library promises to be readable by a simple pattern. A value that the shell
 * would still work on is none.
 */
const LINE = /^(: "\$\{(\w+)(:?)=)([^}$`"\\\r\n]*)\}"[ \t]*(?:#.*)?\r?$/s
const MARK = /^#.*\bEDIT THESE\b/

export function linesOf(text: string): readonly Line[] {
  // Only a line feed ends a line for the shell; in a pattern, `^` and `$` know others.
  const rows = text.split('\n')
  const begin = rows.findIndex(row => MARK.test(row))
  const end = rows.findIndex((row, index) => index > begin && MARK.test(row))
  let offset = 0
  return rows.flatMap((row, index) => {
    const start = offset
    offset += row.length + 1
    const [, head = '', name = '', colon, value = ''] = LINE.exec(row) ?? []
    if (name === '') return []
    const isInBlock = begin >= 0 && begin < index && index < end
    return [{ name, value, at: start + head.length, number: index + 1, isInBlock, fillsEmpty: colon === ':' }]
  })
}

/** The line that counts of those of one variable: as in the shell the first, and while that is empty, one that fills it. */
export const counting = (lines: readonly Line[], name: string): Line | undefined =>
  lines
    .filter(line => line.name === name)
    .reduce((counts: Line | undefined, line) => {
      const isTaken = counts !== undefined && (counts.value !== '' || !line.fillsEmpty)
      return isTaken ? counts : line
    }, undefined)
