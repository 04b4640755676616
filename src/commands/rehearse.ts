import { mkdtempSync, realpathSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { given } from '../answers/given.ts'
import { LIBRARY } from '../answers/infer.ts'
import { EXIT, type Exit, SetupError } from '../clouds/cause.ts'
import { realClock } from '../clouds/clock.ts'
import { timeScale } from '../clouds/endpoints.ts'
import { createTools } from '../clouds/exec.ts'
import { Secret } from '../clouds/secret.ts'
import { takeSecrets } from '../clouds/sign-in.ts'
import { placeOf } from '../clouds/state-folder.ts'
import { VENDOR_IDS, type Vendor } from '../clouds/vendors.ts'
import type { PersonAction } from '../engine/step.ts'
import { shown } from '../engine/text.ts'
import { wrap } from '../output/printer.ts'
import { cloneCheckout, makeCheckout } from '../rehearsal/checkout.ts'
import { type Rehearsal, startRehearsal } from '../rehearsal/server.ts'
import type { World } from '../rehearsal/world.ts'
import { conduct } from './conduct.ts'
import { goOn } from './go-on.ts'
import { headline } from './headline.ts'
import { assertNames, type Options } from './options.ts'
import { type Checkout, openCheckout } from './repository.ts'
import { createScreen, type Screen } from './screen.ts'

/** `rehearse`: the whole walk on simulated clouds, in a temporary checkout that is removed in the end. */
export async function rehearse(options: Options): Promise<Exit> {
  // Not read: a rehearsal must not even hold a real token.
  takeSecrets(process.env)
  assertNames(options)
  const answers = given(options)
  const temporary = realpathSync(mkdtempSync(join(tmpdir(), 'dummyapp-rehearsal-')))
  let close = async () => {}
  try {
    const rehearsal = await startRehearsal(options.world === undefined ? {} : { file: resolve(options.world) })
    close = rehearsal.close
    const screen = createScreen(options, process.env)
    const { checkout, source } = await temporaryCheckout(join(temporary, 'checkout'), options)
    headline(screen.printer, checkout, 'REHEARSAL', `simulated clouds, ${source}; no account, no network`)
    const keepsState = options.stateDir !== undefined || options.world !== undefined
    const alone = screen.asker === undefined
    const bases = new Map(VENDOR_IDS.map(vendor => [vendor, new URL(rehearsal.origins[vendor])]))
    const endpoints = [...bases].map(([vendor, base]) => ({ vendor, base, foreign: true }))
    return await conduct(
      {
        kind: 'rehearsal',
        checkout,
        state: placeOf(
          keepsState ? options.stateDir : join(temporary, 'state'),
          'rehearsal',
          checkout.project,
          process.env,
        ),
        keepsState,
        clock: realClock(timeScale(endpoints, process.env)),
        bases,
        given: answers,
        takeProposed: alone,
        play: action => play(action, checkout),
        signIn: async vendors => signIn(vendors, rehearsal, screen),
        goOn: goOn(options, 'rehearse'),
      },
      { ...options, yes: options.yes || alone },
      screen,
    )
  } finally {
    await close()
    rmSync(temporary, { recursive: true, force: true })
  }
}

/** A clone of the checkout one stands in; where that is none of dummyapp, a stand-in of the same form. */
async function temporaryCheckout(to: string, options: Options): Promise<{ checkout: Checkout; source: string }> {
  const { env } = process
  const standsIn = await openCheckout(options.repo, env).catch(error => {
    if (options.repo !== undefined || !(error instanceof SetupError)) throw error
  })
  if (standsIn?.isDummyapp || (standsIn && options.repo !== undefined)) {
    await cloneCheckout(standsIn, to, standsIn.tools)
    const checkout = await openCheckout(to, env)
    return { checkout: { ...checkout, project: standsIn.project }, source: `a temporary clone of ${standsIn.folder}` }
  }
  await makeCheckout(to, createTools({ env, repo: to }))
  return { checkout: await openCheckout(to, env), source: `a stand-in checkout (there is no ${LIBRARY} here)` }
}

/** What a person would type, typed for them in the temporary checkout. */
async function play({ who, byHand = [] }: PersonAction, { tools }: Checkout): Promise<void> {
  for (const { argv } of byHand) {
    const { code, stderr } = await tools.run({ argv: argv.map(shown) })
    if (code === 0) continue
    throw new SetupError({
      code: 'play',
      asked: argv.map(shown).join(' '),
      said: stderr.trim(),
      means: `The rehearsal could not play ${who}.`,
      next: 'Mend what it says, and rehearse again.',
    })
  }
}

/** Signs in as the owner that the simulated clouds begin with. */
function signIn(vendors: readonly Vendor[], { world }: Rehearsal, { printer }: Screen) {
  printer.line()
  const who = 'as the rehearsal’s made-up owner; no real sign-in is read'
  printer.line(wrap(`${printer.paint.bold('Sign in')}  `, who, printer.width))
  return new Map(vendors.map(vendor => [vendor, Secret.of(TOKENS[vendor](world))]))
}

const TOKENS: Readonly<Record<Vendor, (world: World) => string>> = {
  heroku: ({ heroku }) => {
    const login = heroku.authorizations.find(({ scope }) => scope.includes('global'))
    if (login !== undefined) return login.token
    throw new SetupError(
      {
        code: 'world',
        means: 'The world file has no Heroku authorization of the scope global to sign in with.',
        next: 'Add one to heroku.authorizations, or name a file that does not exist yet.',
      },
      EXIT.input,
    )
  },
}
