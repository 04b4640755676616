import type { Answers, Known } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { GOOGLE, reasonOf } from '../../src/clouds/google.ts'
import { isAboutTerms, isHidden, readEnabled } from '../../src/clouds/google-projects.ts'
import { textAt } from '../../src/clouds/json.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep } from '../../src/engine/step.ts'
import { path, type Str, shown, t } from '../../src/engine/text.ts'
import { pushesToGoogle } from '../push-job.ts'
import { begunBy, endOf, learnOperation } from './begun.ts'
import { ENABLED_AT, servicesOf } from './enabled.ts'
import { isWithoutProject } from './there.ts'

const ID = 'google.services'
const USES = ['circleJobs', 'googleJobs', 'googleProject', 'googleRoute'] as const
type Used = (typeof USES)[number]

interface State {
  /** What is not enabled yet. */
  readonly missing: readonly string[]
}

export const services = defineStep({
  id: ID,
  title: 'Enable the APIs of the registry and of its rights',
  why: 'Artifact Registry keeps the images; IAM has the account that CI pushes as. For the proof that its rights are the ones wanted, that account is spoken as (IAM Service Account Credentials) and asks what it may do in the project (Cloud Resource Manager): Google counts its requests to this project, where these must be enabled.',
  section: 'Google Container Registry',
  document: 'Enabled Container Registry.',
  today:
    'Container Registry takes no writes since 2025-03-18; Artifact Registry answers to its names. All are enabled by one request, and what is enabled already stays. An API that was just enabled may refuse for some minutes, which is waited out.',
  uses: USES,
  after: ['google.billing'],
  needs: ['google'],
  when: pushesToGoogle,

  async look(look) {
    const { answers } = look
    const enabling = { step: ID, key: keyOf(answers), host: 'google-services' } as const
    const begun = await begunBy(look, enabling)
    if (begun?.is === 'under-way') {
      return { is: 'pending', on: 'vendor', detail: 'Google is enabling the APIs; it usually takes seconds' }
    }
    const { first, services: enabled } = await readEnabled(
      to => look.read('google-services', to),
      answers.googleProject,
    )
    const state: State = { missing: servicesOf(answers).filter(name => !enabled.includes(name)) }
    if (first.status >= 300) {
      if (await isWithoutProject(look, first)) return { is: 'missing' }
      return { is: 'unknown', cause: { ...GOOGLE.means(first), ...refused(first, answers) } }
    }
    if (state.missing.length === 0) {
      const at = look.begunAt(`${ID}/${enabling.key}`)
      return {
        is: 'present',
        state,
        learned: { ...(at && { [ENABLED_AT]: at.toISOString() }), ...endOf(look, enabling) },
      }
    }
    if (begun?.is === 'refused') {
      return { is: 'failed', state, cause: { ...GOOGLE.means(begun.reply), ...refused(begun.reply, answers) } }
    }
    const some = state.missing.length < servicesOf(answers).length
    const partly = `not enabled: ${state.missing.map(withoutDomain).join(', ')}`
    return { is: 'missing', state, ...(some && { partly }) }
  },

  actions: (answers, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    return seen?.is === 'pending' ? [] : [enable(answers, state?.missing ?? servicesOf(answers))]
  },

  // They cost nothing, and others may need them by now; with a project of ours they go anyway.
  undo: () => [],

  means: refused,
})

/** As people read it; all are of one domain. */
const withoutDomain = (name: string): string => name.replace(/\.googleapis\.com$/, '')

/** The intent and what is known of the operation are about one project. */
const keyOf = ({ googleProject }: { readonly googleProject: Str }): string => `enable-${shown(googleProject)}`

const enable = (answers: Pick<Answers, Used>, names: readonly string[]): Action => ({
  kind: 'request',
  key: keyOf(answers),
  does: t`enable the APIs ${names.map(withoutDomain).join(', ')} in the project ${answers.googleProject}`,
  host: 'google-services',
  method: 'POST',
  path: t`${path`/v1/projects/${answers.googleProject}/services`}:batchEnable`,
  body: { serviceIds: names },
  learn: learnOperation(keyOf(answers)),
  // What is enabled already stays as it is.
  again: 'safe',
  byHand: [{ argv: ['gcloud', 'services', 'enable', ...names, t`--project=${answers.googleProject}`] }],
})

/** Why they are not enabled (facts/google.md 4), told by the request or by its operation. */
function refused(reply: VendorReply, { googleProject }: Pick<Known, Used>): Cause | undefined {
  const message = textAt(reply.body, 'error', 'message') ?? ''
  if (reasonOf(reply) === 'UREQ_PROJECT_BILLING_NOT_FOUND' || /billing must be enabled/i.test(message)) {
    return {
      code: 'no-billing',
      means: `No open billing account pays for the project ${googleProject}, or Google has not noticed the one that does.`,
      next: 'If it was linked a moment ago, run again in a minute. Else link an open one: --set googleBillingAccount=ID',
    }
  }
  if (isAboutTerms(reply)) {
    return {
      code: 'terms',
      means: 'Nobody has accepted the terms of Google Cloud, or of one of these APIs, for the signed-in account yet.',
      next: 'Sign in to https://console.cloud.google.com/apis/library with it once, accept them, and run again.',
    }
  }
  if (!isHidden(reply)) return undefined
  return {
    code: 'may-not-enable',
    means: `The signed-in account may not see or enable APIs in the project ${googleProject}.`,
    next: `Ask an owner of ${googleProject} for Service Usage Admin (roles/serviceusage.serviceUsageAdmin), and run again.`,
  }
}
