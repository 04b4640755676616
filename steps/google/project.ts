import type { Answers, Known } from '../../src/answers/schema.ts'
import type { Cause } from '../../src/clouds/cause.ts'
import { GOOGLE } from '../../src/clouds/google.ts'
import { isAboutTerms, isHidden, type Project, readProject } from '../../src/clouds/google-projects.ts'
import { textAt } from '../../src/clouds/json.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep, type Look, type Owned } from '../../src/engine/step.ts'
import { type Str, shown, t } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import { pushesToGoogle } from '../push-job.ts'
import { bindingsOn, holders, UNSEEN } from './access.ts'
import { begunBy, endOf, isFresh, learnOperation } from './begun.ts'
import { projectPath } from './names.ts'

const ID = 'google.project'
const USES = ['circleJobs', 'googleJobs', 'googleProject', 'googleProjectName', 'googleParent'] as const
type Used = (typeof USES)[number]

export const project = defineStep({
  id: ID,
  title: 'Create the Google Cloud project',
  why: 'The images lie in a project of their own, and so do the account that CI pushes as, its rights and the bill.',
  section: 'Google Container Registry',
  document: 'Created a new Google Cloud project (`dummyapp-214121`), tied to billing account.',
  today:
    'The same by a request, which Google works at for some seconds. Ids are shared by all of Google and never given out twice: a project that is not to be seen is missing or somebody else’s, which look the same, and one that was deleted keeps its id.',
  uses: USES,
  needs: ['google'],
  when: pushesToGoogle,

  async look(look) {
    const { answers } = look
    const making = { step: ID, key: keyOf(answers), host: 'google' } as const
    const begun = await begunBy(look, making)
    if (begun?.is === 'refused') {
      return { is: 'failed', cause: { ...GOOGLE.means(begun.reply), ...refused(begun.reply, answers) } }
    }
    // It can be seen before it can be worked with.
    if (begun?.is === 'under-way') return waiting(`Google is making the project ${answers.googleProject}`)
    if (begun !== undefined || look.fact(`${ID}:number`) !== undefined)
      ahead(bindingsOn(look, 'project', projectPath(answers)))
    const reply = await look.read('google', projectPath(answers))
    const there = readProject(reply)
    if (there === undefined && isHidden(reply)) {
      return isFresh(look, making)
        ? waiting(`waits for the project ${answers.googleProject} to appear; it usually takes seconds`)
        : { is: 'missing' }
    }
    if (there === undefined) return { is: 'unknown', cause: { ...GOOGLE.means(reply), ...refused(reply, answers) } }
    if (there.state === 'pending-deletion') return { is: 'unknown', cause: pendingDeletion(reply, answers) }
    if (isElsewhere(there, answers)) return { is: 'unknown', cause: elsewhere(reply, there, answers) }
    return {
      is: 'present',
      state: there,
      owned: await ownedProject(there, look),
      learned: { [`${ID}:number`]: there.number, ...endOf(look, making) },
    }
  },

  actions: (answers, seen) => (seen?.is === 'pending' ? [] : [create(answers)]),

  undo: ({ googleProject }) => [
    {
      kind: 'request',
      key: 'delete',
      does: t`delete the project ${googleProject} with everything in it (for 30 days it can be brought back)`,
      host: 'google',
      method: 'DELETE',
      path: projectPath({ googleProject }),
      again: 'look-first',
      byHand: [{ argv: ['gcloud', 'projects', 'delete', googleProject, '--quiet'] }],
    },
  ],

  means: refused,
})

const waiting = (detail: string) => ({ is: 'pending', on: 'vendor', detail }) as const

/** The intent and what is known of the operation are about one id: another one is begun anew. */
const keyOf = ({ googleProject }: { readonly googleProject: Str }): string => `create-${shown(googleProject)}`

function create(answers: Pick<Answers, Used>): Action {
  const { googleProject: projectId, googleProjectName: name, googleParent } = answers
  const parent = googleParent === undefined ? undefined : partsOf(googleParent)
  return {
    kind: 'request',
    key: keyOf(answers),
    does: t`create the project ${projectId}${parent ? t` in the ${parent.type} ${parent.id}` : ''}`,
    host: 'google',
    method: 'POST',
    path: '/v1/projects',
    body: { projectId, name, parent },
    learn: learnOperation(keyOf(answers)),
    // A second one of that id cannot come about, but "taken" would then be said of our own (facts/google.md 4).
    again: 'look-first',
    byHand: [
      {
        argv: [
          ...['gcloud', 'projects', 'create', projectId, t`--name=${name}`, '--no-enable-cloud-apis'],
          ...(parent ? [t`--${parent.type}=${parent.id}`] : []),
          '--format=json',
        ],
        into: { [`${ID}:number`]: '.projectNumber' },
      },
    ],
  }
}

