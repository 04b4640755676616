import type { Cause } from './cause.ts'
import { at, textAt } from './json.ts'
import { explained, notLetIn, type Refusal } from './refusal.ts'
import type { Host, VendorApi, VendorReply } from './vendor.ts'

const means = (reply: VendorReply): Cause =>
  explained(
    reply,
    {
      id: reasonOf(reply) ?? textAt(reply.body, 'error', 'status') ?? '',
      message: textAt(reply.body, 'error', 'message') ?? '',
    },
    REFUSALS,
    UNEXPECTED,
  )

/** Google Cloud (facts/google.md). */
export const GOOGLE: VendorApi = {
  name: 'Google',
  signIn: {
    variables: [{ secret: 'CLOUDSDK_AUTH_ACCESS_TOKEN' }],
    tool: ['gcloud', 'auth', 'print-access-token'],
    login: ['gcloud', 'auth', 'login'],
    page: 'https://cloud.google.com/sdk/docs/install (gcloud auth print-access-token prints one)',
    right: 'the owner’s role on the project, or the right to create one',
  },
  costs: 'half a gigabyte of images is free per billing account, then $0.10 a gigabyte and month',
  account: async read => {
    // Whose token it is no API of these tells (facts/google.md 6); that it is good, any answer does.
    const reply = await read('/v1/projects?pageSize=1')
    if (reply.status === 401 || reply.status >= 500) throw notLetIn(reply, means(reply))
    return { id: 'google', name: 'signed in', lacks: [] }
  },
  means,
  misleading: ['CLOUDSDK_CORE_PROJECT', 'CLOUDSDK_CORE_ACCOUNT', 'CLOUDSDK_AUTH_IMPERSONATE_SERVICE_ACCOUNT'],
}

/** An API of Google's: where it is, and the variable by which gcloud finds it elsewhere. */
const api = (name: string): Host => ({
  home: `https://${name}.googleapis.com`,
  endpoint: env => env[`CLOUDSDK_API_ENDPOINT_OVERRIDES_${name.toUpperCase()}`] || undefined,
  headers: {},
  authorization: ({ secret }) => ({ authorization: `Bearer ${secret.reveal()}` }),
  byHand: { header: 'Authorization: Bearer ', variable: 'CLOUDSDK_AUTH_ACCESS_TOKEN' },
})

export const GOOGLE_PROJECTS = api('cloudresourcemanager')
export const GOOGLE_BILLING = api('cloudbilling')
export const GOOGLE_SERVICES = api('serviceusage')
export const GOOGLE_IAM = api('iam')
export const GOOGLE_CREDENTIALS = api('iamcredentials')
export const GOOGLE_POLICIES = api('orgpolicy')
export const GOOGLE_REGISTRY = api('artifactregistry')

/** The reason of an ErrorInfo among the details of a refusal, as SERVICE_DISABLED. */
export function reasonOf({ body }: VendorReply): string | undefined {
  const details = at(body, 'error', 'details')
  return Array.isArray(details) ? details.map(detail => textAt(detail, 'reason')).find(Boolean) : undefined
}

const REFUSALS: readonly Refusal[] = [
  {
    when: status => status === 401,
    cause: {
      code: 'unauthorized',
      means: 'Google does not accept the token: it is wrong, has expired (they live an hour) or was revoked.',
      next: 'Sign in anew with gcloud auth login, or put a new token into CLOUDSDK_AUTH_ACCESS_TOKEN; then run again.',
    },
  },
]

const UNEXPECTED: Cause = {
  code: 'unexpected',
  means: 'Google gave an answer that this version does not know.',
  next: 'Run the newest version (npx dummyapp-setup@latest). If it says the same, report the words above.',
}
