import { SetupError } from '../clouds/cause.ts'
import { isMarkedAsCredential } from '../clouds/credential-shapes.ts'
import { LYING } from '../clouds/letters.ts'
import { savedBindings } from '../clouds/policy.ts'
import { redact } from '../clouds/secret.ts'

/*
 * What goes into the saved progress and into a hand-over. No words of a vendor do: they may repeat a token, or lie to
 * the reader of the file. Ids, times and marks do, by their shapes.
 */

interface Claims {
  readonly answers: Readonly<Record<string, string>>
  readonly facts: Readonly<Record<string, string>>
  readonly records: Readonly<Record<string, { readonly id?: string | undefined }>>
  readonly intents: Readonly<Record<string, object>>
}
type Part = keyof Claims

/** Entries of them; one that is undefined is taken away. */
type Changes = { readonly [P in Part]?: Readonly<Record<string, Claims[P][string] | undefined>> | undefined }
const PARTS: readonly Part[] = ['answers', 'facts', 'records', 'intents']

const TIME = String.raw`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?(?:Z|[+-]\d\d:\d\d)`

/** What a fact may be: none any more, marks, numbers, ids, digests, times, Google's names of resources, Docker Hub's owners. */
const ATOM = [
  'yes|never',
  // Words of a sentence have no digits.
  String.raw`(?=[\w-]*\d)[A-Za-z\d][\w-]{0,63}`,
  String.raw`sha256:[\da-f]{64}`,
  TIME,
  String.raw`(?:[a-z][A-Za-z\d]{0,40}\/[\w.:@-]{1,150}\/)*[a-z][A-Za-z\d]{0,40}\/[\w.:@-]{1,150}`,
  String.raw`(?:account|organization) [\w-]{1,100}`,
].join('|')
const FACT = new RegExp(`^(?:(?:${ATOM})(?:[ ,](?:${ATOM}))*)?$`)

/** The id of an object, with what else tells it apart; the names of facts, records and intents. */
const ID = /^[\w.:/@+-]{1,300}(?: [\w.:/@+-]{1,300}){0,20}$/
const NAME = /^[\w.:/@+<>-]{1,300}$/

/** Neither a secret, as far as anybody can tell, nor a sign that lies. */
const isHarmless = (text: string): boolean =>
  text.search(LYING) === -1 && !isMarkedAsCredential(text) && redact(text) === text

/** What a policy action has taken away is kept whole, so that it can be given back. */
const isFact = (name: string, text: string): boolean =>
  FACT.test(text) || (name.endsWith(':removed') && savedBindings(text).length > 0)

/** Is an entry of such a kind that it may be saved? */
function isSaveable({ answers, facts, records }: Changes, part: Part, name: string): boolean {
  if (!isHarmless(name)) return false
  if (part === 'answers') return isHarmless(answers?.[name] ?? '')
  if (!NAME.test(name)) return false
  if (part === 'facts') return isFact(name, facts?.[name] ?? '') && isHarmless(facts?.[name] ?? '')
  const id = part === 'records' ? records?.[name]?.id : undefined
  return id === undefined || (ID.test(id) && isHarmless(id))
}

/** The same without what may not be saved: an earlier version, or another hand, has written it. */
export function saveable<T extends Claims>(saved: T): T {
  const kept = PARTS.map(part => [
    part,
    Object.fromEntries(Object.entries(saved[part]).filter(([name]) => isSaveable(saved, part, name))),
  ])
  return { ...saved, ...Object.fromEntries(kept) }
}

/** @throws SetupError where something that is new by the change may not be saved */
export function assertSaveable(before: Claims, change: Changes): void {
  for (const part of PARTS) {
    for (const [name, value] of Object.entries(change[part] ?? {})) {
      const isNew = value !== undefined && value !== before[part][name]
      if (isNew && !isSaveable(change, part, name)) throw strange(part, name)
    }
  }
}

/** What it is about, as far as it can be told: in the name there may be the same. */
const strange = (part: Part, name: string): SetupError =>
  new SetupError({
    code: 'strange-answer',
    asked: `${part}: ${/^[\w.-]+/.exec(redact(name))?.[0] ?? ''}`,
    means:
      'Where an id, a time or a mark belongs, there is something else, which may hold a secret. It is not shown, and not saved.',
    next: 'Check that nothing between here and the vendor changes its answers (a proxy), and run again; if it stays, report the line above.',
  })
