import { describe, expect, test } from 'vitest'
import { lastLines } from '../../src/clouds/circleci-runs.ts'
import { Secret } from '../../src/clouds/secret.ts'

const said = (...messages: readonly string[]) => lastLines(messages.map(message => ({ type: 'out', message })))

describe('Of what a job has written', () => {
  test('the last lines are told, of the last message or of several', () => {
    const lines = Array.from({ length: 20 }, (_, at) => `line ${at}`)
    expect(said(lines.slice(0, 15).join('\r\n'), `\r\n${lines.slice(15).join('\n')}\r\n\r\n`)).toBe(
      lines.slice(-8).join('\n'),
    )
  })

  test('nothing is told where there is nothing, or it is something else', () => {
    for (const output of [undefined, null, [], {}, '', [{}, 1]]) expect(lastLines(output)).toBe('')
  })

  test('of a line that is very long the end is told, where the fault is', () => {
    const told = said(`${'x'.repeat(1_000_000)} denied\n`)
    expect(told).toMatch(/x denied$/)
    expect(told.length).toBeLessThan(2_000)
  })

  test('no end of a secret is told whose beginning is further up, whatever is in between', () => {
    const text = 'ccipat_Ab1Cd2Ef3Gh4Ij5Kl6Mn7Op8Qr9St0Uv1Wx2Yz3Ab4Cd5Ef6Gh7'
    new Secret(text)
    for (const end of ['\r\n', '\n', '\u001b[0m\n\u001b[31m']) {
      const told = said(text.replace(/(.{4})/g, `$1${end}`))
      expect(told.replace(/\s/g, '')).toBe('••••')
    }
    expect(said(`${text}${'x'.repeat(1_495)}`)).not.toContain('Gh7')
  })
})
