import { type Action, defineStep } from '../../src/engine/step.ts'
import { placeOf, type Repair, withRepairs } from './config/repairs.ts'
import { allRepairs, FILE, USES } from './config-file.ts'

interface State {
  readonly text: string
  readonly found: readonly Repair[]
}

export const configRepairs = defineStep({
  id: 'circleci.config-repairs',
  title: 'Replace what CircleCI no longer takes, or what names somebody else’s project',
  why: 'A pipeline with a retired engine is refused whole; a fork that still names upstream’s repository would push there.',
  section: 'Authentication',
  document: '(nothing: it was written when these values were new)',
  today:
    'Single values, and the sign-in to Google where that is to be without a key: each has its own diff, and you take it or leave it by itself.',
  uses: USES,
  after: ['circleci.config', 'google.provider'],
  local: true,

  async look(look) {
    const text = look.file(FILE)
    if (text === undefined) return { is: 'present', state: { text: '', found: [] } }
    const { found } = allRepairs(text, look)
    const [first, ...more] = found.map(({ what, key, from, to }) => ({
      what: `${what} (${key})`,
      expected: to,
      found: from,
      action: key,
    }))
    const state: State = { text, found }
    return first === undefined ? { is: 'present', state } : { is: 'differs', state, how: [first, ...more] }
  },

  actions: (_, seen, stays) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    if (state === undefined) return []
    const chosen = state.found.filter(({ key }) => !stays?.has(key))
    return edits(state.text, chosen)
  },

  undo: () => [],
})

/** One edit a repair, from the end to the beginning: so the places of those before stay. */
function edits(text: string, found: readonly Repair[]): readonly Action[] {
  const backwards = found.toSorted((one, other) => placeOf(other) - placeOf(one))
  return backwards.map((repair, index) => ({
    kind: 'edit',
    key: repair.key,
    does: `${repair.what}: ${repair.from} becomes ${repair.to}. ${repair.why}`,
    file: FILE,
    from: withRepairs(text, backwards.slice(0, index)),
    to: withRepairs(text, backwards.slice(0, index + 1)),
  }))
}
