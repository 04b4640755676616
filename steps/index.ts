import { inOrder } from '../src/engine/plan.ts'
import { contextGoogle, contextHeroku } from './circleci/contexts.ts'
import { project } from './circleci/project.ts'
import { restrict } from './circleci/restrict.ts'
import { herokuRemote } from './git/heroku-remote.ts'
import { ciToken } from './heroku/ci-token.ts'
import { createApp } from './heroku/create-app.ts'
import { labs } from './heroku/labs.ts'

/** The table of contents: every step, in the document's order. */
export const STEPS = inOrder([createApp, labs, herokuRemote, project, contextHeroku, contextGoogle, restrict, ciToken])
