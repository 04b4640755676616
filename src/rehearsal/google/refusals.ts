import type { Json } from '../../clouds/json.ts'
import { Refusal } from '../refusal.ts'

/** google.rpc.Code: what an operation's error is told in. */
export const CODE = { FAILED_PRECONDITION: 9, RESOURCE_EXHAUSTED: 8 } as const

/** The canonical errors and the statuses that they are sent with. */
const HTTP = {
  INVALID_ARGUMENT: 400,
  FAILED_PRECONDITION: 400,
  UNAUTHENTICATED: 401,
  PERMISSION_DENIED: 403,
  NOT_FOUND: 404,
  ALREADY_EXISTS: 409,
  ABORTED: 409,
  RESOURCE_EXHAUSTED: 429,
} as const

function no(status: keyof typeof HTTP, message: string, ...details: readonly Json[]): Refusal {
  const code = HTTP[status]
  return new Refusal(code, { error: { code, message, status, ...(details.length && { details }) } })
}

const info = (reason: string, metadata: Readonly<Record<string, string>> = {}): Json => ({
  '@type': 'type.googleapis.com/google.rpc.ErrorInfo',
  reason,
  domain: 'googleapis.com',
  metadata,
})

interface Violation {
  readonly type: string
  readonly subject?: string
  readonly description: string
}

const precondition = (...violations: readonly Violation[]): Json => ({
  '@type': 'type.googleapis.com/google.rpc.PreconditionFailure',
  violations: violations.map(one => ({ ...one })),
})

const TOKEN =
  'Expected OAuth 2 access token, login cookie or other valid authentication credential. See https://developers.google.com/identity/sign-in/web/devconsole-project.'

/** facts/google.md 4, violation `TOS`. */
export const TERMS = 'Callers must accept Terms of Service'
export const termsDetail = (): Json => precondition({ type: 'TOS', description: TERMS })

/**
 * Google's refusals. facts/google.md 1, 3 and 4 quote the words of most; those for a name or a body that is not taken,
 * and what no source tells, are ours.
 */
