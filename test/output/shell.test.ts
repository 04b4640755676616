import { execFileSync, spawnSync } from 'node:child_process'
import { readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quote } from '../../src/clouds/quote.ts'
import { hole, numberHole, t } from '../../src/engine/text.ts'
import { argument, commandLine, readableLine, variableOf } from '../../src/output/shell.ts'
import { temporaryFolder } from '../support/folder.ts'
import { inputs } from '../support/inputs.ts'
import { LIE, lieIn } from '../support/lies.ts'
import { argvOf, NO_SHELLS, SHELLS } from '../support/shells.ts'

/** The words that a shell makes of a line. */
function words(shell: string, line: string, env: Record<string, string> = {}): string[] {
  const script = `printf '%s\\0' ${line}`
  return execFileSync(shell, [...argvOf(shell), '-c', script], { env, encoding: 'utf8' })
    .split('\0')
    .slice(0, -1)
}

/** Any text that can be an argument at all: whole characters, without NUL. */
const anyWord = fc
  .oneof(
    fc.constantFrom('-n', '--', '!!', '~root', '-', '\\', 'a'.repeat(20_000), "'".repeat(300), '\ufffd'),
    fc.string({ unit: 'binary', maxLength: 12 }),
    fc.string({ unit: fc.constantFrom(...`'"\\$\`!*?[]{}()<>|&;#~=%-+ \n\t\ra`), maxLength: 12 }),
  )
  .map(word => word.replaceAll('\0', ''))

/** Names that would run something where a shell takes them for code. */
const HOSTILE = [
  'x")&touch PWNED #y',
  "x')&touch PWNED #",
  'x`touch PWNED`',
  '$(touch PWNED)',
  'a) ;; esac; touch PWNED',
  '"\'(',
]

/** A cut may have left half a character. */
const wellFormed = (text: string) => Buffer.from(text).toString()

