import { inOrder } from '../src/engine/plan.ts'
import { herokuRemote } from './git/heroku-remote.ts'
import { createApp } from './heroku/create-app.ts'
import { labs } from './heroku/labs.ts'
import { dataImage } from './repository/data-image.ts'
import { names } from './repository/names.ts'

/** The table of contents: every step, in the document's order. */
export const STEPS = inOrder([names, dataImage, createApp, labs, herokuRemote])
