import type { Caller } from './caller.ts'
import { refuse } from './refusals.ts'
import { may } from './rights.ts'
import type { Api } from './rules.ts'
import { chainOfProject, projectNamed, projectOf } from './tree.ts'
import type { GoogleWorld, Project } from './world.ts'

/** gcloud's own project, which pays for what a person asks for no project in particular (facts/google.md 6). */
const CLIENT_PROJECT = '32555940559'

/** The services that can be enabled; those that need billing (facts/google.md 2 on Artifact Registry). */
export const SERVICES: Readonly<Record<string, { readonly title: string; readonly needsBilling: boolean }>> = {
  ...free('cloudresourcemanager', 'Cloud Resource Manager API'),
  ...free('cloudbilling', 'Cloud Billing API'),
  ...free('serviceusage', 'Service Usage API'),
  ...free('iam', 'Identity and Access Management (IAM) API'),
  ...free('iamcredentials', 'IAM Service Account Credentials API'),
  ...free('sts', 'Security Token Service API'),
  ...free('orgpolicy', 'Organization Policy API'),
  ...free('cloudasset', 'Cloud Asset API'),
  ...free('policytroubleshooter', 'Policy Troubleshooter API'),
  ...free('cloudapis', 'Google Cloud APIs'),
  'storage.googleapis.com': { title: 'Cloud Storage API', needsBilling: false },
  'artifactregistry.googleapis.com': { title: 'Artifact Registry API', needsBilling: true },
  'containerregistry.googleapis.com': { title: 'Container Registry API', needsBilling: true },
  'containerscanning.googleapis.com': { title: 'Container Scanning API', needsBilling: true },
}

function free(name: string, title: string) {
  return { [`${name}.googleapis.com`]: { title, needsBilling: false } }
}

/** Is the API enabled there, and for long enough to answer? */
export function isServed(world: GoogleWorld, project: Project, api: Api, now: Date): boolean {
  const service = project.services.find(({ name }) => name === `${api}.googleapis.com`)
  return service !== undefined && Date.parse(service.enabledAt) + world.rules.activationMs <= now.getTime()
}

/** Throws a Refusal where the API does not answer for that project. */
export function assertServed(world: GoogleWorld, project: Project, api: Api, now: Date): void {
  if (!isServed(world, project, api, now)) throw disabled(api, project.number)
}

/**
 * Throws a Refusal where nobody pays for the request: the project that x-goog-user-project names, an account's or a
 * pool's own, or gcloud's (facts/google.md 6).
 */
export function assertPaid(world: GoogleWorld, caller: Caller, header: string | undefined, api: Api, now: Date): void {
  if (header !== undefined) {
    const project = projectNamed(world, header, now)
    if (!project || !may(world, caller, chainOfProject(world, project), 'serviceusage.services.use', now)) {
      throw refuse.userProject(header)
    }
    assertServed(world, project, api, now)
  } else if (caller.by === 'user') {
    if (!world.rules.clientProjectApis.includes(api)) throw disabled(api, CLIENT_PROJECT)
  } else {
    const own =
      caller.by === 'account'
        ? projectOf(world, caller.account)
        : projectNamed(world, caller.identity.pool.project, now)
    if (own) assertServed(world, own, api, now)
  }
}

function disabled(api: Api, number: string) {
  const service = `${api}.googleapis.com`
  return refuse.serviceDisabled(service, SERVICES[service]?.title ?? service, number)
}
