import { Refusal } from '../refusal.ts'

const no =
  (status: number, usual: string) =>
  (message = usual): Refusal =>
    new Refusal(status, { message })

/**
 * CircleCI's refusals, v1 and v2 alike (facts/circleci.md 3). facts/circleci.md quotes the words for organization,
 * project token and body; all others are ours.
 */
export const refuse = {
  invalid: no(400, 'Invalid body.'),
  unauthorized: no(401, 'You must log in first.'),
  forbidden: no(403, 'Permission denied.'),
  /** For a route that only a user may have (2). */
  projectToken: no(403, 'User authentication required.'),
  notFound: no(404, 'Not found.'),
  organization: no(404, 'Org not found.'),
  project: no(404, 'Project not found.'),
  clash: (status: number, message: string) => new Refusal(status, { message }),
  rateLimit: (headers: Readonly<Record<string, string>>) =>
    new Refusal(429, { message: 'Too many requests.' }, headers),
}
