import type { Answers, Known } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { GOOGLE } from '../../src/clouds/google.ts'
import {
  type BillingAccount,
  type BillingInfo,
  isHidden,
  readBillingAccounts,
  readBillingInfo,
} from '../../src/clouds/google-projects.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep, type Look, type PersonAction, type Seen } from '../../src/engine/step.ts'
import { hole, path, type Str, t } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import { pushesToGoogle } from '../push-job.ts'
import { isWithoutProject } from './there.ts'

const USES = ['circleJobs', 'googleJobs', 'googleProject', 'googleBillingAccount'] as const
type Used = (typeof USES)[number]

/** The account that is to pay; undefined where there is none to be had. */
interface State {
  readonly payer: { readonly id: string; readonly name?: string } | undefined
}

const NEW_ACCOUNT = 'https://console.cloud.google.com/billing/create'

export const billing = defineStep({
  id: 'google.billing',
  title: 'Let a billing account pay for the project',
  why: 'Artifact Registry is not enabled without one, though half a gigabyte of images is free.',
  section: 'Google Container Registry',
  document: 'Created a new Google Cloud project (`dummyapp-214121`), tied to billing account.',
  today:
    'The same by a request. The open accounts are looked up: a single one is taken, of several one is chosen. Linking a closed account gets the answer 200 and pays for nothing, so only billingEnabled counts.',
  uses: USES,
  after: ['google.project'],
  needs: ['google'],
  when: pushesToGoogle,

  async look(look) {
    const { googleProject, googleBillingAccount } = look.answers
    const readAccounts = () => readBillingAccounts(to => look.read('google-billing', to))
    if (look.record('google.billing') === undefined) ahead(readAccounts())
    const reply = await look.read('google-billing', infoPath(look.answers))
    const info = readBillingInfo(reply)
    if (info === undefined && !(await isWithoutProject(look, reply))) {
      return { is: 'unknown', cause: { ...GOOGLE.means(reply), ...(isHidden(reply) && mayNotSee(googleProject)) } }
    }
    if (info?.isEnabled) return payerOf(info, googleBillingAccount)
    const { first, accounts } = await readAccounts()
    if (first.status >= 300) return { is: 'unknown', cause: GOOGLE.means(first) }
    const partly = info?.account && `linked to ${calledOf(info.account, accounts)}, which pays for nothing`
    return { ...choice(look, accounts), ...(partly && { partly }) }
  },

  actions: (answers, seen) => {
    const { googleProject, googleBillingAccount = hole('googleBillingAccount') } = answers
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    if (state && state.payer === undefined) return [openAccount]
    return [link(googleProject, state?.payer?.id ?? googleBillingAccount, state?.payer?.name)]
  },

  undo: ({ googleProject }) => [
    {
      kind: 'request',
      key: 'unlink',
      does: t`let no billing account pay for the project ${googleProject} any more`,
      host: 'google-billing',
      method: 'PUT',
      path: infoPath({ googleProject }),
      body: { billingAccountName: '' },
      again: 'safe',
      byHand: [{ argv: ['gcloud', 'billing', 'projects', 'unlink', googleProject] }],
    },
  ],

  means: refused,

  // facts/google.md 1.3: a closed account is linked with 200.
  isNo: (key, reply, { googleProject }) =>
    key === 'link' && readBillingInfo(reply)?.isEnabled === false
      ? pays(readBillingInfo(reply), googleProject)
      : undefined,
})

const infoPath = ({ googleProject }: Pick<Answers, 'googleProject'>) => path`/v1/projects/${googleProject}/billingInfo`

const link = (project: Str, id: Str, name: string | undefined): Action => ({
  kind: 'request',
  key: 'link',
  does: t`let the billing account ${name === undefined ? id : t`“${name}” (${id})`} pay for the project ${project}`,
  host: 'google-billing',
  method: 'PUT',
  path: infoPath({ googleProject: project }),
  body: { billingAccountName: t`billingAccounts/${id}` },
  again: 'safe',
  byHand: [{ argv: ['gcloud', 'billing', 'projects', 'link', project, t`--billing-account=${id}`] }],
})

const openAccount: PersonAction = {
  kind: 'person',
  key: 'open-account',
  does: 'open a billing account at Google Cloud',
  who: 'you',
  instructions: [
    'The signed-in account is shown no open billing account. Make one on the page below (it asks for a card; half a gigabyte of images is free), or reopen a closed one.',
    'Or have whoever pays make you Billing Account User (roles/billing.user) of theirs: then it is found.',
  ],
  url: NEW_ACCOUNT,
}

