import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { resolve } from 'node:path'
import { transformSync } from 'esbuild'
import { expect, test } from 'vitest'

const SOURCE = resolve('src/clouds/initial-environment.ts')

/** Runs it in a process of its own, whose environment is real; what that process shows afterwards. */
function shownAfter(names: readonly string[], env: Readonly<Record<string, string>>): Record<string, string> {
  const { code } = transformSync(readFileSync(SOURCE, 'utf8'), { loader: 'ts', format: 'esm' })
  const after = `for (const name of ${JSON.stringify(names)}) delete process.env[name]
const done = blankInitially(${JSON.stringify(names)})
const shown = readFileSync('/proc/self/environ', 'latin1').split('\\0')
console.log(JSON.stringify({ done, shown, still: process.env.OTHER }))`
  const out = execFileSync(process.execPath, ['--input-type=module', '--eval', `${code}\n${after}`], {
    env,
    encoding: 'utf8',
  })
  return JSON.parse(out)
}

test.skipIf(process.platform !== 'linux')(
  'A deleted variable is not shown by the system either, all others are',
  () => {
    const env = { TOKEN: 'a secret = with signs', TOKEN_NOT: 'stays', OTHER: 'größe', EMPTY: '' }
    const { done, shown, still } = shownAfter(['TOKEN', 'EMPTY', 'ABSENT'], env)
    expect(done).toBe(true)
    expect(shown).not.toContain('TOKEN=a secret = with signs')
    expect(JSON.stringify(shown)).not.toContain('with signs')
    expect(shown).toEqual(expect.arrayContaining(['TOKEN_NOT=stays', 'TOKEN=']))
    expect(still).toBe('größe')
  },
)
