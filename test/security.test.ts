import { existsSync, readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { HOST_IDS, hostOf } from '../src/clouds/hosts.ts'
import { VENDORS } from '../src/clouds/vendors.ts'

const page = readFileSync('SECURITY.md', 'utf8')
/** A row of its first table: whose hosts, and which. */
const rows = page.slice(0, page.indexOf('## What it does')).matchAll(/^\| (\S[^|]*?) +\| (`[^|]*`) *\|$/gm)

describe('SECURITY.md', () => {
  test('names the hosts that requests go to, by vendor, and no other', () => {
    const named = Object.fromEntries(
      [...rows].map(([, vendor = '', hosts = '']) => [vendor, hosts.replaceAll('`', '').split(', ').sort()]),
    )
    const asked = new Map<string, Set<string>>()
    for (const { vendor, home } of HOST_IDS.map(hostOf)) {
      const { name } = VENDORS[vendor]
      asked.set(name, (asked.get(name) ?? new Set()).add(new URL(home).host))
    }
    expect(named).toEqual(Object.fromEntries([...asked].map(([name, hosts]) => [name, [...hosts].sort()])))
  })

  const model = page.slice(page.indexOf('## Threat model'), page.indexOf('### What no test can promise'))
  const testsIn = (text: string) => [...text.matchAll(/`(test\/[^`]+)`/g)].map(([, file = '']) => file)

  test('names tests that there are', () => {
    const named = testsIn(page)
    expect(named.length).toBeGreaterThan(30)
    expect(named.filter(file => !existsSync(file) || !/\.(test|attack|sweep|screens)\.ts$/.test(file))).toEqual([])
  })

  test('names a test for each promise, and says of each attacker what is not promised', () => {
    const attackers = model.split(/^\*\*/m).slice(1)
    expect(attackers).toHaveLength(6)
    for (const one of attackers) {
      const points = one.split(/^- /m).slice(1)
      const [last = '', ...promises] = points.toReversed()
      expect(last).toMatch(/^Not promised: /)
      expect(promises.filter(promise => testsIn(promise).length === 0)).toEqual([])
    }
  })

  test('is named by the README', () => {
    expect(readFileSync('README.md', 'utf8')).toContain('[SECURITY.md](SECURITY.md)')
  })
})
