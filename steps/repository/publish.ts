import { CI_CONFIG } from '../../src/answers/forms/ci-config.ts'
import { DOCKERFILE } from '../../src/answers/forms/dockerfile.ts'
import { defineStep, type Look, type PersonAction, type Sh } from '../../src/engine/step.ts'
import { type Str, t } from '../../src/engine/text.ts'

/** The files that the wizard edits. */
const FILES = [CI_CONFIG, 'build/common.lib.sh', DOCKERFILE] as const

type Used = 'firstRunBranch' | 'githubProject'

/** What a person still has to do until the branch has what stands in the checkout. */
interface State {
  /** Those of the files that differ there and are not committed here. */
  readonly uncommitted: readonly string[]
  /** What else is there: nothing yet, an older commit of ours, one that others pushed, one that is not known here; or nobody has looked. */
  readonly there: 'nothing' | 'older' | 'others' | 'unknown' | 'unseen'
  /** The remote that is pushed to. */
  readonly remote: string
}

export const publish = defineStep({
  id: 'repository.publish',
  title: 'Commit the edits and push them',
  why: 'CI builds what is on GitHub, and a push starts it. What goes into the repository is signed by a person, so the wizard commits nothing.',
  section: 'Setup',
  document: '“pushed on branch circle, aborted first build on master”',
  today:
    'The same push, of the branch that is to be built first. It is seen by git ls-remote; the files that this set-up edits must be there as they stand here.',
  uses: ['firstRunBranch', 'githubProject'],
  after: ['repository.names', 'repository.data-image', 'circleci.config', 'circleci.config-repairs', 'google.act-as'],

  // Which remote that is, is in git's configuration of the checkout.
  local: true,

  async look(look) {
    const { answers, git, origin, remote, isDry } = look
    if (isDry) return pending({ uncommitted: FILES, there: 'unseen', remote }, answers.firstRunBranch)
    const branch = `refs/heads/${answers.firstRunBranch}`
    const said = await origin(branch)
    if (typeof said !== 'string') return { is: 'unknown', cause: said }
    const revision = said.split('\n').flatMap(line => (line.endsWith(`\t${branch}`) ? [line.split('\t')[0]] : []))[0]
    if (revision === undefined) {
      return pending(
        { uncommitted: await differing('HEAD', FILES, look), there: 'nothing', remote },
        answers.firstRunBranch,
      )
    }
    if ((await git('cat-file', '-e', `${revision}^{commit}`)).code !== 0) {
      return pending({ uncommitted: [], there: 'unknown', remote }, answers.firstRunBranch)
    }
    const changed = await differing(revision, FILES, look)
    if (changed.length === 0) {
      return {
        is: 'present',
        state: nothingToDo(remote),
        learned: { 'repository.publish:revision': revision },
      }
    }
    const isOurs = (await git('merge-base', '--is-ancestor', revision, 'HEAD')).code === 0
    const uncommitted = await differing('HEAD', changed, look)
    return pending({ uncommitted, there: isOurs ? 'older' : 'others', remote }, answers.firstRunBranch)
  },

  actions: ({ firstRunBranch, githubProject }, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    return [forPerson(state ?? UNSEEN, firstRunBranch, githubProject)]
  },

  // What was pushed is everybody's: only they can take it back.
  undo: () => [],
})

const nothingToDo = (remote: string): State => ({ uncommitted: [], there: 'older', remote })

/** Of a checkout that nobody has looked at. */
const UNSEEN: State = { uncommitted: FILES, there: 'unseen', remote: 'origin' }

const pending = (state: State, branch: string) =>
  ({ is: 'pending', on: 'person', detail: standing(state, branch), state }) as const

function standing({ uncommitted, there, remote }: State, branch: string): string {
  if (there === 'unknown') return `${branch} on ${remote} has a commit that is not known here`
  if (uncommitted.length > 0) return `not committed: ${uncommitted.join(', ')}`
  return there === 'nothing' ? `${remote} has no ${branch} yet` : `committed here, and not on ${branch} of ${remote}`
}

const MESSAGE = '--message=Set up CI with dummyapp-setup'

/** Commits the files, and nothing that somebody has staged besides. */
const committing = (files: readonly string[]): readonly Sh[] =>
  files.length === 0
    ? []
    : [{ argv: ['git', 'add', '--', ...files] }, { argv: ['git', 'commit', MESSAGE, '--', ...files] }]

/** The same where nobody has looked which of them there are, and whether anything of them was changed. */
const COMMITTING_ANY: readonly Sh[] = [
  ...FILES.map(file => ({ argv: ['git', 'add', '--', file], okExit: [0, 128] })),
  { argv: ['git', 'commit', MESSAGE], okExit: [0, 1] },
]

function forPerson({ uncommitted, there, remote }: State, branch: Str, project: Str): PersonAction {
  const commit = there === 'unseen' ? COMMITTING_ANY : committing(uncommitted)
  const push: Sh = { argv: ['git', 'push', remote, t`HEAD:refs/heads/${branch}`] }
  const fetch: Sh = { argv: ['git', 'fetch', remote, branch] }
  const join: Sh = { argv: ['git', 'pull', '--rebase', remote, branch] }
  const how = {
    unseen: { does: 'push', byHand: [...commit, push], say: [] },
    nothing: { does: 'push', byHand: [...commit, push], say: [] },
    older: { does: 'push', byHand: [...commit, push], say: [] },
    others: {
      does: 'bring in what others pushed, and push',
      byHand: [...commit, join, push],
      say: [t`Others have pushed to ${branch} what is not in this checkout: it comes first.`],
    },
    unknown: {
      does: 'fetch what others pushed',
      byHand: [fetch],
      say: [t`${branch} on ${remote} has a commit that this checkout does not know, so nothing can be compared yet.`],
    },
  }[there]
  return {
    kind: 'person',
    key: 'publish',
    does: t`${uncommitted.length > 0 ? 'commit the edits, ' : ''}${how.does}: ${branch} of ${project}`,
    who: 'whoever may push',
    instructions: how.say,
    byHand: how.byHand,
  }
}

/**
 * Those of the files that stand here otherwise than in a revision. git status and git diff would run the filters that the
 * checkout configures. Links, and what is no text, are no edits of ours.
 */
async function differing(
  revision: string,
  files: readonly string[],
  { git, file }: Pick<Look<Used>, 'git' | 'file'>,
): Promise<readonly string[]> {
  const { stdout } = await git('ls-tree', '-z', revision, '--', ...files)
  const entries = stdout.split('\0').map(entry => /^(\d+) \w+ (\w+)\t(.*)$/s.exec(entry) ?? [])
  const differ = await Promise.all(
    files.map(async name => {
      const here = file(name)
      const [, mode, hash = ''] = entries.find(entry => entry[3] === name) ?? []
      if (mode === undefined) return here !== undefined
      const there = mode.startsWith(REGULAR_FILE) ? await git('cat-file', 'blob', hash) : undefined
      if (there?.code !== 0) return false
      return here === undefined ? isText(there.stdout) : plainLines(here) !== plainLines(there.stdout)
    }),
  )
  return files.filter((_, index) => differ[index])
}

/** How git writes the modes of all files that are neither links nor submodules. */
const REGULAR_FILE = '100'
/** What a look reads as a text: no other bytes, and no more than that. */
const isText = (text: string) => text.length <= 2 ** 20 && !text.includes('\uFFFD')
/** git may be told to write its lines’ ends otherwise here. */
const plainLines = (text: string) => text.replaceAll('\r\n', '\n')
