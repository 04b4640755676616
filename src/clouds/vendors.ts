import { CIRCLECI } from './circleci.ts'
import { DOCKER_HUB } from './docker-hub.ts'
import { GOOGLE } from './google.ts'
import { HEROKU } from './heroku.ts'
import type { Vendor } from './identity.ts'
import type { VendorApi } from './vendor.ts'

export type { Vendor } from './identity.ts'

export const VENDORS: Readonly<Record<Vendor, VendorApi>> = {
  heroku: HEROKU,
  circleci: CIRCLECI,
  'docker-hub': DOCKER_HUB,
  google: GOOGLE,
}
export const VENDOR_IDS = Object.keys(VENDORS) as readonly Vendor[]
