import { type Config, configIn } from './config.ts'
import { faultsOf } from './config-errors.ts'
import { parsedYaml } from './yaml.ts'

/** What is wrong with a config, a line of the report each, or the config. */
export type Judged = { readonly errors: readonly string[] } | { readonly errors?: undefined; readonly config: Config }

/** Reads a config as CircleCI does before anything runs (facts/circleci.md 7, 10): contexts are names, whatever they are. */
export function readConfig(text: string, remoteDockers: readonly string[]): Judged {
  const top = parsedYaml(text)
  if (!(top instanceof Map)) return { errors: top as readonly string[] }
  const config = configIn(top)
  const errors = faultsOf(config, remoteDockers)
  return errors.length ? { errors } : { config }
}