export const refuse = {
  invalid: (message = 'Request contains an invalid argument.') => no('INVALID_ARGUMENT', message),
  unknownField: (name: string) =>
    no('INVALID_ARGUMENT', `Invalid JSON payload received. Unknown name "${name}": Cannot find field.`),
  unknownParameter: (name: string) =>
    no(
      'INVALID_ARGUMENT',
      `Invalid JSON payload received. Unknown name "${name}": Cannot bind query parameter. Field '${name}' could not be found in request message.`,
    ),
  noCredential: () =>
    no(
      'UNAUTHENTICATED',
      `Request is missing required authentication credential. ${TOKEN}`,
      info('CREDENTIALS_MISSING'),
    ),
  credential: (isExpired: boolean) =>
    no(
      'UNAUTHENTICATED',
      `Request had invalid authentication credentials. ${TOKEN}`,
      info(isExpired ? 'ACCESS_TOKEN_EXPIRED' : 'ACCESS_TOKEN_TYPE_UNSUPPORTED'),
    ),
  /** The same for what is not there. */
  forbidden: (message = 'The caller does not have permission') => no('PERMISSION_DENIED', message),
  /** As IAM says it, the same for what is not there. */
  permission: (permission: string) =>
    no(
      'PERMISSION_DENIED',
      `Permission '${permission}' denied on resource (or it may not exist).`,
      info('IAM_PERMISSION_DENIED', { permission }),
    ),
  /** As Artifact Registry says it. */
  permissionOn: (permission: string, resource: string) =>
    no(
      'PERMISSION_DENIED',
      `Permission '${permission}' denied on resource '//artifactregistry.googleapis.com/${resource}' (or it may not exist).`,
      info('IAM_PERMISSION_DENIED', { permission, resource }),
    ),
  serviceDisabled: (service: string, title: string, number: string) =>
    no(
      'PERMISSION_DENIED',
      disabledText(service, title, number),
      info('SERVICE_DISABLED', {
        service,
        consumer: `projects/${number}`,
      }),
    ),
  userProject: (project: string) =>
    no(
      'PERMISSION_DENIED',
      `Caller does not have required permission to use project ${project}. Grant the caller the roles/serviceusage.serviceUsageConsumer role, or a custom role with the serviceusage.services.use permission.`,
      info('USER_PROJECT_DENIED', { consumer: `projects/${project}` }),
    ),
  terms: () => no('PERMISSION_DENIED', TERMS, termsDetail()),
  deletedProject: (number: string) => no('PERMISSION_DENIED', `Project #${number} has been deleted.`),
  notFound: (message = 'Requested entity was not found.') => no('NOT_FOUND', message),
  exists: (message = 'Requested entity already exists') => no('ALREADY_EXISTS', message),
  precondition: (message = 'Precondition check failed.', ...details: readonly Json[]) =>
    no('FAILED_PRECONDITION', message, ...details),
  concurrent: () =>
    no(
      'ABORTED',
      'There were concurrent policy changes. Please retry the whole read-modify-write with exponential backoff.',
    ),
  keysExhausted: () => no('RESOURCE_EXHAUSTED', 'Maximum number of keys on account reached.'),
  billingQuota: () =>
    no('FAILED_PRECONDITION', 'Precondition check failed.', {
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [
        {
          description: 'Cloud billing quota exceeded: https://support.google.com/code/contact/billing_quota_increase',
        },
      ],
    }),
  noBilling: (number: string, services: readonly string[]) =>
    no(
      'FAILED_PRECONDITION',
      `Billing account for project '${number}' is not found. Billing must be enabled for activation of service(s) '${services.join(',')}' to proceed.`,
      precondition({
        type: 'googleapis.com/billing-enabled',
        subject: `projects/${number}`,
        description: `Billing account for project '${number}' is not found.`,
      }),
      info('UREQ_PROJECT_BILLING_NOT_FOUND', { services: services.join(',') }),
    ),
  keyPolicy: (account: string, constraint: string) =>
    no(
      'FAILED_PRECONDITION',
      NO_KEY,
      precondition({
        type: `constraints/${constraint}`,
        subject: `${account}?configvalue=${account.split('/').at(-1)}`,
        description: NO_KEY,
      }),
    ),
  memberDomain: (member: string, resource: string) =>
    no(
      'FAILED_PRECONDITION',
      'One or more users named in the policy do not belong to a permitted customer.',
      precondition({
        type: 'constraints/iam.allowedPolicyMemberDomains',
        subject: resource,
        description: `User ${member.replace(/^\w+:/, '')} is not in permitted organization.`,
      }),
    ),
  issuer: (issuer: string) =>
    no(
      'FAILED_PRECONDITION',
      'Precondition check failed.',
      precondition({
        type: 'constraints/iam.workloadIdentityPoolProviders',
        subject: issuer,
        description: `The issuer ${issuer} is not allowed.`,
      }),
    ),
  /** As OAuth shapes it (RFC 6749, 5.2). */
  exchange: (error: string, description: string) => new Refusal(400, { error, error_description: description }),
  /** As Cloud Storage shapes it (facts/google.md 4, the 412). */
  storage: (code: number, reason: string, message: string) =>
    new Refusal(code, { error: { code, message, errors: [{ message, domain: 'global', reason }] } }),
  /** As distribution's specification shapes a registry's. */
  registry: (status: number, code: string, message: string, headers: Readonly<Record<string, string>> = {}) =>
    new Refusal(status, { errors: [{ code, message }] }, headers),
}

const NO_KEY = 'Key creation is not allowed on this service account.'

/** facts/google.md 4, API not enabled. */
export const disabledText = (service: string, title: string, number: string): string =>
  `${title} has not been used in project ${number} before or it is disabled. Enable it by visiting https://console.developers.google.com/apis/api/${service}/overview?project=${number} then retry. If you enabled this API recently, wait a few minutes for the action to propagate to our systems and retry.`
