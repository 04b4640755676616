/** `npm run messages`: every message that a person can meet when something does not work, as one document to be read. */
import { collectMessages, type Message } from './support/messages.ts'

const messages = collectMessages()
const areas = [...new Set(messages.map(({ area }) => area))]
const files = new Set(messages.map(({ at }) => at.split(':')[0]))
const sections = areas.map(area => [`## ${area}`, ...messages.filter(one => one.area === area).map(shown)].join('\n\n'))
const intro = `${messages.length} messages in ${files.size} files. \`‹…›\` is filled in when it is shown.`
process.stdout.write(`${['# What a person reads when something does not work', intro, ...sections].join('\n\n')}\n`)

function shown({ code = '(no code)', exit, at, said, means, next }: Message): string {
  const head = [`### ${code}`, exit === undefined ? '' : `exit ${exit}`, at].filter(Boolean).join(' · ')
  const parts = [
    ...(said ? [['said', said] as const] : []),
    ...means.map(text => ['means', text] as const),
    ...next.map(text => ['next', text] as const),
  ]
  return [head, ...parts.map(([name, text]) => `- **${name}** ${text.replaceAll('\n', ' ⏎ ')}`)].join('\n')
}
