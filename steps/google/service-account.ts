import type { Answers, Known } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { GOOGLE, reasonOf } from '../../src/clouds/google.ts'
import { readAccounts, type ServiceAccount } from '../../src/clouds/google-accounts.ts'
import { isHidden } from '../../src/clouds/google-projects.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep, type Look, type Owned } from '../../src/engine/step.ts'
import { path, type Str, shown, t } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import { pushesToGoogle } from '../push-job.ts'
import { bindingsOn, holders, UNSEEN } from './access.ts'
import { isFresh } from './begun.ts'
import { justEnabled } from './enabled.ts'
import { accountOf, accountPath, labelOf } from './names.ts'
import { isWithoutProject } from './there.ts'

const ID = 'google.service-account'
const USES = [
  'githubProject',
  'circleJobs',
  'googleJobs',
  'googleProject',
  'googleServiceAccountId',
  'googleServiceAccountName',
] as const
type Used = (typeof USES)[number]

/** Facts of the account, for the steps that grant to it. */
const UNIQUE_ID = `${ID}:uniqueId`

export const serviceAccount = defineStep({
  id: ID,
  title: 'Create the service account that CI pushes as',
  why: 'CI gets an account of its own, so that its rights can be the least that a push needs, and can be taken from it alone.',
  section: 'Google Container Registry',
  document:
    'Under `IAM & admin`, in `Service accounts`, created a service account: Name: `circleci-dummyapp-image-builder`',
  today:
    'The document’s name has 31 characters: it is the display name, and too long for the id (6 to 30), which is derived from it. It gets no role here: that comes last before CI’s first run. The list of accounts is looked at, since a single look-up says “forbidden” of what is missing.',
  uses: USES,
  after: ['google.services'],
  needs: ['google'],
  when: pushesToGoogle,

  async look(look) {
    const { answers } = look
    const email = shown(accountOf(answers))
    if (look.fact(UNIQUE_ID) !== undefined) ahead(bindingsOn(look, 'account', accountPath(answers)))
    const { first, accounts } = await readAccounts(to => look.read('google-iam', to), answers.googleProject)
    if (first.status >= 300) {
      const fresh = justEnabled(first, look)
      if (fresh) return fresh
      // It is enabled before anything is done here.
      const isMissing = reasonOf(first) === 'SERVICE_DISABLED' || (await isWithoutProject(look, first))
      if (isMissing) return { is: 'missing' }
      return { is: 'unknown', cause: { ...GOOGLE.means(first), ...refused(first, answers) } }
    }
    const there = accounts.find(one => one.email === email)
    if (there === undefined) {
      const isMaking = isFresh(look, { step: ID, key: keyOf(answers), host: 'google-iam' })
      if (!isMaking) return { is: 'missing' }
      return {
        is: 'pending',
        on: 'vendor',
        detail: `waits for the account ${email} to appear; it usually takes seconds`,
      }
    }
    const seen = {
      state: there,
      owned: await ownedAccount(there, look),
      learned: { [UNIQUE_ID]: there.uniqueId },
    }
    if (there.isDisabled) return { is: 'differs', ...seen, how: [DISABLED] }
    return { is: 'present', ...seen }
  },

  actions: (answers, seen) => {
    if (seen?.is === 'pending') return []
    return [seen?.is === 'differs' ? enable(answers) : create(answers)]
  },

  undo: answers => [
    {
      kind: 'request',
      key: 'delete',
      does: t`delete the service account ${accountOf(answers)} with its keys (for 30 days it can be brought back)`,
      host: 'google-iam',
      method: 'DELETE',
      path: accountPath(answers),
      again: 'look-first',
      byHand: [gcloud('delete', answers, accountOf(answers), '--quiet')],
    },
  ],

  means: refused,
})

const DISABLED = { what: 'the service account', expected: 'enabled', found: 'disabled: its keys are refused' }

type Names = Pick<Answers, Used>

const accountsPath = ({ googleProject }: Pick<Names, 'googleProject'>): Str =>
  path`/v1/projects/${googleProject}/serviceAccounts`

const gcloud = (verb: string, { googleProject }: Names, name: Str, ...more: readonly Str[]) => ({
  argv: ['gcloud', 'iam', 'service-accounts', verb, name, t`--project=${googleProject}`, ...more],
})

/** The intent is about one account. */
const keyOf = (names: Pick<Names, 'googleProject' | 'googleServiceAccountId'>): string =>
  `create-${shown(accountOf(names))}`

function create(answers: Names): Action {
  const { googleServiceAccountId: accountId, googleServiceAccountName: displayName } = answers
  const description = labelOf(answers)
  return {
    kind: 'request',
    key: keyOf(answers),
    does: t`create the service account ${accountOf(answers)} (“${displayName}”), without any right`,
    host: 'google-iam',
    method: 'POST',
    path: accountsPath(answers),
    body: { accountId, serviceAccount: { displayName, description } },
    learn: { uniqueId: ['uniqueId'] },
    // A second one of that id cannot come about, but a clash would then be said of our own.
    again: 'look-first',
    byHand: [gcloud('create', answers, accountId, t`--display-name=${displayName}`, t`--description=${description}`)],
  }
}

const enable = (answers: Names): Action => ({
  kind: 'request',
  key: 'enable',
  does: t`enable the service account ${accountOf(answers)} again`,
  host: 'google-iam',
  method: 'POST',
  path: t`${accountPath(answers)}:enable`,
  body: {},
  again: 'safe',
  byHand: [gcloud('enable', answers, accountOf(answers))],
})

/** Google does not tell when an account was made, nor by whom. */
async function ownedAccount(account: ServiceAccount, look: Look<Used>): Promise<Owned> {
  const { answers } = look
  const bindings = await bindingsOn(look, 'account', accountPath(answers))
  const isLabelled = account.description === shown(labelOf(answers))
  return {
    id: account.uniqueId,
    what: `service account ${account.email}`,
    owner: `project ${answers.googleProject}`,
    alsoAccess: ['whoever has a key of it', ...(bindings ? holders(bindings) : [UNSEEN])],
    ...(isLabelled && { isLabelled }),
  }
}

/** Why there is no account. */
function refused(reply: VendorReply, answers: Pick<Known, Used>): Cause | undefined {
  const { googleProject, googleServiceAccountId } = answers
  const { status, body } = reply
  if (status === 409) {
    return {
      code: 'taken',
      means: `There is an account ${googleServiceAccountId} in the project ${googleProject} by now.`,
      next: 'Run again: it is looked at, and offered for use. Or choose another: --set googleServiceAccountId=ID',
    }
  }
  // facts/google.md 3: the constraint, and its managed twin.
  if (status === 400 && /disableServiceAccountCreation/.test(JSON.stringify(body))) {
    return {
      code: 'accounts-forbidden',
      means: `The organization of ${googleProject} forbids making service accounts.`,
      next: `Ask its policy administrator (roles/orgpolicy.policyAdmin) for an exception, or use an account that is there (--set googleServiceAccountId=ID); then run again.`,
    }
  }
  if (!isHidden(reply)) return undefined
  return {
    code: 'may-not-create',
    means: `The signed-in account may not see or make service accounts in the project ${googleProject}.`,
    next: `Ask an owner of ${googleProject} for Service Account Admin (roles/iam.serviceAccountAdmin), and run again.`,
  }
}
