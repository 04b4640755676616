/** What of a vendor's description is known to be wrong or missing, so that what does not conform to it is right. */
export interface Exception {
  /** `METHOD host/path` as the descriptions name it. */
  readonly operation: string
  /** Which of what was found it is about. */
  readonly fault: RegExp
  readonly reason: string
  readonly source: string
}

const README = 'README beside the descriptions'
const CONTEXT = 'circleci.com/api/v2/context/{context_id}'
const CLI_2 = 'circleci-cli, its client of v2 (2026-08)'

/** Of requests that the wizard sends. */
export const IN_REQUESTS: readonly Exception[] = [
  {
    operation: 'GET hub.docker.com/v2/orgs/{org_name}/members',
    fault: /^query search must be integer$/,
    reason: 'a search is a text; the description types it as a number',
    source: README,
  },
  {
    operation: 'PATCH api.heroku.com/apps/{x}/formation',
    fault: /^body\/updates\/\*\/docker_image is not described$/,
    reason: 'the variant 3.docker-releases takes it; no published schema has that variant',
    source: 'heroku/cli, src/commands/container/release.ts; ' + README,
  },
]

/** Of answers that the simulation gives. */
export const IN_ANSWERS: readonly Exception[] = [
  ...['GET api.heroku.com/apps/{x}', 'POST api.heroku.com/apps'].map(operation => ({
    operation,
    fault: /^answer\/generation( must be string|\/(id|name) is not described)$/,
    reason: 'two published schemas type it differently: as a name, and as an object of id and name',
    source: README,
  })),
  {
    operation: 'PATCH api.heroku.com/apps/{x}/formation',
    fault: /^answer\/\*\/docker_image is not described$/,
    reason: 'as in its request',
    source: README,
  },
  {
    operation: `GET ${CONTEXT}/environment-variable`,
    fault: /^answer\/items\/\*\/truncated_value is not described$/,
    reason: 'the end of the value, which the description lacks; the wizard does without where it is not told',
    source: CLI_2,
  },
  {
    operation: `PUT ${CONTEXT}/environment-variable/{env_var_name}`,
    // Of one field too many, neither of two alternatives fits, and that is told of each.
    fault: /^answer( must match a schema in anyOf| must have required property 'message'|\/\w+ is not described)$/,
    reason: 'truncated_value, as in the list',
    source: CLI_2,
  },
  {
    operation: 'POST circleci.com/api/v1.1/project/{vcs-type}/{username}/{project}/follow',
    fault: /^answer\/following is not described$/,
    reason: 'the description shows a project; clients read whether it is followed',
    source: 'circleci-cli, its clients of v1.1 (facts/circleci.md 6)',
  },
  {
    operation: 'GET hub.docker.com/v2/namespaces/{namespace}/repositories/{repository}/tags/{tag}',
    fault: /^answer\/(digest is not described|tag_status is not described|images must be object|v2 must be string)$/,
    reason: 'the description of a tag is wrong',
    source: README,
  },
  {
    operation: 'GET hub.docker.com/v2/orgs/{org_name}/members',
    fault: /^answer must be array$/,
    reason: 'members come in pages, as the other lists do',
    source: README,
  },
  {
    operation: 'POST hub.docker.com/v2/invites/bulk',
    fault: /^answer\/invitees must be object$/,
    reason: 'the description nests the whole answer once more',
    source: README,
  },
]

/** Requests of which no description tells. */
export const UNDESCRIBED: readonly { readonly request: RegExp; readonly reason: string; readonly source: string }[] = [
  {
    request: /^circleci GET \/api\/v2\/organization\/[^/]+$/,
    reason: 'missing in the description of v2',
    source: 'circleci-sdk-go; ' + README,
  },
  {
    request: /^circleci POST \/api\/v2\/compile-config-with-defaults$/,
    reason: 'undocumented',
    source: 'circleci-cli until 2026-08-11; ' + README,
  },
  {
    request: /^circleci GET \/api\/v1\.1\/project\/(?:[^/]+\/){3}\d+$/,
    reason: 'a job with its steps: the cut of v1.1 has the follow alone',
    source: 'facts/circleci.md 8, step logs',
  },
  {
    request: /^circleci GET \/output\//,
    reason: 'an address that CircleCI gives for the output of a step',
    source: 'facts/circleci.md 8, step logs',
  },
  {
    request: /^docker-hub GET \/v2\/(user|orgs\/[^/]+)$/,
    reason: 'in no published description',
    source: 'docker/hub-tool; ' + README,
  },
  {
    request: /^docker-hub GET \/api\/billing\/v4\/accounts\/[^/]+\/hub-plan$/,
    reason: 'in no published description',
    source: 'docker/hub-tool; ' + README,
  },
  {
    request: /^docker-hub GET \/v2\/repositories\/[^/]+\/[^/]+\/groups$/,
    reason: 'in no published description, which has the POST to it',
    source: 'docker/terraform-provider-docker reads …/groups/{id}/; ' + README,
  },
  {
    request: /^heroku (GET|PUT) \/v2\/[^/]+\/[^/]+\/manifests\/[^/]+$/,
    reason: 'registry.heroku.com, which speaks as registries do',
    source: 'distribution/distribution, the API specification',
  },
  {
    request: /^google POST \/v1\/projects\/[^/]+\/serviceAccounts\/[^/]+:testIamPermissions$/,
    reason: 'not in the cut of IAM',
    source: 'its discovery document has it: iam.projects.serviceAccounts.testIamPermissions',
  },
  {
    request: /^google DELETE \/v1\/projects\/[^/]+\/serviceAccounts\/[^/]+\/keys\/[^/]+$/,
    reason: 'not in the cut of IAM',
    source: 'the cut has the operations of a first set-up',
  },
]
