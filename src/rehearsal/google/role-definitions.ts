import { refuse } from './refusals.ts'
import { ROLES } from './roles.ts'
import { ok, type Route } from './route.ts'

/** IAM v1: what a predefined role holds; nobody needs a right for it. */
export const ROLE_DEFINITIONS: readonly Route[] = [
  {
    api: 'iam',
    method: 'GET',
    pattern: '/v1/roles/*',
    handle: ({ names }) => {
      const name = `roles/${names[0]}`
      const role = Object.hasOwn(ROLES, name) ? ROLES[name] : undefined
      if (!role) throw refuse.notFound(`The role named ${name} was not found.`)
      const { title, description, permissions } = role
      return ok({ name, title, description, includedPermissions: permissions, stage: 'GA', etag: 'AA==' })
    },
  },
]
