import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { EditAction } from '../../src/engine/step.ts'
import { fill, hole, type Str, t } from '../../src/engine/text.ts'
import { asHtml } from '../../src/output/checklist/html.ts'
import { asMarkdown } from '../../src/output/checklist/markdown.ts'
import { asJson, type Entry } from '../../src/output/checklist/model.ts'
import { asScript } from '../../src/output/checklist/script.ts'
import { printText } from '../../src/output/checklist/text.ts'
import { diffOf } from '../../src/output/diff.ts'
import { createPrinter } from '../../src/output/printer.ts'
import { makeCheckout } from '../support/checkout.ts'
import { ANSWERS, fakeStep } from '../support/engine.ts'
import { inputs } from '../support/inputs.ts'
import { argvOf, SHELLS } from '../support/shells.ts'

const NUMBER = hole('google.project:number')
const edit = (from: Str, to: Str): EditAction => ({
  kind: 'edit',
  key: 'edit',
  does: 'edit it',
  file: 'f.yml',
  from,
  to,
})
const entry = (from: Str, to: Str): Entry => ({ step: fakeStep('circleci.thing'), actions: [edit(from, to)] })
const place = (checkout: string) => ({ bases: new Map(), checkout })

const LITERAL = 'a "$HOME" `touch made` $(touch made) \\\\ \\$x \\\nEOF\nend \\\n'

describe('The diff of an edit with a hole', () => {
  const [from, to] = [`one\n${LITERAL}`, t`one ${NUMBER} and \uE000 ${NUMBER}\n${LITERAL}$y ${NUMBER}\n`]
  const added = '+one <google.project:number> and \uE000 <google.project:number>\n'

  test('shows the hole by its name, in each form that is read', () => {
    expect(diffOf(edit(from, to))).toContain(added)
    const all = [entry(from, to)]
    const stream = new PassThrough()
    const printer = createPrinter(stream as unknown as NodeJS.WriteStream, { NO_COLOR: '1' })
    const options = { title: 'x', verbose: true, proposed: new Set<string>() }
    printText(all, ANSWERS, place('/x'), { ...options, printer })
    expect(String(stream.read())).toContain(added)
    expect(asMarkdown(all, ANSWERS, place('/x'), options)).toContain(`  ${added}`)
    expect(asHtml(all, ANSWERS, place('/x'), options)).toContain('+one &lt;google.project:number&gt; and')
    expect(JSON.stringify(asJson(all, ANSWERS, place('/x')))).toContain(JSON.stringify(added).slice(1, -1))
  })

  test('has no change in a line that has the same hole on both sides', () => {
    expect(diffOf(edit(t`a ${NUMBER}\nb\n`, t`a ${NUMBER}\nc\n`))).toContain('\n a <google.project:number>\n-b\n+c\n')
  })
})

describe.each(SHELLS)('The script, run by %s,', shell => {
  const run = (from: Str, to: Str, env: Record<string, string> = { google_project_number: '1234567' }) => {
    const bound = (text: Str) => fill(text, () => '1234567')
    const repo = makeCheckout({ files: { 'f.yml': bound(from) } })
    const input = asScript([entry(from, to)], ANSWERS, { title: 'x', place: place(repo) })
    const { PATH = '' } = process.env
    const { status, stderr } = spawnSync(shell, [...argvOf(shell), '-s'], {
      input,
      env: { PATH, ...env },
      encoding: 'utf8',
    })
    return { status, stderr, text: readFileSync(join(repo, 'f.yml'), 'utf8'), wanted: bound(to) }
  }

  test('puts the hole’s value in, and takes everything else as it stands', () => {
    const { status, stderr, text, wanted } = run(`one\n${LITERAL}`, t`one ${NUMBER}\n${LITERAL}two \`${NUMBER}\`\n`)
    expect([stderr, status]).toEqual(['', 0])
    expect(text).toBe(wanted)
  })

  test('stops where it is not set', () => {
    const { status, stderr, text } = run('one\n', t`${NUMBER}\n`, {})
    expect(status).not.toBe(0)
    expect(stderr).toContain('google_project_number')
    expect(text).toBe('one\n')
  })

  test('whatever stands around it', () => {
    const line = fc.string({ unit: fc.constantFrom(...'\\$`"\'{}() <>EOFa#!'), maxLength: 10 })
    fc.assert(
      fc.property(fc.array(line, { maxLength: 4 }), line, line, (before, left, right) => {
        const kept = before.map(text => `${text}\n`).join('')
        const { status, text, wanted } = run(`${kept}old\n`, t`${kept}${left}${NUMBER}${right}\n`)
        expect(status).toBe(0)
        expect(text).toBe(wanted)
      }),
      inputs(5, 60),
    )
  })
})
