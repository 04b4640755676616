import { hostname, userInfo } from 'node:os'

/** Who runs this: user@host. */
export const whoRuns = (): string => `${userName().replaceAll('@', '_')}@${hostname()}`

/** In a container the user may have no name. */
function userName(): string {
  try {
    return userInfo().username
  } catch {
    return process.env.USER ?? String(process.getuid?.() ?? 'somebody')
  }
}
