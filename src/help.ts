/** A row of help: what leads it, and the text that is wrapped beside that. */
export type Row = readonly [lead: string, text: string]

/** By command ('' is the program itself), its help before it is wrapped. */
export type Pages = Readonly<Record<string, readonly Row[]>>

/** With less room than this, a text is not wrapped: as commander has it. */
const LEAST_ROOM = 40

/** A page of help as commander would print it that many columns wide. */
export const helpText = (page: readonly Row[], width: number): string =>
  page.map(([lead, text]) => lead + wrapped(text, width - lead.length).join(`\n${' '.repeat(lead.length)}`)).join('\n')

function wrapped(text: string, room: number): readonly string[] {
  if (room < LEAST_ROOM) return [text]
  const lines: string[] = []
  for (const word of text.split(' ')) {
    const line = lines.at(-1)
    if (line !== undefined && `${line} ${word}`.length <= room) lines[lines.length - 1] = `${line} ${word}`
    else lines.push(word)
  }
  return lines
}
