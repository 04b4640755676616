import { type Binding, bindingsOf, ENDS, NEVER } from '../../src/clouds/policy.ts'
import { defineStep, type Look, type Seen } from '../../src/engine/step.ts'
import { hole, shown, t } from '../../src/engine/text.ts'
import { ahead } from '../ahead.ts'
import { neverPushes, pushesToGoogle } from '../push-job.ts'
import { bindingsOn } from './access.ts'
import { notInForce } from './as-account.ts'
import { memberOf, projectPath } from './names.ts'
import { lookAtRepository } from './registry.ts'

const ID = 'google.temporary-role'
/** When it ends by itself; empty, once it was taken away. */
export const UNTIL = `${ID}:until`

/** Writer, and the right to make a repository of gcr.io by a push; no delete (facts/google.md 2). */
export const TEMPORARY = 'roles/artifactregistry.createOnPushWriter'

const DAY_MS = 86_400_000

export const temporaryRole = defineStep({
  id: ID,
  title: 'Let CI make the repository by its first push, for a day',
  why: 'A push to us.gcr.io makes the repository there, for which CI’s account needs a role on the whole project. It is given last before the first run, and taken away right after it.',
  section: 'Google Container Registry',
  document: '“Role: Storage / Storage Admin (this is temporary)”',
  today:
    'Not Storage Admin, which says nothing in Artifact Registry any more: the role that may push and make a repository of gcr.io’s names. It ends by itself after a day, should nobody come to take it away. The route least-privilege does without it.',
  uses: ['googleProject', 'googleServiceAccountId', 'googleRoute', 'registryHost', 'circleJobs', 'googleJobs'],
  // What keeps the first run from beginning keeps the role from being given.
  after: ['google.key', 'heroku.ci-token', 'docker-hub.token', 'repository.build-images', 'repository.publish'],
  needs: ['google'],
  when: answers => pushesToGoogle(answers) && answers.googleRoute === 'documented',

  async look(look): Promise<Seen<undefined>> {
    const { answers } = look
    const push = { path: shown(projectPath(answers)), permissions: ['artifactregistry.repositories.createOnPush'] }
    const waiting = notInForce(look, look.fact(`${ID}:changed`), { host: 'google', ...push })
    ahead(onProject(look), waiting)
    if (typeof (await lookAtRepository(look)) !== 'string') {
      return { is: 'present', state: undefined, notes: [`Not needed: ${answers.registryHost} is there.`] }
    }
    const has = await onProject(look)
    const given = has?.find(binding => isTemporary(binding) && !isOver(binding, look))
    if (given === undefined) {
      const cause = neverPushes(look)
      return cause === undefined ? { is: 'missing' } : { is: 'unknown', cause }
    }
    const wait = await waiting
    if (wait) return { is: 'pending', on: 'vendor', detail: 'until the role counts, usually within 2 minutes', ...wait }
    // Whoever gave it: every exit tells of it.
    return { is: 'present', state: undefined, learned: { [UNTIL]: endOf(given) ?? NEVER } }
  },

  actions: answers => [
    {
      kind: 'policy',
      key: 'grant',
      does: t`let ${answers.googleServiceAccountId} push anywhere in ${answers.googleProject}, for a day (${TEMPORARY})`,
      host: 'google',
      path: projectPath(answers),
      reads: 'project',
      member: memberOf(answers),
      roles: [{ role: TEMPORARY, ends: { afterMs: DAY_MS, fact: UNTIL } }],
      byHand: [
        // Portable, where date is not.
        { argv: ['jq', '-n', 'now + 86400 | floor | todate'], into: { [UNTIL]: '.' } },
        {
          argv: [
            ...['gcloud', 'projects', 'add-iam-policy-binding', answers.googleProject],
            ...[t`--member=${memberOf(answers)}`, `--role=${TEMPORARY}`],
            t`--condition=title=${ENDS},expression=request.time < timestamp("${hole(UNTIL)}")`,
          ],
        },
      ],
    },
  ],

  stands({ fact }) {
    const until = fact(UNTIL)
    if (!until) return undefined
    const end = until === NEVER ? 'without an end' : `until ${until.slice(0, 16).replace('T', ' ')} UTC`
    return `CI’s account still has ${TEMPORARY} on the whole project, ${end}: google.strip takes it away once the first image is in.`
  },

  undo: answers => [
    {
      kind: 'policy',
      key: 'take-away',
      does: t`take every role of ${answers.googleServiceAccountId} on ${answers.googleProject} away`,
      host: 'google',
      path: projectPath(answers),
      reads: 'project',
      member: memberOf(answers),
      roles: [],
      only: true,
      byHand: [removeCommand(answers, TEMPORARY)],
    },
  ],
})

/** Takes a role away on the project, with and without conditions (facts/google.md 1.7). */
export const removeCommand = (
  answers: Parameters<typeof memberOf>[0],
  role: string,
): { readonly argv: readonly ReturnType<typeof memberOf>[]; readonly okExit: readonly number[] } => ({
  argv: [
    ...['gcloud', 'projects', 'remove-iam-policy-binding', answers.googleProject],
    ...[t`--member=${memberOf(answers)}`, `--role=${role}`, '--all'],
  ],
  // It says 1 where the binding is gone already.
  okExit: [0, 1],
})

/** Is it what this step gives? */
export const isTemporary = ({ role, condition }: Binding): boolean =>
  role === TEMPORARY && (condition === undefined || condition.title === ENDS)

/** When it ends, as ISO: whoever gave it may have written it in another way. */
function endOf({ condition }: Binding): string | undefined {
  const end = new Date(/^request\.time < timestamp\("([^"]+)"\)$/.exec(condition?.expression ?? '')?.[1] ?? '')
  return Number.isNaN(end.getTime()) ? undefined : end.toISOString()
}

function isOver(binding: Binding, look: Pick<Look, 'hasPassed'>): boolean {
  const end = endOf(binding)
  return end !== undefined && look.hasPassed(0, new Date(end), 'google')
}

/** What the account has on the project; undefined where the project is not there, or its policy not for us to read. */
export async function onProject(
  look: Look<'googleProject' | 'googleServiceAccountId'>,
): Promise<readonly Binding[] | undefined> {
  const bindings = await bindingsOn(look, 'project', projectPath(look.answers))
  return bindings && bindingsOf({ bindings }, shown(memberOf(look.answers)))
}
