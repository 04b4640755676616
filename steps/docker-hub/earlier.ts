import { NeedsSecret } from '../../src/clouds/cause.ts'
import { textAt } from '../../src/clouds/json.ts'
import type { Look } from '../../src/engine/step.ts'
import { path, type Str, shown } from '../../src/engine/text.ts'
import { label, type Owner, ownerOf, TOKEN, type Used } from './tokens.ts'

/** A token of this set-up by another owner than CI's is of now: the route, the bot or the organization was another. */
export interface Earlier {
  readonly owner: Owner
  readonly id: string
}

/** What became of them. */
interface EarlierTokens {
  /** Still valid, and to be revoked by whoever has signed in. */
  readonly toRevoke: readonly Earlier[]
  /** Not to be seen by whoever has signed in: remembered, and said at every end. */
  readonly outOfReach: readonly Earlier[]
}

/** The fact that tells whose the delivered token is, and the one with those that are out of reach. */
const OF = `${TOKEN}:of`
const LEFT = `${TOKEN}:earlier`

/** Does the delivered token belong to whom it would belong to by these answers? What was saved before that was told, does. */
export const isOfSameOwner = (look: Look<Used>): boolean =>
  (look.fact(OF) ?? written(ownerOf(look.answers))) === written(ownerOf(look.answers))

/** What CI pushed with before the route changed, as far as it is still valid. */
export async function earlierTokens(look: Look<Used>): Promise<EarlierTokens> {
  const remembered = (look.fact(LEFT) ?? '').split(',').flatMap(text => readEarlier(text) ?? [])
  const delivered = readEarlier(`${look.fact(OF) ?? ''} ${look.fact(`${TOKEN}:id`) ?? ''}`)
  const all = [...remembered, ...(delivered && !isOfSameOwner(look) ? [delivered] : [])]
  const looked = await Promise.all(all.map(async one => ({ one, is: await stateOf(one, look) })))
  const those = (state: State) => looked.filter(({ is }) => is === state).map(({ one }) => one)
  return { toRevoke: those('valid'), outOfReach: those('unseen') }
}

/** What is saved with the delivered token. */
export function learnedOf(look: Look<Used>, { outOfReach }: EarlierTokens): Readonly<Record<string, string>> {
  const left = outOfReach.map(({ owner, id }) => `${written(owner)} ${id}`).join(',')
  return {
    [OF]: written(ownerOf(look.answers)),
    ...((left !== '' || look.fact(LEFT) !== undefined) && { [LEFT]: left }),
  }
}

/** Where each that is out of reach is revoked. */
export const notesOn = ({ outOfReach }: EarlierTokens, { answers }: Look<Used>): readonly string[] =>
  outOfReach.map(({ owner: { kind, name }, id }) => {
    const what = `The token that CI pushed with before (${id}, “${shown(label(answers))}”) may still be valid: only`
    if (kind === 'organization') {
      return `${what} an owner of ${name} can revoke it. Sign in as one and run again, or delete it at https://app.docker.com, Access tokens of ${name}.`
    }
    const again =
      answers.dockerHubRoute === 'org-token'
        ? ` Set DOCKERHUB_BOT_USER=${name} and DOCKERHUB_BOT_PASSWORD and run again, or sign in as ${name} and`
        : ` Sign in as ${name} and`
    return `${what} ${name}’s own password can revoke it.${again} delete it at https://app.docker.com/settings/personal-access-tokens`
  })

type State = 'valid' | 'gone' | 'unseen'

/** Whether it is there. An account answers for its own tokens alone: of another’s it says that there is none. */
async function stateOf({ owner, id }: Earlier, look: Look<Used>): Promise<State> {
  if (owner.kind === 'organization') {
    const { status } = await look.read('docker-hub', path`/v2/orgs/${owner.name}/access-tokens/${id}`)
    return status < 300 ? 'valid' : status === 404 ? 'gone' : 'unseen'
  }
  const as = 'docker-hub.bot' as const
  try {
    const who = await look.read('docker-hub', '/v2/user', { as })
    if (textAt(who.body, 'username') !== owner.name) return 'unseen'
    const { status } = await look.read('docker-hub', path`/v2/access-tokens/${id}`, { as })
    return status < 300 ? 'valid' : status === 404 ? 'gone' : 'unseen'
  } catch (error) {
    if (error instanceof NeedsSecret) return 'unseen'
    throw error
  }
}

const written = ({ kind, name }: Owner<Str>): string => `${kind} ${shown(name)}`

function readEarlier(text: string): Earlier | undefined {
  const [, kind, name, id] = /^(account|organization) (\S+) (\S+)$/.exec(text) ?? []
  if (name === undefined || id === undefined) return undefined
  return { owner: { kind: kind === 'account' ? 'account' : 'organization', name }, id }
}
