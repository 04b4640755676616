import { CIRCLECI_API } from './circleci.ts'
import { DOCKER_HUB_API, DOCKER_HUB_AUTH } from './docker-hub.ts'
import {
  GOOGLE_BILLING,
  GOOGLE_CREDENTIALS,
  GOOGLE_IAM,
  GOOGLE_POLICIES,
  GOOGLE_PROJECTS,
  GOOGLE_REGISTRY,
  GOOGLE_SERVICES,
  GOOGLE_STORAGE,
} from './google.ts'
import { HEROKU_API, HEROKU_REGISTRY } from './heroku.ts'
import type { Vendor } from './identity.ts'
import type { Host } from './vendor.ts'

/** Every address that requests go to, with whose it is. */
const HOSTS = {
  heroku: { vendor: 'heroku', ...HEROKU_API },
  'heroku-registry': { vendor: 'heroku', ...HEROKU_REGISTRY },
  'docker-hub': { vendor: 'docker-hub', ...DOCKER_HUB_API },
  'docker-hub-auth': { vendor: 'docker-hub', ...DOCKER_HUB_AUTH },
  circleci: { vendor: 'circleci', ...CIRCLECI_API },
  google: { vendor: 'google', ...GOOGLE_PROJECTS },
  'google-billing': { vendor: 'google', ...GOOGLE_BILLING },
  'google-services': { vendor: 'google', ...GOOGLE_SERVICES },
  'google-iam': { vendor: 'google', ...GOOGLE_IAM },
  'google-credentials': { vendor: 'google', ...GOOGLE_CREDENTIALS },
  'google-policies': { vendor: 'google', ...GOOGLE_POLICIES },
  'google-registry': { vendor: 'google', ...GOOGLE_REGISTRY },
  'google-storage': { vendor: 'google', ...GOOGLE_STORAGE },
} as const satisfies Record<string, Host & { readonly vendor: Vendor }>

export type HostId = keyof typeof HOSTS
export const HOST_IDS = Object.keys(HOSTS) as readonly HostId[]

/** Typed as what every host is, not as what this one is. */
export const hostOf = (id: HostId): Host & { readonly vendor: Vendor } => HOSTS[id]
