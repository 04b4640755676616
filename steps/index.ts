import { inOrder } from '../src/engine/plan.ts'
import { herokuRemote } from './git/heroku-remote.ts'
import { createApp } from './heroku/create-app.ts'
import { firstDeploy } from './heroku/first-deploy.ts'
import { labs } from './heroku/labs.ts'
import { buildImages } from './repository/build-images.ts'
import { publish } from './repository/publish.ts'

/** The table of contents: every step, in the document's order. */
export const STEPS = inOrder([buildImages, createApp, labs, herokuRemote, firstDeploy, publish])
