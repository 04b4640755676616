import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { emptyWorld, loadWorld, saveWorld } from '../../src/rehearsal/world.ts'
import { LIE, lieIn } from '../support/lies.ts'

const newFile = () => join(mkdtempSync(join(tmpdir(), 'world-')), 'world.json')
const written = (text: string) => {
  const file = newFile()
  writeFileSync(file, text)
  return file
}

test('the empty world holds one account that can pay, a login of a year, and nothing else', () => {
  const { heroku } = emptyWorld(new Date('2026-11-22T10:00:00Z'))
  expect(heroku.accounts).toMatchObject([{ email: 'you@example.com', verified: true, twoFactorCode: null }])
  expect(heroku.authorizations).toMatchObject([{ scope: ['global'], expiresAt: '2027-11-22T10:00:00.000Z' }])
  expect(heroku.authorizations[0]?.token).toMatch(/^HRKU-AA[\w-]{58}$/)
  expect([heroku.apps, heroku.teams]).toEqual([[], []])
})

test('the empty world is the same each time by a seed; without one, its tokens and passwords can be guessed by nobody', () => {
  const now = new Date()
  expect(emptyWorld(now, 'a seed')).toEqual(emptyWorld(now, 'a seed'))
  const secretsOf = ({ heroku, circleci, dockerHub, google }: ReturnType<typeof emptyWorld>) => [
    heroku.authorizations[0]?.token,
    circleci.users[0]?.tokens[0]?.token,
    dockerHub.users[0]?.password,
    google.users[0]?.tokens[0]?.token,
  ]
  const all = [emptyWorld(now), emptyWorld(now), emptyWorld(now, 'a seed')].flatMap(secretsOf)
  expect(new Set(all).size).toBe(12)
  expect(all).not.toContain(undefined)
})

describe('a world file', () => {
  test('gives back what was saved, and leaves no draft behind', () => {
    const file = newFile()
    const world = emptyWorld()
    saveWorld(file, world)
    expect(loadWorld(file)).toEqual(world)
    expect(readdirSync(dirname(file))).toEqual(['world.json'])
  })

  test('need not exist', () => {
    expect(loadWorld(newFile())).toBeUndefined()
  })

  test('may leave out what is usual', () => {
    const id = '6ba7b810-9dad-41d1-80b4-00c04fd430c8'
    const file = written(JSON.stringify({ heroku: { accounts: [{ id, email: 'a@example.com' }], authorizations: [] } }))
    const world = loadWorld(file)
    expect(world).toMatchObject({ latencyMs: 0, faults: [], heroku: { apps: [], accounts: [{ verified: true }] } })
    expect(world?.heroku.features.map(({ name }) => name)).not.toContain('runtime-empty-entrypoint')
  })

  test.each([
    ['no JSON', '{', 'expected object'],
    ['a misspelt key', JSON.stringify({ ...emptyWorld(), latency: 5 }), 'latency'],
    [
      'a bad pattern',
      JSON.stringify({ ...emptyWorld(), faults: [{ path: '(', do: 'silence' }] }),
      'regular expression',
    ],
  ])('with %s is refused with the reason', (_, text, reason) => {
    const file = written(text)
    const refused = (() => {
      try {
        return loadWorld(file)
      } catch (error) {
        return error
      }
    })()
    expect(refused).toBeInstanceOf(SetupError)
    expect(refused).toMatchObject({ exit: 2, cause: { asked: file, said: expect.stringContaining(reason) } })
  })
})

test('A world file shows what a text in it could lie with, and means the same', () => {
  const file = newFile()
  const world = emptyWorld()
  for (const user of world.circleci.users) user.login = LIE
  saveWorld(file, world)
  expect(lieIn(readFileSync(file, 'utf8'))).toBeUndefined()
  expect(loadWorld(file)).toEqual(world)
})
