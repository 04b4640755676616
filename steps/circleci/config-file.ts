import type { Known } from '../../src/answers/schema.ts'
import type { Names } from './config/repairs.ts'

/** The one file that both steps edit: what is put in first, then what is replaced. */
export const FILE = '.circleci/config.yml'

/** The answers that decide what stands in it. */
export const USES = [
  'circleOrg',
  'circleJobs',
  'herokuContext',
  'googleContext',
  'herokuTokenVariable',
  'herokuApp',
  'defaultBranch',
  'dockerHubRepository',
  'registryHost',
  'googleProject',
  'imageName',
] as const
export type Used = (typeof USES)[number]

/** The names that the config should say, by the variables that the repository's scripts read. */
export const namesOf = (answers: Pick<Known, Used>): Names => ({
  DOCKER_PROJECT: answers.dockerHubRepository,
  HEROKU_APP: answers.herokuApp,
  GCR_HOST: answers.registryHost,
  GCR_PROJECT: answers.googleProject,
  GCR_IMAGE_NAME: answers.imageName,
})
