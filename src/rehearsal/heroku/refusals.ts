import type { Json } from '../../clouds/json.ts'
import { Refusal } from '../refusal.ts'

const no = (status: number, id: string, message: string, more: { readonly [key: string]: Json } = {}): Refusal =>
  new Refusal(status, { id, message, ...more })

const invalid = (message: string): Refusal => no(422, 'invalid_params', message)

/**
 * Heroku's refusals in Heroku's words: facts/heroku.md 1.3, where no other source is given; `ours` marks words that
 * nobody has quoted.
 */
export const refuse = {
  unauthorized: () => no(401, 'unauthorized', 'Invalid credentials provided.'),
  scope: () => no(403, 'forbidden', 'The scope of this OAuth authorization does not allow access to this resource.'),
  app: (app: string) => no(403, 'forbidden', `You do not have access to the app ${app}.`),
  /** ours */
  team: (team: string) => no(403, 'forbidden', `You do not have access to the team ${team}.`),
  /** ours */
  deletion: (app: string) => no(403, 'forbidden', `You do not have permission to delete the app ${app}.`),
  /** ours; that it is refused: facts/heroku.md 8, SSO */
  federated: () => no(403, 'forbidden', 'Accounts with single sign-on cannot create authorizations.'),
  /** heroku/cli-design, on hk; the header that mends it: facts/heroku.md 8 */
  twoFactor: () =>
    no(
      403,
      'two_factor',
      'A second authentication factor or pre-authorization is required for this request. Your account has either two-factor or a Yubikey registered.',
    ),
  rateLimit: () =>
    no(429, 'rate_limit', 'Your account reached the API rate limit', {
      url: 'https://devcenter.heroku.com/articles/platform-api-reference#rate-limits',
    }),
  verification: (status: number) =>
    no(
      status,
      'verification_required',
      'To create an app, verify your account by adding payment information. Verify now at https://heroku.com/verify Learn more at https://devcenter.heroku.com/articles/account-verification',
    ),
  /** "Couldn't find that app.", with `resource` as heroku-cli-command's login.js reads it */
  unknown: (resource: string, name = resource) => no(404, 'not_found', `Couldn't find that ${name}.`, { resource }),
  /** quoted by tomchristie/core-api among others */
  endpoint: () =>
    no(
      404,
      'not_found',
      'The requested API endpoint was not found. Are you using the right HTTP verb (i.e. `GET` vs. `POST`), and did you specify your intended version with the `Accept` header?',
    ),
  params: invalid,
  taken: (name: string) => invalid(`Name ${name} is already taken`),
  /** interagent/committee, Heroku's own checker of requests */
  malformed: () => no(400, 'bad_request', "Request body wasn't valid JSON."),
  range: () => no(416, 'requested_range_not_satisfiable', 'The requested range is not satisfiable.'),
  /** quoted in tutorials of the Platform API: `error` in place of `message` */
  version: () =>
    new Refusal(400, {
      id: 'missing_version',
      error:
        "Please specify a version along with Heroku's API MIME type. For example, `Accept: application/vnd.heroku+json; version=3`.\n",
    }),
}
