import type { Cause } from './cause.ts'
import { GOOGLE_REFUSALS, type Told, UNEXPECTED } from './google-refusals.ts'
import { at, type Json, textAt } from './json.ts'
import { notLetIn, refusedSignIn, TYPED } from './refusal.ts'
import type { Host, VendorApi, VendorReply } from './vendor.ts'

const TOKEN = 'CLOUDSDK_AUTH_ACCESS_TOKEN'

/** Google Cloud (facts/google.md 4, 5, 6, 8). */
export const GOOGLE: VendorApi = {
  name: 'Google',
  domain: 'googleapis.com',
  signIn: {
    variables: [{ secret: TOKEN }, { secret: `${TOKEN}_FILE`, isFile: true }],
    tool: ['gcloud', 'auth', 'print-access-token'],
    // Whoever is impersonated comes first: the token is theirs. Never `auth describe`, which prints the refresh token.
    who: ['gcloud', 'config', 'list', '--format=value(auth.impersonate_service_account,core.account)'],
    env: {
      CLOUDSDK_CORE_DISABLE_PROMPTS: '1',
      CLOUDSDK_CORE_USER_OUTPUT_ENABLED: 'true',
      CLOUDSDK_CORE_VERBOSITY: 'warning',
      CLOUDSDK_CORE_SHOW_STRUCTURED_LOGS: 'never',
      // gcloud's log files can be read by all, and what it prints, the token too, is written there.
      CLOUDSDK_CORE_DISABLE_FILE_LOGGING: '1',
      CLOUDSDK_CORE_LOG_HTTP: 'false',
      CLOUDSDK_CORE_DISABLE_USAGE_REPORTING: '1',
      CLOUDSDK_CORE_ENABLE_FEATURE_FLAGS: '0',
      CLOUDSDK_COMPONENT_MANAGER_DISABLE_UPDATE_CHECK: '1',
      CLOUDSDK_SURVEY_DISABLE_PROMPTS: '1',
    },
    login: ['gcloud', 'auth', 'login'],
    page: 'https://shell.cloud.google.com (gcloud auth print-access-token prints one there)',
    right: 'the owner’s role on the project, or the right to create one',
  },
  costs: 'half a gigabyte of images is free per billing account, then $0.10 a gigabyte and month',
  account: async (read, { user, source }) => {
    const reply = await read('/v1/projects?pageSize=1')
    if (reply.status >= 300) throw notLetIn(reply, means(reply))
    // Whose token it is, none of the APIs tells; gcloud does.
    const from = source === undefined || source === TYPED ? '' : ` of ${source}`
    const name = user ?? `whoever the token${from} is of`
    return { id: user ?? '', name, lacks: [] }
  },
  means,
  misleading: [
    'CLOUDSDK_CORE_PROJECT',
    'CLOUDSDK_BILLING_QUOTA_PROJECT',
    'CLOUDSDK_CORE_FORMAT',
    'CLOUDSDK_ARTIFACTS_LOCATION',
    'CLOUDSDK_ARTIFACTS_REPOSITORY',
  ],
}

/** An API of Google's: where it is, and the variable by which gcloud finds it elsewhere. */
function api(name: string): Host {
  const variable = `CLOUDSDK_API_ENDPOINT_OVERRIDES_${name.toUpperCase()}`
  return {
    home: `https://${name}.googleapis.com`,
    variables: [variable],
    endpoint: env => env[variable] || undefined,
    headers: {},
    authorization: ({ secret }) => ({ authorization: `Bearer ${secret.reveal()}` }),
    byHand: {
      header: 'Authorization: Bearer ',
      variable: TOKEN,
      // Not where the shell alone has it: that one is of an earlier request, and they live an hour.
      login: () => `printenv ${TOKEN} >/dev/null || ${TOKEN}=$(gcloud auth print-access-token)`,
    },
  }
}

export const GOOGLE_PROJECTS = api('cloudresourcemanager')
export const GOOGLE_BILLING = api('cloudbilling')
export const GOOGLE_SERVICES = api('serviceusage')
export const GOOGLE_IAM = api('iam')
export const GOOGLE_CREDENTIALS = api('iamcredentials')
export const GOOGLE_POLICIES = api('orgpolicy')
export const GOOGLE_REGISTRY = api('artifactregistry')

/** facts/google.md 5: what gcloud is told of Cloud Storage has the API's own path at its end, unless there is no path at all. */
const STORAGE = api('storage')
export const GOOGLE_STORAGE: Host = {
  ...STORAGE,
  endpoint: env => STORAGE.endpoint(env)?.replace(/\/storage\/v1\/?$/, '/'),
}

function means(reply: VendorReply): Cause {
  const { status, asked, body, signIn, notRenewed } = reply
  const { id = textAt(body, 'error', 'status') ?? '', words, details } = readError(body)
  const said = `${status} ${[id, words].filter(Boolean).join(': ')}`
  const error: Told = { status, id, text: `${words} ${JSON.stringify(details)}`, asked }
  const known = GOOGLE_REFUSALS.find(({ when }) => when(error))
  const cause = { asked, said, ...(known?.cause ?? UNEXPECTED) }
  if (status !== 401) return cause
  // gcloud has no part in that one.
  if (signIn === TYPED) return refusedSignIn(cause, signIn, { page: GOOGLE.signIn.page })
  return {
    ...cause,
    said: [cause.said, notRenewed].filter(Boolean).join('\n'),
    means: signIn ? `${cause.means} It came from ${signIn}.` : cause.means,
    next: howToSignInAnew(signIn),
  }
}

function howToSignInAnew(source = ''): string {
  const [first = ''] = source.split(' ')
  if (first.startsWith(TOKEN)) {
    return `Put a new one there (gcloud auth print-access-token prints it), or unset ${first}; then run again.`
  }
  return 'Sign in anew with gcloud auth login, and run again.'
}

/** The reason of an ErrorInfo among the details of a refusal, as SERVICE_DISABLED. */
export const reasonOf = ({ body }: VendorReply): string | undefined => firstText(detailsIn(body), 'reason')

/** The most exact name of an error that its details have, and its words with those of its violations. */
function readError(body: Json) {
  const details = detailsIn(body)
  const violations = details.flatMap(detail => listAt(detail, 'violations'))
  const id = firstText(details, 'reason') ?? firstText(violations, 'type')
  const message = textAt(body, 'error', 'message') ?? textAt(body, 'message') ?? ''
  const others = violations.flatMap(violation => textAt(violation, 'description') ?? [])
  const words = [message, ...others.filter(text => !message.includes(text))].join(' ')
  return { id, words, details }
}

const detailsIn = (body: Json): readonly Json[] => listAt(body, 'error', 'details')

function listAt(value: Json, ...keys: readonly string[]): readonly Json[] {
  const found = at(value, ...keys)
  return Array.isArray(found) ? found : []
}

const firstText = (all: readonly Json[], key: string): string | undefined =>
  all.map(one => textAt(one, key)).find(Boolean)
