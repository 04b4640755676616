import { type Dockerfile, type Instruction, variablesIn } from '../../src/answers/forms/dockerfile.ts'

/** What tells of an image or of its folder, and does nothing itself. */
const TELLING = /^(?:VOLUME|ENV|LABEL|ARG)$/

/**
 * What is in the Dockerfile for its data images alone: the lines that copy them, the stages that stand for them, and what
 * is only said of these: a volume at the folder, variables and labels with its name or the image's.
 */
export function servants({ instructions, sources }: Dockerfile): readonly Instruction[] {
  const copies = sources.map(({ copy }) => copy)
  const stages = sources.flatMap(({ stage }) => stage?.from ?? [])
  const serving = new Set<Instruction>([...copies, ...stages])
  const used = new Map(instructions.map(one => [one, new Set(variablesIn(one.rest))]))
  const working = instructions.filter(one => !serving.has(one) && !TELLING.test(one.verb))
  const isFree = (name: string) => !working.some(one => used.get(one)?.has(name))
  const isUntouched = (folder: string) =>
    !working.some(({ rest }) =>
      rest
        .split(/[\s"'=,[\]]+/)
        .map(asFolder)
        .includes(folder),
    )

  const folders = copies.map(({ rest }) => targetOf(rest))
  const names = new Set(
    [...stages.flatMap(({ rest }) => variablesIn(rest)), ...folders.flatMap(asVariable)].filter(isFree),
  )
  const plain = new Set(folders.filter(folder => folder !== '' && !folder.includes('$') && isUntouched(folder)))
  for (const { image } of sources) plain.add(image)
  const isOfTheirs = (text: string) => {
    const said = variablesIn(text)
    return said.length > 0 ? said.every(name => names.has(name)) : plain.has(asFolder(text))
  }

  for (let before = -1; before < serving.size; ) {
    before = serving.size
    for (const one of instructions.filter(({ verb }) => verb !== 'ARG' && TELLING.test(verb))) {
      const said = sayings(one)
      if (serving.has(one) || said.length === 0 || !said.every(({ value }) => isOfTheirs(value))) continue
      const made = one.verb === 'ENV' ? said.map(({ name }) => name) : []
      if (!made.every(isFree)) continue
      serving.add(one)
      for (const name of made) names.add(name)
    }
  }
  for (let before = -1; before < serving.size; ) {
    before = serving.size
    for (const arg of instructions.filter(({ verb }) => verb === 'ARG')) {
      const name = nameOf(arg)
      const isUsed = instructions.some(one => !serving.has(one) && used.get(one)?.has(name))
      if (names.has(name) && !isUsed) serving.add(arg)
    }
  }
  return instructions.filter(one => serving.has(one))
}

interface Saying {
  readonly name: string
  readonly value: string
}

/** What a VOLUME, ENV or LABEL says, one by one. */
function sayings({ verb, rest }: Instruction): readonly Saying[] {
  if (verb === 'VOLUME') {
    const folders = rest.startsWith('[') ? [...rest.matchAll(/"([^"]*)"/g)].map(([, one = '']) => one) : rest.split(' ')
    return folders.map(value => ({ name: '', value }))
  }
  const pairs = [...rest.matchAll(/([^\s=]+)=("(?:[^"\\]|\\.)*"|'[^']*'|\S*)/g)]
  if (/^[^\s=]+=/.test(rest)) return pairs.map(([, name = '', value = '']) => ({ name, value }))
  // The old form: one name, a blank, its value.
  const [name = '', ...value] = rest.split(' ')
  return [{ name, value: value.join(' ') }]
}

/** The one name that an ARG declares; none where it declares several. */
const nameOf = ({ rest }: Instruction) => /^\w+(?=$|=(?:[^\s"']*|"[^"]*"|'[^']*')$)/.exec(rest)?.[0] ?? ''

/** The folder that a COPY fills. */
const targetOf = (rest: string) => asFolder(/"([^"]*)"\s*\]$/.exec(rest)?.[1] ?? rest.split(' ').at(-1) ?? '')

const asFolder = (text: string) => text.replace(/^(["'])(.*)\1$/, '$2').replace(/\/+$/, '')

/** The variable that a text is, where it is nothing else. */
const asVariable = (text: string): readonly string[] => (/^\$(?:\{\w+\}|\w+)$/.test(text) ? variablesIn(text) : [])
