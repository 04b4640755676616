import { HEROKU } from '../../src/clouds/heroku.ts'
import { neededIn } from '../../src/clouds/needed.ts'
import type { VendorReply } from '../../src/clouds/vendor.ts'
import { type Action, defineStep, type Look } from '../../src/engine/step.ts'
import { path, type Str, t } from '../../src/engine/text.ts'

/** The features in the document's order; `without` is what the image needs where Heroku no longer has one. */
const FEATURES = [
  { name: 'go-language-metrics' },
  { name: 'runtime-heroku-metrics' },
  {
    name: 'runtime-empty-entrypoint',
    without:
      'Heroku no longer has runtime-empty-entrypoint: the Dockerfile needs an ENTRYPOINT, or the command runs through /bin/sh.',
  },
] as const

type Name = (typeof FEATURES)[number]['name']
type States = Readonly<Record<Name, 'on' | 'off' | 'gone'>>

export const labs = defineStep({
  id: 'heroku.labs',
  title: 'Switch on the labs features of the app',
  why: 'Go’s language metrics are switched on by a buildpack otherwise, and images have none; an empty entrypoint lets the image’s own command run.',
  section: 'Setup',
  document: '`heroku labs:enable` for go-language-metrics, runtime-heroku-metrics and runtime-empty-entrypoint',
  today:
    'The first two are documented still (the first as a beta that no list shows). Nothing is written about the third any more: it is tried, and that it is gone is told and stops nothing. It needs a token of the scope global.',
  uses: ['herokuApp'],
  after: ['heroku.create-app'],
  needs: ['heroku'],

  async look(look) {
    const app = await look.read('heroku', path`/apps/${look.answers.herokuApp}`)
    if (app.status === 404) return { is: 'missing' }
    if (app.status >= 300) return { is: 'unknown', cause: HEROKU.means(app) }
    const replies = await Promise.all(FEATURES.map(({ name }) => readFeature(name, look)))
    const refused = replies.find(({ status }) => status >= 300 && status !== 404)
    if (refused !== undefined) return { is: 'unknown', cause: HEROKU.means(refused) }
    const state = Object.fromEntries(FEATURES.map(({ name }, index) => [name, stateOf(replies[index])])) as States
    const off = FEATURES.filter(({ name }) => state[name] === 'off')
    if (off.length > 0)
      return { is: 'missing', state, partly: `${FEATURES.length - off.length} of ${FEATURES.length} are on or no more` }
    return { is: 'present', state, notes: FEATURES.flatMap(feature => notesOn(feature, state)) }
  },

  actions: ({ herokuApp }, seen) => {
    const state = seen !== undefined && 'state' in seen ? seen.state : undefined
    return FEATURES.filter(({ name }) => state?.[name] !== 'on').map(({ name }) => change(name, herokuApp, true))
  },

  undo: ({ herokuApp }) => FEATURES.map(({ name }) => change(name, herokuApp, false)),
})

/** One by one: a listing leaves out what is in beta (facts/heroku.md 3). */
const readFeature = (name: Name, look: Look<'herokuApp'>): Promise<VendorReply> =>
  look.read('heroku', path`/apps/${look.answers.herokuApp}/features/${name}`)

const stateOf = (reply: VendorReply | undefined) =>
  reply === undefined
    ? 'off'
    : reply.status === 404
      ? 'gone'
      : neededIn(HEROKU.name, reply).boolean(reply.body, 'enabled')
        ? 'on'
        : 'off'

const notesOn = (feature: (typeof FEATURES)[number], state: States): readonly string[] => {
  if (state[feature.name] !== 'gone') return []
  return ['without' in feature ? feature.without : `Heroku no longer has the labs feature ${feature.name}.`]
}

const change = (name: Name, app: Str, enabled: boolean): Action => ({
  kind: 'request',
  key: name,
  does: t`switch ${enabled ? 'on' : 'off'} ${name}`,
  host: 'heroku',
  method: 'PATCH',
  path: path`/apps/${app}/features/${name}`,
  body: { enabled },
  again: 'safe',
  // Only trying tells whether Heroku still has it.
  okStatus: [404],
  byHand: [
    {
      argv: ['heroku', enabled ? 'labs:enable' : 'labs:disable', name, '--app', app],
      // The command says 2 for that, and for other refusals: so only of the one that is expected to be gone.
      okExit: name === 'runtime-empty-entrypoint' ? [0, 2] : [0],
    },
  ],
})
