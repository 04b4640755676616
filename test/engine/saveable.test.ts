import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { Secret } from '../../src/clouds/secret.ts'
import { handOverText } from '../../src/engine/handed-over.ts'
import { openProgress } from '../../src/engine/progress.ts'
import { causeOf } from '../support/engine.ts'
import { temporaryFolder } from '../support/folder.ts'
import { LIE } from '../support/lies.ts'

const NOW = new Date('2026-11-22T12:00:00Z')
const AT = NOW.toISOString()
const OURS = { project: 'github.com/acme/dummyapp', clouds: 'real' } as const
const open = (folder = join(temporaryFolder(), 'state')) => ({
  ...{ folder, progress: openProgress({ folder, ...OURS }, NOW) },
})

/** Of the shape of an id: only that it is known to be one tells a secret. */
const KNOWN = '5f3c1c1e-4b1d-4d0e-9b43-2f6f4f6b0a11'
new Secret(KNOWN)

const record = (id: string) => ({ how: 'made', id, by: 'me@here', at: AT }) as const
const intent = { step: 'a.b', at: AT }

describe('What is saved is ids, times and marks by their shapes;', () => {
  test.each([
    ['a vendor’s words', { facts: { 'a.b:id': 'Permission denied' } }],
    ['an id that is our own token', { facts: { 'a.b:id': KNOWN } }],
    ['a name that bears the mark of a credential', { facts: { 'a.b:id': 'projects/ya29.a0AfH6SMB' } }],
    ['a condition', { facts: { 'a.b:id': "x' || true || 'x' == 'x" } }],
    ['letters that lie', { facts: { 'a.b:id': '17\u202E' } }],
    ['an end of a line', { facts: { 'a.b:id': '17\n' } }],
    ['our token in a list', { facts: { 'a.b:id': `17 ${KNOWN}` } }],
    ['our token in the name of a fact', { facts: { [`a.b:refused-${KNOWN}`]: 'yes' } }],
    ['words in the name of a fact', { facts: { 'a.b:refused by whom': 'yes' } }],
    ['the id of a record that lies', { records: { 'a.b': record(LIE) } }],
    ['the id of a record that is our token', { records: { 'a.b': record(`name ${KNOWN}`) } }],
    ['our token in the name of an intent', { intents: { [`a.b/revoke-${KNOWN}`]: intent } }],
    ['an answer that lies', { answers: { herokuApp: 'acme\u009b2J' } }],
    ['an answer that is our token', { answers: { herokuApp: KNOWN } }],
  ])('%s is refused, with nothing of it told or written', async (_, change) => {
    const { progress } = open()
    const before = { answers: { herokuTeam: 'acme' } }
    await progress.save(before)
    const written = readFileSync(progress.file, 'utf8')
    const cause = await causeOf(progress.save(change))
    expect(cause.code).toBe('strange-answer')
    expect(JSON.stringify(cause)).not.toMatch(/5f3c1c1e|denied|ya29|FAKE|true/)
    expect(readFileSync(progress.file, 'utf8')).toBe(written)
    expect(progress.saved).toMatchObject(before)
  })

  test.each([
    '',
    'yes',
    '1234567890',
    '2f6f4f6b-0a11-4d0e-9b43-5f3c1c1e4b1d',
    '0123456789abcdef0123456789abcdef01234567',
    `sha256:${'0'.repeat(64)}`,
    '2026-11-22T12:00:00.123456Z',
    'operations/cp.8123-abc',
    'projects/acme-1/serviceAccounts/ci@acme-1.iam.gserviceaccount.com/keys/0123456789abcdef0123456789abcdef01234567',
    'account acmebot 2f6f4f6b-0a11-4d0e-9b43-5f3c1c1e4b1d,organization acme 17',
  ])('and is there again: %s', async text => {
    const { folder, progress } = open()
    await progress.save({ facts: { 'a.b:id': text } })
    expect(open(folder).progress.saved.facts).toEqual({ 'a.b:id': text })
  })

  test('and bindings that were taken away, where that is what the fact is about', async () => {
    const bindings = JSON.stringify([{ role: 'roles/owner', members: ['user:you@example.com'] }])
    const { folder, progress } = open()
    await progress.save({ facts: { 'a.b:removed': bindings } })
    expect(open(folder).progress.saved.facts).toEqual({ 'a.b:removed': bindings })
    expect((await causeOf(progress.save({ facts: { 'a.b:id': bindings } }))).code).toBe('strange-answer')
  })

  test('what an earlier version wrote of a vendor’s words is left out, goes with the next save, and is not handed over', async () => {
    const { folder, progress } = open()
    await progress.save({ answers: { herokuApp: 'acme' }, facts: { 'a.b:id': '17' } })
    const old = JSON.parse(readFileSync(progress.file, 'utf8'))
    old.facts['circleci.restrict:refused-1'] = `no, says ${LIE}`
    writeFileSync(progress.file, JSON.stringify(old))
    const again = open(folder).progress
    expect(again.saved.facts).toEqual({ 'a.b:id': '17' })
    const handing = { by: 'me@here', at: NOW, steps: new Set(['circleci.restrict', 'a.b']), left: new Set<string>() }
    expect(handOverText(old, handing)).not.toContain('FAKE')
    await again.save({ answers: { herokuApp: 'other' } })
    expect(readFileSync(progress.file, 'utf8')).not.toContain('FAKE')
  })
})
