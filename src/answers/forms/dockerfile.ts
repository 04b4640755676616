/** The form of a Dockerfile, as far as it tells which images go in: what the answer is read from, and what is changed in it. */

import { readOnce } from './read-once.ts'

export const DOCKERFILE = 'build/Dockerfile'

/** The longest image that is worth reading; defaults that name each other could grow for ever. */
const LONGEST = 300

export interface Instruction {
  readonly verb: string
  /** What follows, with single blanks between the words and without comments. */
  readonly rest: string
  /** Its first line, counted from 0, and the one after its last. */
  readonly begin: number
  readonly end: number
}

interface Stage {
  readonly from: Instruction
  /** The image as it is written, and with the defaults put in; empty where those are not known. */
  readonly written: string
  readonly image: string
  readonly name: string | undefined
  /** Nothing follows FROM, so the stage is just another name for its image. */
  readonly isBare: boolean
}

/** An image whose data is copied in, with the copying line and the stage that stands for the image, where one does. */
export interface Source {
  readonly image: string
  readonly copy: Instruction
  readonly stage: Stage | undefined
}

export interface Dockerfile {
  readonly lines: readonly string[]
  readonly instructions: readonly Instruction[]
  readonly stages: readonly Stage[]
  /** `COPY --from=IMAGE`, where IMAGE is no stage, or is a stage that does nothing but name an image (the only way to have a variable there). */
  readonly sources: readonly Source[]
}

export const readDockerfile = readOnce((text): Dockerfile => {
  const lines = text.split('\n')
  const instructions = instructionsOf(lines)
  const stages = stagesOf(instructions)
  const names = namesOf(stages)
  const sources = instructions
    .filter(({ verb }) => verb === 'COPY')
    .flatMap(copy => {
      const written = /(?:^|\s)--from=(\S+)/.exec(copy.rest)?.[1]
      return written === undefined ? [] : sourceOf(written, copy, stages, names)
    })
  return { lines, instructions, stages, sources }
})

/** The names that a text puts in. */
export const variablesIn = (text: string): readonly string[] =>
  [...text.matchAll(/\$\{(\w+)|\$(\w+)/g)].map(([, braced, plain]) => braced ?? plain ?? '')

/**
 * Instructions: lines that end in a backslash go on, comments and empty lines do not count, and a here-document belongs
 * to its instruction.
 */
function instructionsOf(lines: readonly string[]): readonly Instruction[] {
  const found: Instruction[] = []
  const lastAt = new Map(lines.map((line, index) => [line.trim(), index]))
  for (let begin = 0, end = 0; begin < lines.length; begin = end) {
    const words: string[] = []
    let goesOn = true
    for (; goesOn && end < lines.length; end += 1) {
      const line = lines[end] ?? ''
      goesOn = /^\s*(?:#|$)/.test(line) ? words.length > 0 : /\\\s*$/.test(line)
      if (!/^\s*#/.test(line)) for (const word of wordsOf(line)) words.push(word)
    }
    const [verb = '', ...rest] = words
    if (verb === '') continue
    if (/^(?:RUN|COPY|ADD)$/i.test(verb)) end = afterHereDocuments(lines, lastAt, end, rest)
    found.push({ verb: verb.toUpperCase(), rest: rest.join(' '), begin, end })
  }
  return found
}

const wordsOf = (line: string) =>
  line
    .replace(/\\\s*$/, '')
    .split(/\s+/)
    .filter(word => word !== '')

/** The line after the here-documents that the words begin; one without an end is none. */
function afterHereDocuments(
  lines: readonly string[],
  lastAt: ReadonlyMap<string, number>,
  after: number,
  words: readonly string[],
): number {
  const marks = words.flatMap(word => /^\d*<<-?(["']?)([A-Za-z_]\w*)\1$/.exec(word)?.[2] ?? [])
  return marks.reduce((from, mark) => {
    if ((lastAt.get(mark) ?? -1) < from) return from
    let at = from
    while (lines[at]?.trim() !== mark) at += 1
    return at + 1
  }, after)
}

function stagesOf(instructions: readonly Instruction[]): readonly Stage[] {
  const defaults = new Map<string, string>()
  const stages: { -readonly [Key in keyof Stage]: Stage[Key] }[] = []
  for (const instruction of instructions) {
    const stage = stages.at(-1)
    if (instruction.verb === 'FROM') stages.push(stageOf(instruction, defaults))
    else if (instruction.verb === 'ARG') declare(instruction.rest, stage === undefined, defaults)
    else if (stage) stage.isBare = false
  }
  return stages
}

function stageOf(from: Instruction, defaults: ReadonlyMap<string, string>): Stage {
  const [written = '', as = '', name] = from.rest.split(' ').filter(word => !word.startsWith('--'))
  const isNamed = /^as$/i.test(as)
  return {
    from,
    written,
    image: expand(written, defaults),
    name: isNamed ? name?.toLowerCase() : undefined,
    isBare: true,
  }
}

/** Only defaults from before the first FROM count in a FROM. */
function declare(rest: string, isGlobal: boolean, defaults: Map<string, string>): void {
  const [, name, value] = /^(\w+)=(.*)$/.exec(rest) ?? []
  if (isGlobal && name && value !== undefined)
    defaults.set(name, expand(value.replace(/^(["'])(.*)\1$/, '$2'), defaults))
}

/** Puts the defaults in; what is not known or too long leaves nothing. */
function expand(text: string, defaults: ReadonlyMap<string, string>): string {
  const full = text
    .slice(0, LONGEST)
    .replace(/\$\{(\w+)\}|\$(\w+)/g, (_, braced, plain) => defaults.get(braced ?? plain) ?? '$')
  return full.length > LONGEST || full.includes('$') ? '' : full
}

/** The first stage of each name. */
const namesOf = (stages: readonly Stage[]): ReadonlyMap<string | undefined, Stage> =>
  new Map(stages.toReversed().map(stage => [stage.name, stage]))

function sourceOf(
  written: string,
  copy: Instruction,
  stages: readonly Stage[],
  names: ReadonlyMap<string | undefined, Stage>,
): readonly Source[] {
  const stage =
    names.get(written.toLowerCase()) ?? (/^(?:0|[1-9]\d*)$/.test(written) ? stages[Number(written)] : undefined)
  if (stage === undefined) return written.includes('$') ? [] : [{ image: written, copy, stage }]
  const { image, isBare } = stage
  const isImage = isBare && image !== 'scratch' && !names.has(image.toLowerCase())
  return isImage && image ? [{ image, copy, stage }] : []
}
