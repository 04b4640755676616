import { STEPS } from '../../steps/index.ts'
import { asAnswers, known, resolve } from '../answers/resolve.ts'
import { ANSWER_KEYS } from '../answers/schema.ts'
import { EXIT, type Exit, SetupError } from '../clouds/cause.ts'
import { remoteOf } from '../clouds/remotes.ts'
import { fileLook, see } from '../engine/engine.ts'
import type { Action, Step } from '../engine/step.ts'
import { shown } from '../engine/text.ts'
import { typed } from '../output/checklist/model.ts'
import { createPrinter, wrap } from '../output/printer.ts'
import { assertKnown } from './known.ts'
import type { Options } from './options.ts'
import { type Checkout, openCheckout } from './repository.ts'

/** `explain STEP`: what it does and why, what the document said, what is true today, how it is undone. */
export async function explain(id: string, options: Options): Promise<Exit> {
  assertKnown(
    'step',
    id,
    STEPS.map(step => step.id),
  )
  const checkout = await hereIfAny(options.repo)
  const { inferred = [], folder = '.' } = checkout ?? {}
  const place = { bases: new Map(), checkout: folder }
  const resolved = resolve(inferred, new Set(ANSWER_KEYS))
  const answers = asAnswers(resolved)
  const decided = known(resolved)
  const look = checkout && fileLook(decided, folder, remoteOf(checkout.remotes, decided.githubProject))
  const isSeen = ({ local, uses }: Step) => local && uses.every(key => typeof answers[key] !== 'object')
  const printer = createPrinter(process.stdout, process.env)
  const { line, paint, width } = printer
  const say = (name: string, text: string) => line(wrap(`  ${name.padEnd(13)}`, text, width))
  const list = (name: string, step: Step, actions: readonly Action[]) => {
    for (const [index, { action, lines }] of typed(actions, step, place).entries()) {
      say(index === 0 ? name : '', shown(action.does))
      for (const one of lines) line(`${' '.repeat(17)}${paint.cyan(`$ ${one}`)}`)
    }
  }
  for (const step of STEPS.filter(step => step.id === id)) {
    line(`${paint.bold(step.id)}  ${step.title}`)
    say('why', step.why)
    say('document', `${step.section}: ${step.document}`)
    say('today', step.today)
    if (step.after) say('comes after', step.after.join(', '))
    // What the checkout alone decides is told as it is here; where nothing of it is left to do, as it would be elsewhere.
    const here = look && isSeen(step) ? step.actions(answers, await see(step, look)) : []
    list('does', step, here.length > 0 ? here : step.actions(answers))
    list('is undone by', step, step.undo(answers))
  }
  return EXIT.done
}

/**
 * The checkout, which need not be there: a step is explained anywhere.
 * @throws SetupError (exit 2) for one that was named and is not there, or cannot be read
 */
async function hereIfAny(folder: string | undefined): Promise<Checkout | undefined> {
  try {
    return await openCheckout(folder, process.env)
  } catch (error) {
    if (folder === undefined && error instanceof SetupError && error.cause.code === 'repository') return undefined
    throw error
  }
}
