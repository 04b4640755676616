import { hostname, userInfo } from 'node:os'

/** Who runs this: user@host. */
export const whoRuns = (): string => `${userInfo().username}@${hostname()}`
