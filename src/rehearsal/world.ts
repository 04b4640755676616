import * as z from 'zod'
import { EXIT, SetupError, wordsOf } from '../clouds/cause.ts'
import { jsonText } from '../clouds/json-text.ts'
import { readOrdinary } from '../clouds/ordinary-file.ts'
import { quote } from '../clouds/quote.ts'
import { writeWhole } from '../clouds/write-file.ts'
import { circleciWorld, emptyCircleci } from './circleci/world.ts'
import { dockerHubWorld, emptyDockerHub } from './docker-hub/world.ts'
import { fault } from './faults.ts'
import { emptyGoogle, googleWorld } from './google/world.ts'
import { emptyHeroku, herokuWorld } from './heroku/world.ts'
import { mintOf } from './mint.ts'

/** Far more than the simulated clouds of any rehearsal take, in bytes. */
const LONGEST = 64 * 2 ** 20

const worldFile = z.strictObject({
  /** How many ids and tokens were made; the next ids follow from it. */
  counter: z.int().min(0).default(0),
  /** From which tokens follow, too; without it they are random. */
  seed: z.string().min(1).exactOptional(),
  latencyMs: z.int().min(0).default(0),
  faults: z.array(fault).default([]),
  heroku: herokuWorld,
  dockerHub: dockerHubWorld.prefault({}),
  circleci: circleciWorld.prefault({}),
  google: googleWorld.prefault({}),
})

/** All that the simulated clouds remember. Tests may change it between requests. */
export type World = z.infer<typeof worldFile>

/**
 * One account a vendor: it owns nothing, can pay, and is signed in with a token that lives for a year from `now`.
 * @param seed makes the same tokens again, for tests; without it nobody can guess one
 */
export function emptyWorld(now = new Date(), seed?: string): World {
  const counted = { counter: 0, ...(seed !== undefined && { seed }) }
  const mint = mintOf(counted)
  const heroku = emptyHeroku(now, mint)
  const dockerHub = emptyDockerHub(now, mint)
  const circleci = emptyCircleci(now, mint)
  const google = emptyGoogle(now, mint)
  return { ...counted, latencyMs: 0, faults: [], heroku, dockerHub, circleci, google }
}

/** Reads a world file; undefined where there is none. Throws a SetupError that says what in it is wrong. */
export function loadWorld(file: string): World | undefined {
  const text = readText(file)
  if (text === undefined) return undefined
  const read = worldFile.safeParse(parsed(text))
  if (read.success) return read.data
  throw new SetupError(
    {
      code: 'world',
      asked: quote(file),
      said: z.prettifyError(read.error),
      means: `${quote(file)} does not hold a world of the rehearsal.`,
      next: 'Correct it, or name a file that does not exist yet (--world FILE): it is made.',
    },
    EXIT.input,
  )
}

/**
 * Writes the world at once: a reader, or a restart after a crash, finds the old one or the new one, whole.
 * @throws SetupError (exit 2) where it cannot be written there
 */
export function saveWorld(file: string, world: World): void {
  try {
    writeWhole(file, `${jsonText(world, 2)}\n`, { overwrite: true })
  } catch (error) {
    throw new SetupError(
      {
        code: 'world',
        asked: quote(file),
        said: wordsOf(error),
        means: 'The simulated clouds cannot be kept in that file.',
        next: 'Free space or make its folder writable, or name another file with --world FILE, and run again.',
      },
      EXIT.input,
    )
  }
}

function readText(file: string): string | undefined {
  try {
    return readOrdinary(file, LONGEST).toString('utf8')
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new SetupError(
      {
        code: 'world',
        asked: quote(file),
        said: wordsOf(error),
        means: 'The simulated clouds cannot be read from that file.',
        next: 'Name an ordinary file with --world FILE, or one that does not exist yet: it is created. Then run again.',
      },
      EXIT.input,
    )
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