/** Whoever pays already goes on, unless the answer names another one. */
function payerOf({ account = '' }: BillingInfo, wanted: string | undefined): Seen<State> {
  if (wanted === undefined || wanted === account) return { is: 'present', state: { payer: { id: account } } }
  return {
    is: 'differs',
    state: { payer: { id: wanted } },
    how: [{ what: 'the billing account', expected: wanted, found: account }],
    keep: { id: account },
  }
}

/** Which account is to pay: the one of the answer, or the only open one, or one that a person chooses. */
function choice({ answers }: Look<Used>, accounts: readonly BillingAccount[]): Seen<State> {
  const { googleBillingAccount: wanted } = answers
  const open = accounts.filter(({ isOpen }) => isOpen)
  if (wanted !== undefined) {
    const known = accounts.find(({ id }) => id === wanted)
    if (known?.isOpen === false) return { is: 'unknown', cause: closed(known, open) }
    // One that is not shown may be one that may be linked all the same: Google's answer tells.
    return { is: 'missing', state: { payer: known ?? { id: wanted } } }
  }
  const [only, ...more] = open
  if (only === undefined) {
    return { is: 'pending', on: 'person', detail: 'no open billing account is to be seen', state: { payer: undefined } }
  }
  if (more.length === 0) return { is: 'missing', state: { payer: only } }
  const among = open.map(one => ({ value: one.id, name: called(one) }))
  return { is: 'unknown', cause: several(open), choose: { answer: 'googleBillingAccount', among } }
}

const called = ({ id, name }: BillingAccount): string => (name ? `${name} (${id})` : id)
const calledOf = (id: string, accounts: readonly BillingAccount[]): string =>
  called(accounts.find(one => one.id === id) ?? { id, name: '', isOpen: false })

const ANOTHER = '--set googleBillingAccount=ID'
const orAnother = (open: readonly BillingAccount[]): string =>
  open.length === 0 ? '' : ` Or take an open one (${ANOTHER}): ${open.map(called).join(', ')}.`

const several = (open: readonly BillingAccount[]): Cause => ({
  code: 'several-billing-accounts',
  means: `${open.length} billing accounts are open to you: ${open.map(called).join(', ')}.`,
  next: `Choose who pays: ${ANOTHER}`,
})

const closed = (account: BillingAccount, open: readonly BillingAccount[]): Cause => ({
  code: 'billing-closed',
  means: `The billing account ${called(account)} is closed: linked, it would pay for nothing.`,
  next: `Reopen it at https://console.cloud.google.com/billing, and run again.${orAnother(open)}`,
})

const pays = (info: BillingInfo | undefined, googleProject: string): Cause => ({
  code: 'billing-closed',
  said: '200, billingEnabled false',
  means: `The billing account ${info?.account ?? ''} is closed: Google linked it to ${googleProject}, and it pays for nothing.`,
  next: `Reopen it at https://console.cloud.google.com/billing, or take an open one (${ANOTHER}); then run again.`,
})

const mayNotSee = (project: string) => ({
  code: 'may-not-see-billing',
  means: `The signed-in account may not see who pays for ${project}.`,
  next: `Sign in as an owner of ${project}, or have one link a billing account; then run again.`,
})

/** An account that is not the caller's to link gets an error that names the project (facts/google.md 1.3, 4). */
function refused(reply: VendorReply, { googleProject, googleBillingAccount }: Pick<Known, Used>): Cause | undefined {
  const { status, body } = reply
  if (status < 500 && /billing quota exceeded/i.test(JSON.stringify(body))) {
    return {
      code: 'billing-quota',
      means: 'The billing account pays for as many projects as it may.',
      next: `Unlink one that needs it no more, ask Google for more (https://support.google.com/code/contact/billing_quota_increase), or take another account (${ANOTHER}); then run again.`,
    }
  }
  if (!isHidden(reply)) return undefined
  const account = googleBillingAccount ?? 'the account'
  return {
    code: 'may-not-link',
    means: `The signed-in account may not let ${account} pay for ${googleProject}. Google names the project, whichever of the two it is: there is no such billing account or it is not yours, or you may not change who pays for the project.`,
    next: `Take an account that is yours (gcloud billing accounts list shows them): ${ANOTHER}. Or have an owner of the account make you its Billing Account User (roles/billing.user), and one of the project its Project Billing Manager (roles/billing.projectManager); then run again.`,
  }
}
