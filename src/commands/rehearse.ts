import { realpathSync } from 'node:fs'
import { delimiter, join, resolve } from 'node:path'
import { LIBRARY } from '../answers/forms/library.ts'
import { given } from '../answers/given.ts'
import { type Exit, SetupError } from '../clouds/cause.ts'
import { realClock } from '../clouds/clock.ts'
import { timeScale } from '../clouds/endpoints.ts'
import { createTools, trustedFolders } from '../clouds/exec.ts'
import { HOST_IDS, type HostId } from '../clouds/hosts.ts'
import { makePrivateFolder, removeLeftFolders } from '../clouds/private-folder.ts'
import { quote } from '../clouds/quote.ts'
import { takeSecrets } from '../clouds/sign-in.ts'
import { stateFolderOf } from '../clouds/state-folder.ts'
import { makeStateFolder } from '../engine/progress.ts'
import { cloneCheckout, gitEnvironment, makeCheckout } from '../rehearsal/checkout.ts'
import { playTools } from '../rehearsal/tools.ts'
import { conduct } from './conduct.ts'
import { goOn } from './go-on.ts'
import { headline } from './headline.ts'
import { readInputs } from './inputs.ts'
import { assertSteps, type Options } from './options.ts'
import { type Checkout, openCheckout } from './repository.ts'
import { createScreen } from './screen.ts'
import type { Simulation } from './simulation.ts'

/** Where the simulated clouds are, whatever their ports. */
const LOOPBACK = new URL('http://127.0.0.1')
const HEROKU_REGISTRY = 'registry.heroku.com'

/** Waits are a tenth of what they are: people and vendors are played, and are quick. */
const QUICK = '0.1'

/** `rehearse`: the whole walk on simulated clouds, in a temporary checkout that is removed in the end. */
export async function rehearse(options: Options): Promise<Exit> {
  // Not read: a rehearsal must not even hold a real token.
  takeSecrets(process.env)
  assertSteps(options)
  const answers = given({ set: options.set, ...(await readInputs(options)) })
  removeLeftFolders(process.env)
  const own = makePrivateFolder(process.env, 'rehearsal')
  const temporary = realpathSync(own.folder)
  let clouds: Simulation | undefined
  const begin = async (file?: string) => {
    clouds ??= await (await import('./simulation.ts')).simulate(file)
    return clouds
  }
  try {
    const file = worldFile(options)
    // A file that holds no world is told before anything is asked; the rest is not needed until then.
    if (file !== undefined) await begin(file)
    const screen = createScreen(options, process.env)
    const { checkout: opened, source } = await temporaryCheckout(join(temporary, 'checkout'), options)
    const bases = new Map<HostId, URL>()
    const tools = playTools(opened.tools, host => (host === HEROKU_REGISTRY ? bases.get('heroku')?.origin : undefined))
    const checkout = { ...opened, tools }
    headline(
      screen.printer,
      checkout,
      'REHEARSAL',
      `simulated clouds, ${source}; no account, no network; people, docker and the build are played`,
    )
    const keepsState = options.stateDir !== undefined || options.world !== undefined
    const alone = screen.asker === undefined
    const endpoints = HOST_IDS.map(host => ({ host, base: LOOPBACK, foreign: true }))
    return await conduct(
      {
        kind: 'rehearsal',
        checkout,
        state: stateFolderOf(
          keepsState ? options.stateDir : join(temporary, 'state'),
          'rehearsal',
          checkout.project,
          process.env,
        ),
        keepsState,
        tools,
        clock: realClock(timeScale(endpoints, { DUMMYAPP_SETUP_TIME_SCALE: QUICK, ...process.env })),
        bases,
        given: answers,
        takeProposed: alone,
        play: async (action, step, known) => clouds?.play(action, step, known, checkout),
        secretFor: (need, known) => clouds?.secretFor(need, known),
        signIn: async (vendors, known) => {
          const simulation = await begin()
          for (const [host, base] of simulation.bases) bases.set(host, base)
          return simulation.signIn(vendors, known, checkout, screen)
        },
        goOn: goOn(options, 'rehearse'),
      },
      { ...options, yes: options.yes || alone },
      screen,
    )
  } finally {
    await clouds?.close()
    own.remove()
  }
}

/** Where the simulated clouds are kept: where one says, else beside the progress, which is about them. */
function worldFile({ world, stateDir }: Options): string | undefined {
  if (world !== undefined) return resolve(world)
  if (stateDir === undefined) return undefined
  const folder = join(resolve(stateDir), 'rehearsal')
  makeStateFolder(folder)
  return join(folder, 'clouds.json')
}

/** A clone of the checkout one stands in; where that is none of dummyapp, a stand-in of the same form. */
async function temporaryCheckout(to: string, options: Options): Promise<{ checkout: Checkout; source: string }> {
  const standsIn = await openCheckout(options.repo, process.env).catch(error => {
    if (options.repo !== undefined || !(error instanceof SetupError)) throw error
  })
  // What lies in the checkout one stands in is as little to be run as what lies in its clone.
  const PATH = standsIn && trustedFolders(process.env.PATH ?? '', standsIn.folder).join(delimiter)
  const env = { ...process.env, ...(PATH !== undefined && { PATH }), ...gitEnvironment(to) }
  if (standsIn?.isDummyapp || (standsIn && options.repo !== undefined)) {
    await cloneCheckout(standsIn, to, standsIn.tools)
    const checkout = await openCheckout(to, env)
    // A clone has the branch that is checked out, and knows of no other.
    const branches = standsIn.inferred.filter(({ key }) => key === 'defaultBranch')
    const inferred = [...branches, ...checkout.inferred]
    return {
      checkout: { ...checkout, project: standsIn.project, inferred },
      source: `a temporary clone of ${quote(standsIn.folder)}`,
    }
  }
  await makeCheckout(to, createTools({ env, repo: to }))
  return { checkout: await openCheckout(to, env), source: `a stand-in checkout (there is no ${LIBRARY} here)` }
}
