import { HEROKU } from './heroku.ts'
import type { VendorApi } from './vendor.ts'

export const VENDORS = { heroku: HEROKU } as const satisfies Record<string, VendorApi>
export type Vendor = keyof typeof VENDORS
export const VENDOR_IDS = Object.keys(VENDORS) as readonly Vendor[]
