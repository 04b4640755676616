import { cut, type Definitions, dashed, fromFirstLetter, variable, words } from '../definition.ts'

/** facts/heroku.md 5: exactly these six. */
const SCOPES = ['global', 'identity', 'read', 'write', 'read-protected', 'write-protected']
const SECONDS: Readonly<Record<string, number>> = { h: 3_600, d: 86_400, w: 604_800, y: 31_536_000 }

export const HEROKU = {
  herokuApp: {
    // facts/heroku.md 8, Names
    rule: words(/^[a-z][a-z\d-]{1,28}[a-z\d]$/),
    mustBe: '3 to 30 lowercase letters, digits and dashes, starting with a letter, ending with a letter or digit',
    why: 'The app that the container image is released to. App names are shared by all of Heroku: it must still be free, or yours.',
    suggest: herokuName,
  },
  herokuTeam: {
    // The facts have no rule for a team's name: its usual shape.
    rule: words(/^[a-z\d](?:[a-z\d-]{0,48}[a-z\d])?$/),
    mustBe: 'the name of a Heroku team: lowercase letters, digits and dashes',
    why: 'Set it where a team shall own the app; without it, the app belongs to the signed-in account.',
    optional: true,
    suggest: bad => cut(dashed(bad), 50),
  },
  herokuTokenVariable: {
    // The default is what the heroku command itself reads (facts/circleci.md 0); the document's HEROKU_TOKEN never was
    // what its config read.
    ...variable,
    why: 'The variable in which CI looks for the Heroku token. It must be the one that the job in .circleci/config.yml reads.',
    byDefault: 'HEROKU_API_KEY',
    inFork: 'keep',
  },
  herokuTokenScopes: {
    // facts/heroku.md 5: the safe default for push and release; the heroku command does not trim blanks (1.1).
    rule: { also: isScopes },
    mustBe: `a comma list without blanks of ${SCOPES.join(', ')}`,
    why: 'What CI’s Heroku token may do. Heroku has no finer grain and none for a single app, so take as little as the release needs.',
    byDefault: 'read-protected,write-protected',
    suggest: bad => [...new Set(bad.toLowerCase().split(/[,\s]+/))].filter(scope => scope !== '').join(','),
  },
  herokuTokenExpiresIn: {
    // facts/heroku.md 5: seconds, sent as a text; none means for ever. A word says so, since an empty line at a prompt
    // means the default. A year: the longest that a login lasts as well.
    rule: words(/^(?:never|[1-9]\d{0,9})$/),
    mustBe: 'a number of seconds, or never',
    why: 'How long CI’s Heroku token is good for. When it ends, releases fail until it is made anew.',
    byDefault: String(SECONDS.y),
    suggest: inSeconds,
  },
} as const satisfies Definitions

/** The nearest app name, or something that is still too short to be one. */
function herokuName(text: string): string {
  return cut(fromFirstLetter(dashed(text)), 30)
}

function isScopes(text: string): boolean {
  const scopes = text.split(',')
  return new Set(scopes).size === scopes.length && scopes.every(scope => SCOPES.includes(scope))
}

/** "90d" or "1 year", which people write. */
function inSeconds(bad: string): string | undefined {
  if (bad.trim() === '') return 'never'
  const [, count, unit = ''] = /^\s*(\d{1,5})\s*([hdwy])/i.exec(bad) ?? []
  const seconds = SECONDS[unit.toLowerCase()]
  return count === undefined || seconds === undefined ? bad.trim().toLowerCase() : String(Number(count) * seconds)
}
