import { inOrder } from '../src/engine/plan.ts'
import { contextGoogle, contextHeroku } from './circleci/contexts.ts'
import { project } from './circleci/project.ts'
import { restrict } from './circleci/restrict.ts'
import { herokuRemote } from './git/heroku-remote.ts'
import { ciToken } from './heroku/ci-token.ts'
import { createApp } from './heroku/create-app.ts'
import { labs } from './heroku/labs.ts'
import { dataImage } from './repository/data-image.ts'
import { names } from './repository/names.ts'

/** The table of contents: every step, in the document's order. */
export const STEPS = inOrder([
  names,
  dataImage,
  createApp,
  labs,
  herokuRemote,
  project,
  contextHeroku,
  contextGoogle,
  restrict,
  ciToken,
])
