import { digestOf } from '../docker-hub/public.ts'
import { mintOf } from '../mint.ts'
import type { World } from '../world.ts'

/** Builds, pushes and releases the image of an app somewhere else. Throws for an app that is not there. */
export function deploy(world: World, name: string, now: Date): void {
  const app = world.heroku.apps.find(one => one.name === name)
  if (app === undefined) throw new Error(`there is no app ${name}`)
  const at = now.toISOString()
  const image = digestOf(`${name} ${at}`)
  Object.assign(app, {
    stack: 'container',
    formation: [{ id: mintOf(world).id(), type: 'web', image, updatedAt: at }],
    updatedAt: at,
  })
}
