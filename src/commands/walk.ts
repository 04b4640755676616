import type { Exit } from '../clouds/cause.ts'
import { conduct } from './conduct.ts'
import type { Options } from './options.ts'
import { realGround } from './real.ts'
import { createScreen } from './screen.ts'

/** `dummyapp-setup`: the walk on the real clouds. */
export async function walk(options: Options): Promise<Exit> {
  const screen = createScreen(options, process.env)
  return conduct(await realGround(options, screen), options, screen)
}
