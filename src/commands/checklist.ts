import { ciNotes } from '../../steps/ci-notes.ts'
import { STEPS } from '../../steps/index.ts'
import { CI_CONFIG } from '../answers/forms/ci-config.ts'
import { given } from '../answers/given.ts'
import { asAnswers, assertNoFaults, known, resolve } from '../answers/resolve.ts'
import { EXIT, type Exit } from '../clouds/cause.ts'
import { endpoints } from '../clouds/endpoints.ts'
import { jsonDocument } from '../clouds/json-text.ts'
import { remoteOf } from '../clouds/remotes.ts'
import { stateFolderOf } from '../clouds/state-folder.ts'
import { fileLook, see } from '../engine/engine.ts'
import { savedProgress } from '../engine/saved-progress.ts'
import { select } from '../engine/select.ts'
import type { Step } from '../engine/step.ts'
import { asHtml } from '../output/checklist/html.ts'
import { asMarkdown } from '../output/checklist/markdown.ts'
import { asJson, entriesOf, type Place } from '../output/checklist/model.ts'
import { asScript } from '../output/checklist/script.ts'
import { printText } from '../output/checklist/text.ts'
import { createPrinter } from '../output/printer.ts'
import type { Format } from './formats.ts'
import { sayNotes, titleOf } from './headline.ts'
import { readInputs } from './inputs.ts'
import type { Options } from './options.ts'
import { openCheckout } from './repository.ts'
import { savedAnswers } from './saved-answers.ts'

/** `checklist`, `--dry-run`: what would be done in an empty world. Touches nothing, asks nobody, reads only git and files. */
export async function checklist(options: Options, format: Format): Promise<Exit> {
  const { env } = process
  const checkout = await openCheckout(options.repo, env)
  const saved = await savedProgress(stateFolderOf(options.stateDir, 'real', checkout.project, env))
  const { steps, answers: used } = select(STEPS, options)
  const resolved = resolve(
    [...given({ set: options.set, ...(await readInputs(options)) }), ...savedAnswers(saved), ...checkout.inferred],
    used,
  )
  assertNoFaults(resolved)
  const answers = asAnswers(resolved)
  const bases = new Map(endpoints(env).map(({ host, base }) => [host, base]))
  const place: Place = { bases, checkout: checkout.folder }
  sayNotes(createPrinter(process.stderr, env), checkout)
  const title = `${titleOf(checkout)} · checklist for an empty world · dry run: nothing is touched`
  const decided = known(resolved)
  const look = fileLook(decided, checkout.folder, remoteOf(checkout.remotes, decided.githubProject))
  const isKnown = (step: Step) => step.uses.every(key => typeof answers[key] !== 'object')
  const local = steps.filter(step => step.local && isKnown(step))
  const seens = await Promise.all(local.map(async step => [step.id, await see(step, look)] as const))
  const entries = entriesOf(steps, answers, new Map(seens))
  const ofSteps = seens.flatMap(([id, seen]) => (/^circleci\./.test(id) && seen.is === 'present' && seen.notes) || [])
  const notes = [...checkout.notes, ...ciNotes(decided, look.file(CI_CONFIG), used), ...ofSteps]
  const write = (text: string) => process.stdout.write(text)
  const { verbose } = options
  const proposed = new Set(resolved.flatMap(({ key, chosen }) => (chosen?.proposed ? [key] : [])))
  const print = {
    text: () =>
      printText(entries, answers, place, {
        printer: createPrinter(process.stdout, env),
        title,
        verbose,
        proposed,
        notes,
      }),
    html: () => write(asHtml(entries, answers, place, { title, verbose, proposed, notes })),
    markdown: () => write(asMarkdown(entries, answers, place, { title, verbose, proposed, notes })),
    json: () => write(`${jsonDocument(asJson(entries, answers, place, notes), 2)}\n`),
    sh: () => write(asScript(entries, answers, { title, place, notes })),
  }
  // All lines in one write.
  process.stdout.cork()
  print[format]()
  process.stdout.uncork()
  return EXIT.done
}
