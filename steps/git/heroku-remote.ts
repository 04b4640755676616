import type { Cause } from '../../src/clouds/cause.ts'
import { withoutUserInfo } from '../../src/clouds/remote.ts'
import { type Action, defineStep, type Look } from '../../src/engine/step.ts'
import { type Str, shown, t } from '../../src/engine/text.ts'

/** What a push to the remote would need: a place of this name, which is no place. */
const NO_PUSH = 'no_push_because_we_deploy_docker_images'
/** What `git remote add` and `heroku apps:create` write. */
const USUAL_FETCH = '+refs/heads/*:refs/remotes/heroku/*'

/** The values of the remote's keys (git writes keys in small letters), each as often as it is set. */
type Remote = Readonly<Record<Key, readonly string[]>>
type Key = 'url' | 'pushurl' | 'fetch' | 'skipfetchall'

export const herokuRemote = defineStep({
  id: 'git.heroku-remote',
  title: 'Rewrite the git remote heroku, so that nobody pushes code to it',
  why: 'The heroku command reads the app’s name from this remote; images are deployed, so a git push must fail and a fetch of all remotes must pass it by.',
  section: 'Setup',
  document:
    'unset `remote.heroku.fetch`, set its `pushurl` to `no_push_because_we_deploy_docker_images`, set `skipFetchAll` to true',
  today:
    'The same. The address is written last, so that at no moment a push would go through; every fetch line is unset, since `--unset` fails on two and keeps both; the heroku command still finds the app.',
  uses: ['herokuApp'],
  after: ['heroku.create-app'],

  async look({ answers, git }) {
    const entries = await readEntries(git)
    const elsewhere = entries.find(({ scope }) => scope !== 'local')
    if (elsewhere !== undefined) return { is: 'unknown', cause: setElsewhere(elsewhere) }
    if (entries.length === 0) return { is: 'missing' }
    const remote = asRemote(entries)
    const open = settings(answers.herokuApp).filter(setting => !setting.isDone(remote[setting.key]))
    const [first, ...more] = open.flatMap(setting => foreignValues(setting, remote))
    if (first !== undefined) return { is: 'differs', state: remote, how: [first, ...more] }
    if (open.length === 0) return { is: 'present', state: remote }
    if (remote.url.length === 0) return { is: 'missing', state: remote }
    return { is: 'missing', state: remote, partly: `the remote is there; ${open.length} of 4 settings are open` }
  },

  actions: ({ herokuApp }, seen) => {
    const remote = seen !== undefined && 'state' in seen ? seen.state : undefined
    const open = settings(herokuApp).filter(({ key, isDone }) => remote === undefined || !isDone(remote[key]))
    return open.map(setting => setting.action)
  },

  undo: () => [
    {
      kind: 'run',
      key: 'remove',
      does: 'forget the remote heroku',
      argv: ['git', 'config', '--local', '--remove-section', 'remote.heroku'],
    },
  ],
})

interface Setting {
  readonly key: Key
  readonly expected: string
  isDone(values: readonly string[]): boolean
  /** Is this value nobody's decision, so that it may be overwritten unasked? */
  isUsual(value: string): boolean
  readonly action: Action
}

/** In this order no moment is left in which a push would go through: the address comes last. */
function settings(app: Str): readonly Setting[] {
  const url = t`https://git.heroku.com/${app}.git`
  const isJust = (wanted: string) => (values: readonly string[]) => values.length === 1 && values[0] === wanted
  return [
    {
      key: 'pushurl',
      expected: NO_PUSH,
      isDone: isJust(NO_PUSH),
      isUsual: value => value === NO_PUSH,
      action: set('no-push', 'make every push to heroku fail', ['remote.heroku.pushurl', NO_PUSH]),
    },
    {
      key: 'skipfetchall',
      expected: 'true',
      isDone: values => values.length === 1 && isTrue(values[0]),
      isUsual: isTrue,
      action: set('skip-fetch', 'leave heroku out of git fetch --all', [
        '--bool',
        'remote.heroku.skipFetchAll',
        'true',
      ]),
    },
    {
      key: 'fetch',
      expected: 'nothing',
      isDone: values => values.length === 0,
      isUsual: value => value === USUAL_FETCH,
      action: {
        kind: 'run',
        key: 'no-fetch',
        does: 'no fetch from heroku',
        // --unset fails on two values and keeps both; 5 is also "there was none".
        argv: ['git', 'config', '--local', '--unset-all', 'remote.heroku.fetch'],
        okExit: [0, 5],
      },
    },
    {
      key: 'url',
      expected: shown(url),
      isDone: isJust(shown(url)),
      isUsual: value => value === shown(url),
      action: set('url', t`point heroku at the app ${app}`, ['remote.heroku.url', url]),
    },
  ]
}

/** One value, also where there are several: plain `git config` refuses those. */
const set = (key: string, does: Str, what: readonly Str[]): Action => ({
  kind: 'run',
  key,
  does,
  argv: ['git', 'config', '--local', '--replace-all', ...what],
})

const isTrue = (value: string | undefined) => /^(true|yes|on|1)$/i.test(value ?? '')

const foreignValues = ({ key, expected, isUsual }: Setting, remote: Remote) =>
  remote[key]
    .filter(value => !isUsual(value))
    .map(value => ({ what: `remote.heroku.${key}`, expected, found: withoutUserInfo(value) }))

interface Entry {
  readonly scope: string
  readonly key: string
  readonly value: string
}

/** Every setting of the remote with the scope it comes from; a key without a value means true. */
async function readEntries(git: Look['git']): Promise<readonly Entry[]> {
  const { stdout } = await git('config', '--show-scope', '--null', '--get-regexp', '^remote\\.heroku\\.')
  const fields = stdout.split('\0')
  return fields.flatMap((scope, index) => {
    const [key, ...value] = fields[index + 1]?.split('\n') ?? []
    return index % 2 === 0 && key ? [{ scope, key, value: value.length > 0 ? value.join('\n') : 'true' }] : []
  })
}

function asRemote(entries: readonly Entry[]): Remote {
  const values = (name: Key) => entries.flatMap(({ key, value }) => (key === `remote.heroku.${name}` ? [value] : []))
  return {
    url: values('url'),
    pushurl: values('pushurl'),
    fetch: values('fetch'),
    skipfetchall: values('skipfetchall'),
  }
}

/** git adds up the values of all its files, so what another file says cannot be taken back in this one. */
const setElsewhere = ({ scope, key }: Entry): Cause => ({
  code: 'set-elsewhere',
  means: `${key} is set in the ${scope} git configuration, which git adds to the repository’s own.`,
  next: `Take it out there (git config --${scope} --unset-all ${key}), and run again.`,
})
