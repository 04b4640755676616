import type { Cause } from './cause.ts'
import { byNpx } from './newer-version.ts'

/** An error of Google's: of a request, or of an operation by the status that its code stands for. */
export interface Told {
  readonly status: number
  /** Its reason, else the type of what it violates, else its canonical name. */
  readonly id: string
  /** Its words and details. */
  readonly text: string
  readonly asked: string
}

interface GoogleRefusal {
  when(error: Told): boolean
  readonly cause: Cause
}

const CONSOLE = 'https://console.cloud.google.com'
const NEWEST = `Run the newest version: ${byNpx()}. If it says the same, report the words above.`

/** The first that fits explains the error. Sources: facts/google.md 3, 4 and 6, unless told. */
export const GOOGLE_REFUSALS: readonly GoogleRefusal[] = [
  {
    when: ({ status, id }) => status === 401 && id === 'ACCESS_TOKEN_EXPIRED',
    cause: {
      code: 'expired',
      means: 'The hour that a token of Google’s lives is over.',
      next: 'Sign in anew, and run again; it goes on where it stopped.',
    },
  },
  {
    when: ({ status }) => status === 401,
    cause: {
      code: 'unauthorized',
      means: 'Google does not accept the token: it is wrong, or was revoked.',
      next: 'Sign in anew, and run again; it goes on where it stopped.',
    },
  },
  {
    // What a token of a virtual machine is told as a rule (googleapis/java-analytics-data#351).
    when: ({ status, id, text }) =>
      status === 403 && (id === 'ACCESS_TOKEN_SCOPE_INSUFFICIENT' || /insufficient authentication scopes/i.test(text)),
    cause: {
      code: 'scope',
      means: 'The token was made for less than the set-up needs; it needs the scope cloud-platform.',
      next: 'Sign in with gcloud auth login (its token has that scope), and run again.',
    },
  },
  {
    when: ({ id, text }) => id === 'SERVICE_DISABLED' && /\b32555940559\b/.test(text),
    cause: {
      code: 'quota-project',
      means: 'Google would charge this request to gcloud’s own project, in which the API is not enabled.',
      next: NEWEST,
    },
  },
  {
    when: ({ status, id, text }) =>
      id === 'SERVICE_DISABLED' || (status === 403 && /has not been used in project .* or it is disabled/.test(text)),
    cause: {
      code: 'service-disabled',
      means: 'The API is not enabled in the project, or was enabled a moment ago and does not answer yet.',
      next: 'Wait a few minutes if it was just enabled, else enable it at the address in the words above; then run again.',
    },
  },
  {
    when: ({ id }) => id === 'USER_PROJECT_DENIED',
    cause: {
      code: 'user-project',
      means: 'The signed-in account may not charge requests to the project, or the project is not there.',
      next: 'Check its name (--set googleProject=ID), or ask its owner for the role roles/serviceusage.serviceUsageConsumer; then run again.',
    },
  },
  {
    when: ({ id, text }) => id === 'TOS' || /accept Terms of Service/i.test(text),
    cause: {
      code: 'terms',
      means: 'The signed-in account has never accepted the terms of service of Google Cloud.',
      next: `Open ${CONSOLE} once as that account, accept them there, and run again.`,
    },
  },
  {
    when: ({ text }) => /exceeded your allotted project quota/i.test(text),
    cause: {
      code: 'project-quota',
      means: 'The account has as many projects as it may have; those that were deleted count for 30 days.',
      next: 'Use a project that exists (--set googleProject=ID), or ask for more at https://support.google.com/code/contact/project_quota_increase; then run again.',
    },
  },
  {
    when: ({ text }) => /billing quota exceeded/i.test(text),
    cause: {
      code: 'billing-quota',
      means: 'The billing account pays for as many projects as it may.',
      next: `Take a project off it at ${CONSOLE}/billing/projects, or ask for more at https://support.google.com/code/contact/billing_quota_increase; then run again.`,
    },
  },
  {
    when: ({ id }) => id === 'UREQ_PROJECT_BILLING_NOT_FOUND',
    cause: {
      code: 'no-billing',
      means: 'These APIs need a billing account that is open, and the project has none.',
      next: `Name one of yours (${CONSOLE}/billing) with --set googleBillingAccount=XXXXXX-XXXXXX-XXXXXX, and run again.`,
    },
  },
  {
    // Its managed twin says so in words that nobody has written down: by the name alone (3).
    when: ({ text }) => /\bconstraints\/iam\.(managed\.)?disableServiceAccountKeyCreation\b/.test(text),
    cause: {
      code: 'keys-forbidden',
      means: 'The organization forbids keys of service accounts.',
      next: 'Choose the way without a key (--set googleRoute=keyless); or ask somebody with roles/orgpolicy.policyAdmin on the organization for an exception. Then run again.',
    },
  },
  {
    when: ({ text }) =>
      /\biam\.(allowedPolicyMemberDomains|managed\.allowedPolicyMembers)\b|belong to a permitted customer/.test(text),
    cause: {
      code: 'member-domain',
      means: 'The organization lets nobody into a policy who is not of its own domains.',
      next: 'Ask somebody with roles/orgpolicy.policyAdmin on the organization to allow the member that the words above name; then run again.',
    },
  },
  {
    // VPC Service Controls, Troubleshooting: the identifier names the entry in the organization's audit log.
    when: ({ id, text }) => id === 'SECURITY_POLICY_VIOLATED' || /vpcServiceControlsUniqueIdentifier/i.test(text),
    cause: {
      code: 'service-perimeter',
      means:
        'VPC Service Controls keep this machine out: the organization lets only certain networks, devices or accounts reach this API.',
      next: 'Run it from a network that is let in; or show the vpcServiceControlsUniqueIdentifier in the words above to an Access Context Manager admin of the organization, who can see there what was refused and allow it. Then run again.',
    },
  },
  {
    when: ({ text }) => /\bconstraints\/[\w.]+/.test(text),
    cause: {
      code: 'organization-policy',
      means: 'A policy of the organization forbids this.',
      next: 'Ask somebody with roles/orgpolicy.policyAdmin on the organization for an exception to what the words above name; then run again.',
    },
  },
  {
    when: ({ status, id }) => id === 'ABORTED' || status === 412,
    cause: {
      code: 'concurrent',
      means: 'Somebody else changed the same thing at the same moment, so this change was not made.',
      next: 'Run again: it is read afresh before it is changed.',
    },
  },
  {
    // Today the limit says nothing of itself; a general failure of a new key is little else (4).
    when: ({ id, text, asked }) =>
      /Maximum number of keys/i.test(text) ||
      (id === 'FAILED_PRECONDITION' && /^POST .*\/serviceAccounts\/[^/]+\/keys$/.test(asked)),
    cause: {
      code: 'key-limit',
      means: 'The service account has as many keys as it may have, which is ten.',
      next: `Delete those that nobody uses at ${CONSOLE}/iam-admin/serviceaccounts, and run again.`,
    },
  },
  {
    when: ({ status }) => status === 429,
    cause: {
      code: 'rate_limit',
      means: 'Google had too many requests from this account or project.',
      next: 'Wait a few minutes, and run again; it goes on where it stopped.',
    },
  },
  {
    when: ({ status, text }) => status === 400 && /service account \S+ does not exist/i.test(text),
    cause: {
      code: 'account-not-there',
      means:
        'Google does not know the service account: a new one takes a minute to be known everywhere, and one that was deleted is gone.',
      next: 'Wait a minute, and run again.',
    },
  },
  {
    // GoogleCloudPlatform/k8s-config-connector#279: an account was created again under the name of one that was deleted.
    when: ({ status, text }) => status === 400 && /inconsistent representation of deleted member/i.test(text),
    cause: {
      code: 'deleted-member',
      means:
        'The policy still has an account of the same name that was deleted, and Google does not take both. The member that begins with deleted: has no rights any more.',
      next: "Take the deleted: member that the words above name out of the policy, in the console (IAM) or with gcloud projects remove-iam-policy-binding PROJECT --role=ROLE --member='deleted:serviceAccount:…?uid=…'; then run again.",
    },
  },
  {
    when: ({ status, text }) => status === 403 && /^Project \S+ has been deleted/.test(text),
    cause: {
      code: 'deleted',
      means: 'The project was deleted; for 30 days it can be taken back, and its name is never free again.',
      next: 'Take it back with gcloud projects undelete, or choose another one (--set googleProject=ID); then run again.',
    },
  },
  {
    when: ({ status }) => status === 403,
    cause: {
      code: 'forbidden',
      means: 'The signed-in account may not do this, or it is not there: Google says the same for both.',
      next: 'Check the name (--set googleProject=ID) and who is signed in (gcloud auth list), or ask the project’s owner for access; then run again.',
    },
  },
  {
    when: ({ status }) => status === 404,
    cause: {
      code: 'not_found',
      means: 'Google does not have what was asked for.',
      next: 'Check the name that the words above have, and run again: what is missing is made.',
    },
  },
  {
    when: ({ status }) => status === 409,
    cause: {
      code: 'exists',
      means: 'It exists already, or is being deleted: perhaps it is ours, from a request whose answer was lost.',
      next: 'Run again: what exists is looked at first.',
    },
  },
  {
    when: ({ id }) => id === 'FAILED_PRECONDITION',
    cause: {
      code: 'precondition',
      means: 'Google cannot do this as things stand there now.',
      next: 'Do what its words above say, and run again.',
    },
  },
  {
    when: ({ status }) => status === 400,
    cause: {
      code: 'invalid',
      means: 'Google does not take one of these values.',
      next: 'Change the answer that its words above name (--set KEY=VALUE), and run again.',
    },
  },
  {
    when: ({ status }) => status >= 500,
    cause: {
      code: 'unavailable',
      means: 'Google itself has trouble; it is nothing that you did.',
      next: 'See https://status.cloud.google.com, and run again later; it goes on where it stopped.',
    },
  },
]

export const UNEXPECTED: Cause = {
  code: 'unexpected',
  means: 'Google gave an answer that this version does not know.',
  next: NEWEST,
}
