import { isHidden } from '../../src/clouds/google-projects.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import type { Look } from '../../src/engine/step.ts'
import { projectPath } from './names.ts'

/**
 * Is something of the project hidden because the project is? Then it is missing as well; else whoever signed in may not
 * see it. Google says the same of both (facts/google.md 1.2).
 */
export async function isWithoutProject(look: Look<'googleProject'>, reply: VendorReply): Promise<boolean> {
  return isHidden(reply) && isHidden(await look.read('google', projectPath(look.answers)))
}
