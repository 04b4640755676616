import { parse } from 'yaml'

/** A workflow's entry that was commented out. */
export interface CommentedOut {
  readonly at: number
  readonly requires: readonly string[]
}

/** Finds the comment lines that were once a workflow's entry for this job, and what it required. */
export function commentedOut(text: string, job: string): CommentedOut | undefined {
  const lines = commentLines(text)
  for (const [index, { at, said = '' }] of lines.entries()) {
    const [, indent, name] = /^(\s*)- (["']?[\w./-]+["']?)\s*:?\s*(?:#.*)?$/.exec(said) ?? []
    if (indent === undefined || name?.replaceAll(/["']/g, '') !== job) continue
    const below = lines.slice(index + 1)
    const end = below.findIndex(({ said }) => said === undefined || depthOf(said) <= indent.length)
    const entry = [said, ...below.slice(0, end === -1 ? undefined : end).map(({ said = '' }) => said)]
    return { at, requires: requiresOf(entry.join('\n'), job) }
  }
  return undefined
}

/** What every line says behind its #, in its column; undefined for a line that is none or more than a comment. */
function commentLines(text: string): readonly { readonly at: number; readonly said: string | undefined }[] {
  let at = 0
  return text.split('\n').map(line => {
    const [, before, after] = /^([ \t]*)#(.*?)\r?$/.exec(line) ?? []
    const start = at
    at += line.length + 1
    return { at: start, said: before === undefined || after === undefined ? undefined : before + after }
  })
}

const depthOf = (line: string) => (line.trim() === '' ? Number.POSITIVE_INFINITY : line.search(/\S/))

function requiresOf(entry: string, job: string): readonly string[] {
  try {
    const [item]: { [job: string]: { requires?: unknown } }[] = parse(entry, { logLevel: 'silent' })
    const requires = item?.[job]?.requires
    return Array.isArray(requires) ? requires.filter(one => typeof one === 'string') : []
  } catch {
    return []
  }
}
