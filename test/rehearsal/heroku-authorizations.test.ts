import { describe, expect, test } from 'vitest'
import { at, type Json, textAt } from '../../src/clouds/json.ts'
import { admit, herokuClient, rehearse } from './client.ts'

const PATH = '/oauth/authorizations'
const scope = ['read-protected', 'write-protected']

const tokenIn = (body: Json) => textAt(body, 'access_token', 'token') ?? ''
const pathOf = (body: Json) => `${PATH}/${textAt(body, 'id')}`

describe('an authorization', () => {
  test('shows its token when it is made, and never again', async () => {
    const heroku = herokuClient(await rehearse())
    const made = await heroku('POST', PATH, { description: 'CI token', scope, expires_in: '3600' })
    expect(made).toMatchObject({
      status: 201,
      body: { description: 'CI token', scope, access_token: { expires_in: 3600 }, user: { email: 'you@example.com' } },
    })
    const token = tokenIn(made.body)
    const listed = (await heroku('GET', PATH)).body as Json[]
    const info = (await heroku('GET', pathOf(made.body))).body
    for (const body of [info, listed.find(one => textAt(one, 'description') === 'CI token') ?? null]) {
      expect(tokenIn(body)).toBe(`${token.slice(0, 9)}**********${token.slice(-4)}`)
    }
  })

  test('can be made twice with one description', async () => {
    const heroku = herokuClient(await rehearse())
    const [first, second] = [
      await heroku('POST', PATH, { description: 'CI' }),
      await heroku('POST', PATH, { description: 'CI' }),
    ]
    expect(pathOf(first.body)).not.toBe(pathOf(second.body))
    expect((await heroku('GET', PATH)).body).toHaveLength(3)
  })

  test('is global and for ever unless told', async () => {
    const { body } = await herokuClient(await rehearse())('POST', PATH, {})
    expect(body).toMatchObject({ scope: ['global'], description: null, access_token: { expires_in: null } })
  })

  test('lives as long as it was given, as a number too', async () => {
    let now = new Date('2026-11-22T10:00:00Z')
    const rehearsal = await rehearse(undefined, { now: () => now })
    const heroku = herokuClient(rehearsal)
    const made = await heroku('POST', PATH, { expires_in: 60, scope: ['identity'] })
    now = new Date('2026-11-22T10:00:20Z')
    const info = await heroku('GET', pathOf(made.body))
    expect(at(info.body, 'access_token', 'expires_in')).toBe(40)
    expect((await herokuClient(rehearsal, tokenIn(made.body))('GET', '/account')).status).toBe(200)
    now = new Date('2026-11-22T10:01:00Z')
    expect((await herokuClient(rehearsal, tokenIn(made.body))('GET', '/account')).status).toBe(401)
  })

  test.each([
    { scope: ['read', ' write'] },
    { scope: ['everything'] },
    { scope: [] },
    { scope: ['read', 'read'] },
    { scope: 'read,write' },
    { expires_in: '1h' },
    { expires_in: 0 },
    { expires_in: 1.5 },
    { expires_in: '99999999999999' },
  ])('is not made from %j', async given => {
    const rehearsal = await rehearse()
    const refused = await herokuClient(rehearsal)('POST', PATH, given)
    expect(refused).toMatchObject({ status: 422, body: { id: 'invalid_params' } })
    expect(rehearsal.world.heroku.authorizations).toHaveLength(1)
  })

  test('gets a new token, and loses the old one', async () => {
    const rehearsal = await rehearse()
    const heroku = herokuClient(rehearsal)
    const made = await heroku('POST', PATH, { scope: ['identity'], expires_in: 3600 })
    const renewed = await heroku('POST', `${pathOf(made.body)}/actions/regenerate-tokens`)
    expect(pathOf(renewed.body)).toBe(pathOf(made.body))
    expect((await herokuClient(rehearsal, tokenIn(made.body))('GET', '/account')).status).toBe(401)
    expect((await herokuClient(rehearsal, tokenIn(renewed.body))('GET', '/account')).status).toBe(200)
  })

  test('ends with its revocation, which shows no token', async () => {
    const rehearsal = await rehearse()
    const heroku = herokuClient(rehearsal)
    const made = await heroku('POST', PATH, { description: 'CI token', scope: ['identity'] })
    const revoked = await heroku('DELETE', pathOf(made.body))
    expect(revoked).toMatchObject({ status: 200, body: { description: 'CI token' } })
    expect(tokenIn(revoked.body)).toContain('**********')
    expect((await herokuClient(rehearsal, tokenIn(made.body))('GET', '/account')).status).toBe(401)
    expect(await heroku('DELETE', pathOf(made.body))).toMatchObject({
      status: 404,
      body: { id: 'not_found', message: "Couldn't find that authorization.", resource: 'authorization' },
    })
  })

  test("of somebody else's is unknown", async () => {
    let token = ''
    const rehearsal = await rehearse(world => {
      token = admit(world, 'stranger@example.com')
    })
    const heroku = herokuClient(rehearsal)
    const { body } = await herokuClient(rehearsal, token)('POST', PATH, {})
    expect((await heroku('GET', pathOf(body))).status).toBe(404)
    expect((await heroku('DELETE', pathOf(body))).status).toBe(404)
    expect((await heroku('POST', `${pathOf(body)}/actions/regenerate-tokens`)).status).toBe(404)
    expect((await heroku('GET', PATH)).body).toHaveLength(1)
  })
})
