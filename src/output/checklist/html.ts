import type { Answers } from '../../answers/schema.ts'
import type { Action } from '../../engine/step.ts'
import { fill, type Str, shown } from '../../engine/text.ts'
import { escapeHtml, htmlPage } from '../page.ts'
import { type Entry, overTheWire, type Place, toldPerson, typed } from './model.ts'

/** The checklist as one page to read, tick off and print; `verbose` shows the requests too. */
export function asHtml(
  entries: readonly Entry[],
  answers: Answers,
  place: Place,
  options: {
    readonly title: string
    readonly verbose: boolean
    readonly proposed: ReadonlySet<string>
    readonly notes?: readonly string[]
  },
): string {
  const { title, verbose, proposed, notes = [] } = options
  const [program = '', about, ...more] = title.split(' · ')
  const facts = Object.entries(answers).map(
    ([key, value]) =>
      `<dt>${escapeHtml(key)}</dt><dd>${marked(value)}${proposed.has(key) ? ' <span class="mark">proposed</span>' : ''}</dd>`,
  )
  const steps = entries.map(({ step, actions }, index) => {
    const boxes = typed(actions, step, place).map(
      ({ action, lines }) => `<li>${box(action, lines, verbose ? overTheWire(action, place) : undefined)}</li>`,
    )
    return [
      `<li id="${escapeHtml(step.id)}"><span class="number">${index + 1}</span>`,
      `<h2>${escapeHtml(step.title)}</h2>`,
      `<p class="soft"><code class="id">${escapeHtml(step.id)}</code> ${escapeHtml(step.why)}</p>`,
      ...(boxes.length > 0 ? ['<ul class="boxes">', ...boxes, '</ul>'] : []),
      '</li>',
    ].join('\n')
  })
  const count = entries.reduce((sum, { actions }) => sum + actions.length, 0)
  const body = [
    '<header>',
    ...(about === undefined ? [] : [`<p class="over">${escapeHtml(program)}</p>`]),
    `<h1>${escapeHtml(about ?? program)}</h1>`,
    ...(more.length > 0 ? [`<p class="soft">${escapeHtml(more.join(' · '))}</p>`] : []),
    '</header>',
    '<main>',
    ...(facts.length > 0 ? ['<dl>', ...facts, '</dl>'] : []),
    ...notes.map(note => `<p class="mark">${escapeHtml(note)}</p>`),
    '<ol class="steps">',
    ...steps,
    '</ol>',
    '</main>',
    `<footer><b></b> of ${count} ticked</footer>`,
  ]
  // As much as a tab or a bookmark shows.
  return htmlPage([program, about].filter(Boolean).join(' · '), body.join('\n'))
}

/** One box to tick, with what a person is told and the commands that do it. */
function box(action: Action, commands: readonly string[], wire: string | undefined): string {
  return [
    `<label><input type="checkbox"><span>${marked(action.does)}</span></label>`,
    ...toldPerson(action).map(text => `<p class="person">${isAddress(text) ? link(text) : marked(text)}</p>`),
    ...(wire === undefined ? [] : [`<pre class="wire">${escapeHtml(wire)}</pre>`]),
    ...(commands.length === 0 ? [] : [`<pre>${escapeHtml(commands.join('\n'))}</pre>`]),
  ].join('\n')
}

/** What is not known yet stands out. */
const marked = (text: Str): string => fill(text, hole => `<var>${escapeHtml(shown(hole))}</var>`, escapeHtml)

const isAddress = (text: Str) => shown(text).startsWith('https://')
const link = (address: Str) => `<a href="${escapeHtml(shown(address))}">${marked(address)}</a>`
