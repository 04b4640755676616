import { ALLOWS } from '../heroku/route.ts'
import type { World } from '../world.ts'

/** `docker login registry.heroku.com`: what it says if the token does not live or may not write (facts/heroku.md 5). */
export function herokuFault({ heroku }: World, token: string, now: Date): string | undefined {
  const found = heroku.authorizations.find(one => one.token === token)
  const isLive = found && (found.expiresAt === null || new Date(found.expiresAt) > now)
  if (isLive && found.scope.some(scope => ALLOWS.write.includes(scope))) return undefined
  return 'Error response from daemon: login attempt to https://registry.heroku.com/v2/ failed with status: 401 Unauthorized'
}