describe.each(SHELLS)('%s', shell => {
  test('reads every word back as it was quoted', () => {
    const readsBack = (all: readonly string[]) => {
      expect(words(shell, all.map(quote).join(' '))).toEqual(all)
    }
    fc.assert(fc.property(fc.array(anyWord, { minLength: 1, maxLength: 60 }), readsBack), inputs(10, 400))
  })

  test('gets what could lie to a reader by its number, in documents too', () => {
    const line = commandLine({ argv: ['cat', LIE], stdin: t`${LIE} $x \\ ${LIE}\n` })
    expect(lieIn(line)).toBeUndefined()
    const read = execFileSync(shell, [...argvOf(shell), '-c', line.replace(/^cat \S[^\n]*? <</, 'cat <<')], {
      encoding: 'utf8',
    })
    expect(read).toBe(`${LIE} $x \\ ${LIE}\n`)
  })

  test.each([
    '',
    '=ls',
    'a=~',
    "'",
    "''",
    '-n',
    '--',
    '~',
    '~root',
    '$HOME',
    '$(touch made)',
    '`touch made`',
    'a\nb',
    'a\\',
    '!!',
    '*',
    '#no',
    'é “ß” 👩‍👩‍👧',
  ])('reads back %j', word => {
    expect(words(shell, quote(word))).toEqual([word])
  })

  test('puts a hole’s value in as it is, in the middle of a word too', () => {
    const filled = (value: string) => {
      const line = argument(t`https://x/${hole('heroku.create-app:id')}.git it's`)
      expect(words(shell, line, { heroku_create_app_id: value })).toEqual([`https://x/${value}.git it's`])
    }
    fc.assert(
      fc.property(
        anyWord.filter(word => word !== ''),
        filled,
      ),
      inputs(10, 200),
    )
  })

  /** Many commands in one shell: what a shell costs is its start. */
  const printed = (lines: readonly string[], env: Record<string, string> = {}) => {
    const script = join(temporaryFolder(), 'script')
    writeFileSync(script, `set -eu\n${lines.join('\n')}\n`)
    const options = { env: { PATH: process.env.PATH, ...env }, encoding: 'utf8', maxBuffer: 2 ** 26 } as const
    return execFileSync(shell, [...argvOf(shell), script], {
      ...options,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
      .split('\0')
      .slice(0, -1)
  }
  const anyWords = fc.array(anyWord, { minLength: 1, maxLength: 40 })
  const asEnv = (all: readonly string[]) => Object.fromEntries(all.map((word, index) => [`w${index}`, word]))
  const filled = (all: readonly string[]) => all.map((word, index) => ({ word, open: hole(`w${index}`) }))

  test('hands every command its arguments and its environment, with holes anywhere in them', () => {
    const isHanded = (all: readonly string[]) => {
      const lines = filled(all).map(({ word, open }) =>
        commandLine({
          argv: ['env', t`LEFT=${word}${open}`, 'sh', '-c', 'printf "%s\\0" "$LEFT" "$@"', 'sh', word, open],
        }),
      )
      expect(printed(lines, asEnv(all))).toEqual(all.flatMap(word => [word + word, word, word]))
    }
    const short = anyWords.map(all => all.filter(word => word !== '' && word.length < 1_000))
    fc.assert(fc.property(short, isHanded), inputs(4, 100))
  })

  test('hands every command its document, with holes anywhere in it, whatever line of it looks like an end', () => {
    const line = fc.oneof(anyWord, fc.constantFrom('EOF', 'EOF_', 'EOF__', 'BODY', '', '\\', '$x', '`'))
    const text = fc.array(line, { minLength: 1, maxLength: 6 }).map(all => `${all.join('\n')}\n`)
    const isHanded = (all: readonly string[], texts: readonly string[]) => {
      const documents = filled(all.filter(word => word !== '')).map(({ word, open }, index) => {
        const document = texts[index % texts.length] ?? ''
        return { stdin: t`${document}${open}${document}`, plain: document, wanted: document + word + document }
      })
      const argv = ['sh', '-c', 'cat; printf "\\0"']
      const lines = documents.flatMap(({ stdin, plain }) => [
        commandLine({ argv, stdin }),
        commandLine({ argv, stdin: plain }),
      ])
      const env = asEnv(all.filter(word => word !== ''))
      expect(printed(lines, env)).toEqual(documents.flatMap(({ plain, wanted }) => [wanted, plain]))
    }
    const some = fc.array(anyWord, { minLength: 1, maxLength: 12 }).map(all => all.filter(word => word.length < 1_000))
    fc.assert(fc.property(some, fc.array(text, { minLength: 1, maxLength: 4 }), isHanded), inputs(4, 100))
  })

  test('learns whatever an answer holds, by its filter', () => {
    const learns = (all: readonly string[]) => {
      // A shell cuts the line breaks at the end of what it takes from a command.
      const texts = all.map(word => `${word}.`)
      const into = Object.fromEntries(
        texts.map((text, index) => [`l.${index}:x`, `.[${index}] | select(. != ${JSON.stringify(`${text}'`)})`]),
      )
      const line = commandLine({ argv: ['cat'], stdin: JSON.stringify(texts), into })
      const shows = texts.map((_, index) => `printf '%s\\0' "$${variableOf(hole(`l.${index}:x`))}"`)
      expect(printed([line, ...shows])).toEqual(texts)
    }
    const short = fc.array(anyWord, { minLength: 1, maxLength: 8 }).map(all => all.map(word => word.slice(0, 300)))
    fc.assert(
      fc.property(
        short.map(all => all.map(wellFormed)),
        learns,
      ),
      inputs(2, 60),
    )
  })

  test.each([{}, { herokuApp: '' }])('fails loudly where a hole is not set, and runs nothing: %j', env => {
    const line = commandLine({ argv: ['echo', 'ran', hole('herokuApp')] })
    const { status, stdout, stderr } = spawnSync(shell, [...argvOf(shell), '-c', `${line}; echo went on`], {
      env,
      encoding: 'utf8',
    })
    expect(status).not.toBe(0)
    expect(stdout).toBe('')
    expect(stderr).toContain('herokuApp')
  })

  test.each([
    [0, [0], 'went on'],
    [5, [0, 5], 'went on'],
    [4, [0, 5], ''],
    [5, undefined, ''],
  ])('after exit code %i, where %j count as done, goes on or does not', (code, okExit, said) => {
    const line = commandLine({ argv: ['sh', '-c', `exit ${code}`], ...(okExit && { okExit }) })
    const script = `set -eu\n${line}\necho went on`
    const { stdout } = spawnSync(shell, [...argvOf(shell), '-c', script], {
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    })
    expect(stdout.trim()).toBe(said)
  })

  test('takes what a command prints as one text where that is no JSON to be read, or must stay as it is', () => {
    const printed = '{ "id": 7,\n  "é": "$HOME \\\\ \'x\'" }\n'
    const line = commandLine({
      argv: ['printf', '%s', printed],
      text: true,
      into: { 'a.b:id': 'fromjson | .id', 'a.b:whole': '. + "\\n" | @base64' },
    })
    const script = `set -eu\n${line}\nprintf '%s %s' "$a_b_id" "$a_b_whole"`
    const env = { PATH: process.env.PATH }
    const [id, whole = ''] = execFileSync(shell, [...argvOf(shell), '-c', script], { env, encoding: 'utf8' }).split(' ')
    expect(id).toBe('7')
    expect(Buffer.from(whole, 'base64').toString()).toBe(printed)
  })

  test('hands a command its standard input, whatever stands in it', () => {
    const input = "EOF\n$HOME `x` 'y' \\\nEOF_\n\n  end\n"
    const script = commandLine({ argv: ['cat'], stdin: input })
    const env = { PATH: process.env.PATH }
    expect(execFileSync(shell, [...argvOf(shell), '-c', script], { env, encoding: 'utf8' })).toBe(input)
  })

  test('runs nothing of a name that would end a command’s brackets, where its answer is taken', () => {
    const folder = temporaryFolder()
    for (const name of HOSTILE) {
      const lines = [
        commandLine({ argv: ['printf', '%s', JSON.stringify({ a: name })], into: { 'a.b:one': '.a' } }),
        commandLine({ argv: ['cat'], stdin: JSON.stringify({ a: name }), okExit: [0, 5], into: { 'a.b:two': '.a' } }),
        commandLine({
          argv: ['cat'],
          stdin: t`{"a":${name.includes('"') ? '"x"' : JSON.stringify(name)},"b":"${hole('w')}"}`,
          into: { 'a.b:three': '.b' },
        }),
      ]
      const script = ['set -eu', ...lines, `printf '%s|%s|%s' "$a_b_one" "$a_b_two" "$a_b_three"`].join('\n')
      const env = { PATH: process.env.PATH, w: 'y' }
      const said = execFileSync(shell, [...argvOf(shell), '-c', script], { env, cwd: folder, encoding: 'utf8' })
      expect(said).toBe(`${name}|${name}|y`)
    }
    expect(readdirSync(folder)).toEqual([])
  })
})

test.skipIf(NO_SHELLS.length > 0)(
  `Every shell is tried; not here, so not tried: ${NO_SHELLS.join(', ') || 'none'}`,
  () => {
    expect(NO_SHELLS).toEqual([])
  },
)

describe('For bash 3.2, which is macOS’s /bin/sh,', () => {
  /** What it takes from a command with more than words in it, and no function between. */
  const risky = (script: string) =>
    script
      .split('\n')
      .filter(
        line =>
          /^\w+=\$\((?!printf '%s' "\$answer" \| jq|text=|ask\)$)/.test(line) &&
          !/^answer=\$\([\w@%+=:,./ -]*\)$/.test(line),
      )

  test('no document, no case and no quotes stand within the brackets of a command whose answer is taken', () => {
    const into = { 'a.b:id': '.id' }
    const body = { a: HOSTILE[0] ?? '' }
    const curl = {
      method: 'POST',
      url: 'https://x.test/',
      signIn: { header: 'A: ', variable: 'T' },
      headers: {},
      body,
      into,
    }
    const all = HOSTILE.flatMap(name => [
      commandLine({ argv: ['x', name], into }),
      commandLine({ argv: ['x'], stdin: name, into }),
      commandLine({ argv: ['x'], okExit: [0, 1], into }),
      commandLine({ ...curl, body: { a: name } }),
      commandLine({ ...curl, body: undefined, url: t`https://x.test/${name}`, until: '.a' }),
    ])
    expect(all.flatMap(risky)).toEqual([])
    expect(all.every(script => /^(ask\(\) \{|while)/m.test(script))).toBe(true)
    // The watch itself sees it.
    expect(risky('answer=$(curl <<BODY\nx")&touch PWNED #y\nBODY\n)')).toHaveLength(1)
    expect(commandLine({ argv: ['x', '--json'], into })).toMatch(/^answer=\$\(x --json\)\n/)
  })
})

describe('For people', () => {
  test('plain words stay plain, and holes stand by their names', () => {
    expect(readableLine({ argv: ['heroku', 'apps:create', hole('herokuApp'), '--stack', 'container'] })).toBe(
      'heroku apps:create <herokuApp> --stack container',
    )
    expect(quote('https://git.heroku.com/a_b-c.git')).toBe('https://git.heroku.com/a_b-c.git')
  })

  test('a request has its headers, and a number that is not known yet stands without quotes', () => {
    const curl = {
      method: 'POST',
      url: t`https://x.test/a?b=${hole('a.b:c')}`,
      signIn: { header: 'Authorization: Bearer ', variable: 'TOKEN' },
      headers: { accept: 'a/b' },
      body: { id: numberHole('a.b:id'), name: hole('a.b:name') },
    }
    expect(readableLine(curl)).toBe(
      [
        `curl -X POST 'https://x.test/a?b='<a.b:c>`,
        `-H "Authorization: Bearer $TOKEN" -H 'accept: a/b' -H 'content-type: application/json'`,
        `--data '{"id":<a.b:id>,"name":"<a.b:name>"}'`,
      ].join(' '),
    )
    expect(readableLine({ ...curl, body: undefined })).not.toContain('content-type')
  })

  test('no exit codes are shown', () => {
    expect(readableLine({ argv: ['git', 'x y'], okExit: [0, 5] })).toBe("git 'x y'")
  })
})

test('A hole’s variable has a name that a shell takes', () => {
  for (const name of ['herokuApp', 'heroku.create-app:id', 'a.b-c:d_e'])
    expect(variableOf(hole(name))).toMatch(/^[A-Za-z_]\w*$/)
})
