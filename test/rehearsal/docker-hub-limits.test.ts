import { describe, expect, test } from 'vitest'
import { textAt } from '../../src/clouds/json.ts'
import { rehearse } from './client.ts'
import { furnishAcme, hubClient, signIn } from './docker-hub-client.ts'

const ALPINE = '/v2/namespaces/library/repositories/alpine'

describe('the rate limit', () => {
  test('is counted by the minute, and told with every answer', async () => {
    let now = new Date('2026-11-22T10:00:00Z')
    const rehearsal = await rehearse(undefined, { now: () => now })
    const nobody = hubClient(rehearsal)
    const shown = async () => {
      const { headers } = await nobody('GET', ALPINE)
      return ['limit', 'remaining', 'reset'].map(name => headers.get(`x-ratelimit-${name}`))
    }
    expect(await shown()).toEqual(['180', '179', String(Date.parse('2026-11-22T10:01:00Z') / 1000)])
    expect(await shown()).toEqual(['180', '178', String(Date.parse('2026-11-22T10:01:00Z') / 1000)])
    now = new Date('2026-11-22T10:01:00Z')
    expect(await shown()).toEqual(['180', '179', String(Date.parse('2026-11-22T10:02:00Z') / 1000)])
  })

  test.each([
    ['retry-after', '20'],
    ['x-retry-after', String(Date.parse('2026-11-22T10:01:00Z') / 1000)],
  ] as const)('says in %s how long to wait', async (retryHeader, wait) => {
    let now = new Date('2026-11-22T10:00:00Z')
    const rehearsal = await rehearse(
      ({ dockerHub: { rules } }) => {
        Object.assign(rules, { requestsPerMinute: 1, retryHeader })
      },
      { now: () => now },
    )
    const nobody = hubClient(rehearsal)
    await nobody('GET', ALPINE)
    now = new Date('2026-11-22T10:00:40Z')
    const refused = await nobody('GET', ALPINE)
    expect(refused).toMatchObject({ status: 429, body: { detail: 'Rate limit exceeded' } })
    expect(refused.headers.get(retryHeader)).toBe(wait)
    expect(refused.headers.get('x-ratelimit-remaining')).toBe('0')
  })

  test('is one of its own for each user, and for the tokens of an organization', async () => {
    const rehearsal = await rehearse(({ dockerHub }) => furnishAcme(dockerHub))
    const hub = await signIn(rehearsal)
    const made = await hub('POST', '/v2/orgs/acme/access-tokens', { label: 'CI' })
    const token = await signIn(rehearsal, 'acme', textAt(made.body, 'token'))
    const left = async (client: typeof hub) => (await client('GET', ALPINE)).headers.get('x-ratelimit-remaining')
    expect(await left(hub)).toBe('178')
    expect(await left(token)).toBe('179')
    expect(await left(await signIn(rehearsal, 'member'))).toBe('179')
  })

  test('is nothing to the registry and its tokens', async () => {
    const rehearsal = await rehearse(({ dockerHub: { rules } }) => {
      rules.requestsPerMinute = 1
    })
    const nobody = hubClient(rehearsal)
    for (let i = 0; i < 3; i++) {
      const answer = await nobody('GET', '/token?service=registry.docker.io')
      expect(answer.status).toBe(200)
      expect(answer.headers.has('x-ratelimit-limit')).toBe(false)
    }
  })
})

test('an answer to abuse is plain text, which a fault can play', async () => {
  const rehearsal = await rehearse()
  const headers = { 'content-type': 'text/plain', 'retry-after': '60' }
  rehearsal.faults = [{ path: '^/v2/', do: { status: 429, body: 'Too Many Requests\n', headers } }]
  const response = await fetch(rehearsal.origins['docker-hub'] + ALPINE)
  expect(response.status).toBe(429)
  expect(await response.text()).toBe('Too Many Requests\n')
})
