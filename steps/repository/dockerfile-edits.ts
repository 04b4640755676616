import {
  type Dockerfile,
  type Instruction,
  readDockerfile,
  type Source,
  variablesIn,
} from '../../src/answers/forms/dockerfile.ts'
import { servants } from './dockerfile-servants.ts'

/**
 * The Dockerfile with another data image in the place of its own: in the default of the ARG that stands for it alone,
 * else in the FROM of its stage, else in the COPY.
 * @returns undefined where such a change does not do it
 */
export function withImage(text: string, image: string): string | undefined {
  const before = readDockerfile(text)
  const lines = [...before.lines]
  for (const [{ begin, end }, change] of new Map(before.sources.map(source => placeOf(source, before)))) {
    const changed = change(lines.slice(begin, end).join('\n'), image).split('\n')
    lines.splice(begin, changed.length, ...changed)
  }
  const to = lines.join('\n')
  const after = readDockerfile(to)
  const isDone = after.sources.length === before.sources.length && after.sources.every(one => one.image === image)
  return isDone ? to : undefined
}

/**
 * The Dockerfile without its data image and without what serves that alone. Comments stay.
 * @returns undefined where what is left would not build
 */
export function withoutImage(text: string): string | undefined {
  const before = readDockerfile(text)
  const gone = new Set(servants(before))
  const stages = before.stages.filter(({ from }) => gone.has(from))
  const kept = before.instructions.filter(one => !gone.has(one))
  const last = before.stages.at(-1)
  if (last === undefined || stages.includes(last)) return undefined
  if (stages.some(({ name }) => kept.some(one => usesStage(one, name)))) return undefined
  const isGone = new Set(
    [...gone].flatMap(({ begin, end }) => Array.from({ length: end - begin }, (_, at) => begin + at)),
  )
  const to = before.lines.filter((_, index) => !isGone.has(index)).join('\n')
  return readDockerfile(to).sources.length === 0 ? to : undefined
}

/** Does it build on, copy or mount from that stage, or from one by its number? Numbers shift when a stage goes. */
function usesStage({ verb, rest }: Instruction, name: string | undefined): boolean {
  const used = [...rest.matchAll(/(?:^|[\s,-])from=([^\s,]+)/g)].map(([, from = '']) => from.toLowerCase())
  const base =
    verb === 'FROM'
      ? rest
          .split(' ')
          .find(word => !word.startsWith('--'))
          ?.toLowerCase()
      : undefined
  return used.some(from => from === name || /^\d+$/.test(from)) || (name !== undefined && base === name)
}

type Change = (raw: string, image: string) => string

/** Where the image is written, and how another one is put there. */
function placeOf({ copy, stage }: Source, { instructions }: Dockerfile): readonly [Instruction, Change] {
  if (stage === undefined) return [copy, (raw, image) => raw.replace(/(--from=)[^\s\\]+/, (_, flag) => flag + image)]
  const [, braced, plain] = /^\$(?:\{(\w+)\}|(\w+))$/.exec(stage.written) ?? []
  const name = braced ?? plain
  const args = instructions.filter(
    ({ verb, rest, begin }) => verb === 'ARG' && begin < stage.from.begin && rest.startsWith(`${name}=`),
  )
  const arg = args.at(-1)
  const isShared = instructions.some(one => {
    const isOther = one !== stage.from && one !== arg && /^(?:FROM|ARG)$/.test(one.verb)
    return isOther && name !== undefined && variablesIn(one.rest).includes(name)
  })
  if (arg !== undefined && !isShared) return [arg, withDefault]
  return [stage.from, (raw, image) => raw.replace(/^(\s*FROM\s+(?:--\S+\s+)*)[^\s\\]+/i, (_, head) => head + image)]
}

/** The quotes stay. */
const withDefault: Change = (raw, image) =>
  raw.replace(/(=)("[^"]*"|'[^']*'|[^\s\\]*)/, (_, sign: string, old: string) => {
    const quote = /^["']/.exec(old)?.[0] ?? ''
    return `${sign}${quote}${image}${quote}`
  })