/** organizations/1 as the API and gcloud take it. */
function partsOf(parent: Str): { readonly type: string; readonly id: string } {
  const [kind = '', id = ''] = shown(parent).split('/')
  return { type: kind.replace(/s$/, ''), id }
}

/** Without an answer, wherever it lies is right; a project is not moved. */
const isElsewhere = ({ parent }: Project, { googleParent }: Pick<Known, Used>): boolean =>
  googleParent !== undefined && parent !== googleParent

async function ownedProject({ number, createdAt, parent }: Project, look: Look<Used>): Promise<Owned> {
  const { answers } = look
  const bindings = await bindingsOn(look, 'project', projectPath(answers))
  const owners = bindings && holders(bindings, ['roles/owner'])
  const others = bindings && holders(bindings, ['roles/owner', 'roles/editor'])
  const isTold = (one: string) => one === look.account('google').name || (parent === undefined && owners?.includes(one))
  return {
    id: number,
    what: `project ${answers.googleProject}`,
    owner: parent ? parent.replace(/^(\w+)s\//, '$1 ') : owners?.join(', ') || 'somebody whom Google does not name',
    since: createdAt,
    alsoAccess: others?.filter(one => !isTold(one)) ?? [UNSEEN],
  }
}

const ANOTHER = 'dummyapp-setup --set googleProject=ID'

function pendingDeletion({ asked }: VendorReply, { googleProject }: Pick<Known, Used>): Cause {
  return {
    code: 'pending-deletion',
    asked,
    said: 'lifecycleState DELETE_REQUESTED',
    means: `The project ${googleProject} was deleted: for 30 days it can be brought back, and its id is never given out again.`,
    next: `Bring it back: gcloud projects undelete ${googleProject}, and run again. Or take another id: ${ANOTHER}`,
  }
}

function elsewhere(
  { asked }: VendorReply,
  { parent }: Project,
  { googleProject, googleParent }: Pick<Known, Used>,
): Cause {
  return {
    code: 'another-parent',
    asked,
    said: `parent ${parent ?? 'none'}`,
    means: `The project ${googleProject} lies in ${parent ?? 'no organization'}, not in ${googleParent}, so other policies hold for it. It is not moved.`,
    next: `If it is the project you want: --set googleParent=${parent ?? ''}. If not: --set googleProject=ID. Then run again.`,
  }
}

/** Why there is no project; the causes of facts/google.md 4, told by the request or by its operation. */
function refused(reply: VendorReply, { googleProject, googleParent }: Pick<Known, Used>): Cause | undefined {
  const { status, body } = reply
  const message = textAt(body, 'error', 'message') ?? ''
  if (isAboutTerms(reply)) {
    return {
      code: 'terms',
      means: 'Nobody has accepted the terms of Google Cloud for the signed-in account yet.',
      next: 'Sign in to https://console.cloud.google.com/ with it once, accept them, and run again.',
    }
  }
  if (status === 409) {
    return {
      code: 'taken',
      means: `The project id ${googleProject} is in use: by somebody else, by a project of yours that the signed-in account may not see, or by one that was deleted, which keeps its id.`,
      next: `Choose another: ${ANOTHER}. If it is yours: sign in as its owner (gcloud auth login), and run again.`,
    }
  }
  if (status === 429 && /project quota/i.test(message)) {
    return {
      code: 'project-quota',
      means:
        'The signed-in account may have no project more; deleted ones count for 30 days, until they are really gone.',
      next: `Use a project that you have (${ANOTHER}), or ask Google for more: https://support.google.com/code/contact/project_quota_increase`,
    }
  }
  if (status === 403) {
    const where = googleParent ?? 'your organization'
    return {
      code: 'may-not-create',
      means:
        googleParent === undefined
          ? 'The signed-in account may not make projects: in an organization only those may whom it lets.'
          : `The signed-in account may not make projects in ${googleParent}, or there is no such place.`,
      next: `Ask an administrator of ${where} for the role Project Creator (roles/resourcemanager.projectCreator) there, or for a project: ${ANOTHER}. Then run again.`,
    }
  }
  return undefined
}
