import fc from 'fast-check'

const characters = (...ranges: readonly string[]) => fc.constantFrom(...ranges.join(''))
const LETTERS = 'abcdefghijklmnopqrstuvwxyz'
const DIGITS = '0123456789'
const CAPITALS = LETTERS.toUpperCase()

const word = (character: fc.Arbitrary<string>, minLength: number, maxLength: number) =>
  fc.array(character, { minLength, maxLength }).map(all => all.join(''))

/** Every name that Heroku takes for an app: a letter, letters, digits and dashes, no dash at the end. */
export const herokuApps = fc
  .tuple(characters(LETTERS), word(characters(LETTERS, DIGITS, '-'), 1, 28), characters(LETTERS, DIGITS))
  .map(parts => parts.join(''))

export const herokuTeams = fc
  .tuple(characters(LETTERS, DIGITS), word(characters(LETTERS, DIGITS, '-'), 0, 28), characters(LETTERS, DIGITS))
  .map(parts => parts.join(''))

const owners = fc
  .array(word(characters(LETTERS, CAPITALS, DIGITS), 1, 9), { minLength: 1, maxLength: 3 })
  .map(parts => parts.join('-'))
const repositories = word(characters(LETTERS, CAPITALS, DIGITS, '-_.'), 1, 20).filter(name => !/^\.{1,2}$/.test(name))

/** OWNER/REPOSITORY as GitHub takes them. */
export const githubProjects = fc.tuple(owners, repositories).map(parts => parts.join('/'))
