import type { App } from '../../src/rehearsal/heroku/world.ts'

/** When the app that stands there was made. */
export const MADE_AT = '2026-11-21T10:00:00.000Z'

/** An app that stands there already, as the set-up would make it unless told. */
export const standingApp = (more: Partial<App> = {}): App => ({
  id: '0b8c1f7e-52a5-4a3c-9d0e-6d2f4f1c9a11',
  name: 'pt-dummy-app',
  owner: 'you@example.com',
  team: null,
  collaborators: [],
  region: 'us',
  stack: 'container',
  buildStack: 'container',
  maintenance: false,
  features: [],
  formation: [],
  releases: [],
  images: [],
  createdAt: MADE_AT,
  updatedAt: MADE_AT,
  ...more,
})
