import type { Candidate } from '../candidate.ts'

export const DOCKERFILE = 'build/Dockerfile'

/** The longest image that is worth reading; defaults that name each other could grow for ever. */
const LONGEST = 300

interface Stage {
  readonly image: string
  readonly name: string | undefined
  /** Nothing follows FROM, so the stage is just another name for its image. */
  isBare: boolean
}

/**
 * The images whose data the Dockerfile copies in: `COPY --from=IMAGE`, where IMAGE is no stage, or is a stage that does
 * nothing but name an image (the only way to have a variable there).
 */
export function fromDockerfile(text: string): readonly Candidate[] {
  const defaults = new Map<string, string>()
  const stages: Stage[] = []
  const sources: string[] = []
  for (const [verb, rest] of instructions(text)) {
    if (verb === 'FROM') stages.push(stageOf(rest, defaults))
    else if (verb === 'ARG') declare(rest, stages.length === 0, defaults)
    else {
      const stage = stages.at(-1)
      if (stage) stage.isBare = false
      const source = verb === 'COPY' ? /(?:^|\s)--from=(\S+)/.exec(rest)?.[1] : undefined
      if (source) sources.push(source)
    }
  }
  const images = sources.map(source => imageOf(source, stages)).filter(image => image !== undefined)
  return [...new Set(images)].map(value => ({ key: 'dataImage', value, from: DOCKERFILE }))
}

/** Instructions with what follows them; lines that end in a backslash go on, comments do not count. */
function instructions(text: string): readonly (readonly [verb: string, rest: string])[] {
  const lines = text.split(/\r?\n/).filter(line => !/^\s*#/.test(line))
  return lines
    .join('\n')
    .replace(/\\\n/g, ' ')
    .split('\n')
    .map(line => {
      const [verb = '', ...rest] = line.trim().split(/\s+/)
      return [verb.toUpperCase(), rest.join(' ')] as const
    })
    .filter(([verb]) => verb !== '')
}

function stageOf(rest: string, defaults: ReadonlyMap<string, string>): Stage {
  const [image = '', as = '', name] = rest.split(' ').filter(word => !word.startsWith('--'))
  return { image: expand(image, defaults), name: /^as$/i.test(as) ? name?.toLowerCase() : undefined, isBare: true }
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

function imageOf(source: string, stages: readonly Stage[]): string | undefined {
  const stage = stages.find(({ name }, index) => name === source.toLowerCase() || String(index) === source)
  if (stage === undefined) return source.includes('$') ? undefined : source
  const isImage =
    stage.isBare && stage.image !== 'scratch' && !stages.some(({ name }) => name === stage.image.toLowerCase())
  return isImage && stage.image ? stage.image : undefined
}
