import { describe, expect, test } from 'vitest'
import type { Clock } from '../../src/clouds/clock.ts'
import { createClouds } from '../../src/clouds/clouds.ts'
import { createTools } from '../../src/clouds/exec.ts'
import { HOST_IDS, type HostId } from '../../src/clouds/hosts.ts'
import type { Http } from '../../src/clouds/http.ts'
import type { Identity } from '../../src/clouds/identity.ts'
import { at } from '../../src/clouds/json.ts'
import { Secret } from '../../src/clouds/secret.ts'
import type { Credential } from '../../src/clouds/vendor.ts'
import type { World } from '../../src/rehearsal/world.ts'
import { rehearse } from '../rehearsal/client.ts'
import { furnish, PASSWORD } from '../rehearsal/docker-hub-client.ts'
import { temporaryFolder } from '../support/folder.ts'
import { brisk, json, serve, transport } from './servers.ts'

const MINUTE = 60_000
const tools = () => createTools({ env: {}, repo: temporaryFolder() })
const USER = { method: 'GET', path: '/v2/user', repeat: 'safe' } as const

const owner: Credential = { user: 'owner', secret: new Secret(PASSWORD) }
const bot: Credential = { user: 'acmebot', secret: new Secret(PASSWORD) }

/** Docker Hub with an owner and a bot, clouds on it, and the clocks of both, which can be moved on. */
async function stand(change?: (world: World) => void) {
  const ahead = { ours: 0, theirs: 0 }
  const rehearsal = await rehearse(
    world => {
      furnish(world.dockerHub, {
        users: [{ username: 'owner' }, { username: 'acmebot' }, { username: 'careful', twoFactorCode: '123456' }],
      })
      change?.(world)
    },
    { now: () => new Date(Date.now() + ahead.theirs) },
  )
  const clock: Clock = { ...brisk, now: () => new Date(Date.now() + ahead.ours) }
  const credentials = new Map<Identity, Credential>([
    ['docker-hub', owner],
    ['docker-hub.bot', bot],
  ])
  const bases = new Map(HOST_IDS.map(host => [host, new URL(rehearsal.origins['docker-hub'])]))
  const clouds = createClouds({ kind: 'rehearsal', clock, http: transport(), tools: tools(), bases, credentials })
  const logins = () => rehearsal.log.filter(({ method, path }) => method === 'POST' && path === '/v2/auth/token').length
  const who = async (as?: Identity) =>
    at((await clouds.send('docker-hub', USER, as === undefined ? {} : { as })).body, 'username')
  const whoAll = (count: number, as?: Identity) => Promise.all(Array.from({ length: count }, () => who(as)))
  return { rehearsal, clouds, credentials, ahead, logins, who, whoAll }
}

describe('A sign-in that is exchanged for a token', () => {
  test('is sent once for many requests side by side, and for those after them', async () => {
    const { whoAll, logins } = await stand()
    expect(new Set(await whoAll(20))).toEqual(new Set(['owner']))
    await whoAll(5)
    expect(logins()).toBe(1)
  })

  test('is sent anew before the token’s life is over, once for all that need it', async () => {
    const { whoAll, logins, ahead, rehearsal } = await stand()
    await whoAll(2)
    ahead.ours = ahead.theirs = 8 * MINUTE
    await whoAll(5)
    expect(logins()).toBe(1)
    ahead.ours = ahead.theirs = 9 * MINUTE + 1_000
    await whoAll(20)
    expect(logins()).toBe(2)
    expect(rehearsal.log.filter(({ status }) => status === 401)).toEqual([])
  })

  test('is sent anew where the vendor takes the token no longer, once for all that were refused', async () => {
    const { whoAll, logins, ahead, rehearsal } = await stand()
    await whoAll(2)
    ahead.theirs = 11 * MINUTE
    expect(new Set(await whoAll(20))).toEqual(new Set(['owner']))
    expect(logins()).toBe(2)
    expect(rehearsal.log.some(({ status }) => status === 401)).toBe(true)
  })

  test('does not go on for ever where the vendor takes no token at all', async () => {
    const { clouds, logins, rehearsal } = await stand()
    rehearsal.faults.push({ method: 'GET', do: { status: 401, body: { detail: 'unauthorized' } } })
    expect((await clouds.send('docker-hub', USER)).status).toBe(401)
    expect(logins()).toBe(2)
  })

  test('that is refused is refused to all that wait for it, and sent anew for the next', async () => {
    const { whoAll, who, logins, rehearsal } = await stand()
    rehearsal.faults.push({ method: 'POST', path: '^/v2/', times: 2, do: { status: 401, body: { detail: 'no' } } })
    const outcomes = await Promise.allSettled([whoAll(1), whoAll(1), whoAll(1)])
    expect(outcomes.map(({ status }) => status)).toEqual(['rejected', 'rejected', 'rejected'])
    expect(logins()).toBe(1)
    expect(await who()).toBe('owner')
    expect(logins()).toBe(2)
  })

  test('is apart for the owner and for the bot', async () => {
    const { who, logins } = await stand()
    expect(await Promise.all([who(), who('docker-hub.bot'), who(), who('docker-hub.bot')])).toEqual([
      'owner',
      'acmebot',
      'owner',
      'acmebot',
    ])
    expect(logins()).toBe(2)
  })

  test('that was given anew counts at once', async () => {
    const { who, credentials, logins } = await stand()
    expect(await who()).toBe('owner')
    credentials.set('docker-hub', { ...bot })
    expect(await who()).toBe('acmebot')
    expect(logins()).toBe(2)
  })

  test('that is wrong is told with the vendor’s words, and whose it is (exit 2)', async () => {
    const { who, credentials } = await stand()
    credentials.set('docker-hub', { user: 'owner', secret: new Secret('wrong password') })
    const error = await who().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({
      name: 'SetupError',
      exit: 2,
      cause: {
        code: 'unauthorized',
        said: '401 Incorrect authentication credentials',
        means: 'Docker Hub does not accept the sign-in of owner.',
      },
    })
  })

  test('says nothing of the sign-in where the vendor has trouble (exit 1)', async () => {
    const { who, rehearsal } = await stand()
    rehearsal.faults.push({ method: 'POST', do: { status: 503, body: { detail: 'later' } } })
    expect(await who().catch((thrown: unknown) => thrown)).toMatchObject({ exit: 1, cause: { code: 'unavailable' } })
  })
})

describe('A second factor', () => {
  const careful = (code?: string): Credential => ({
    user: 'careful',
    secret: new Secret(PASSWORD),
    ...(code !== undefined && { code: new Secret(code) }),
  })

  test.each([
    ['is asked for where none was given', undefined],
    ['is asked for again where it was wrong', '999999'],
  ])('%s', async (_, code) => {
    const { who, credentials, rehearsal } = await stand()
    credentials.set('docker-hub', careful(code))
    const error = await who().catch((thrown: unknown) => thrown)
    expect(error).toMatchObject({ name: 'NeedsSecret', identity: 'docker-hub', what: 'code', exit: 2 })
    expect(rehearsal.log.filter(({ method }) => method === 'GET')).toEqual([])
  })

  test('is asked for as whom it is of', async () => {
    const { who, credentials } = await stand()
    credentials.set('docker-hub.bot', careful())
    expect(await who('docker-hub.bot').catch((thrown: unknown) => thrown)).toMatchObject({ identity: 'docker-hub.bot' })
    expect(await who()).toBe('owner')
  })

  test('lets in with its code, which is used once for all requests', async () => {
    const { whoAll, credentials, rehearsal } = await stand()
    credentials.set('docker-hub', careful('123456'))
    expect(new Set(await whoAll(10))).toEqual(new Set(['careful']))
    expect(rehearsal.log.filter(({ path }) => path === '/v2/users/2fa-login')).toHaveLength(1)
  })

  test('is asked for anew once the token’s life is over, since each code is good for one', async () => {
    const { who, credentials, ahead, rehearsal } = await stand()
    credentials.set('docker-hub', careful('123456'))
    expect(await who()).toBe('careful')
    const [user] = rehearsal.world.dockerHub.users.filter(({ username }) => username === 'careful')
    if (user) user.twoFactorCode = '654321'
    ahead.ours = ahead.theirs = 10 * MINUTE
    expect(await who().catch((thrown: unknown) => thrown)).toMatchObject({ name: 'NeedsSecret', what: 'code' })
    credentials.set('docker-hub', careful('654321'))
    expect(await who()).toBe('careful')
  })

  test('is not asked for where the password is wrong', async () => {
    const { who, credentials } = await stand()
    credentials.set('docker-hub', { ...careful('123456'), secret: new Secret('wrong password') })
    expect(await who().catch((thrown: unknown) => thrown)).toMatchObject({ name: 'SetupError' })
  })

  test('is told without a code or a password in it', async () => {
    const { who, credentials } = await stand()
    credentials.set('docker-hub', careful('987654'))
    const error = await who().catch((thrown: unknown) => thrown)
    expect(JSON.stringify(error)).not.toMatch(/987654|correct horse/)
  })
})

describe('A password', () => {
  const canary = 'canary of a password'

  /** Every host at a server of its own, that takes any login; what each heard. */
  async function apart(redirect?: string) {
    const servers = await Promise.all(
      HOST_IDS.map(async host => {
        const { base, heard } = await serve((response, _, { url }) => {
          if (redirect && url === '/v2/auth/token') response.writeHead(307, { location: redirect }).end()
          else json(response, 200, { access_token: 'short-lived' })
        })
        return { host, base, heard }
      }),
    )
    const credentials = new Map<Identity, Credential>([
      ['docker-hub', { user: 'owner', secret: new Secret(canary) }],
      ['docker-hub.bot', { user: 'acmebot', secret: new Secret(`${canary} too`) }],
    ])
    const bases = new Map(servers.map(({ host, base }) => [host, base]))
    const clouds = createClouds({
      kind: 'rehearsal',
      clock: brisk,
      http: transport(),
      tools: tools(),
      bases,
      credentials,
    })
    const heardAt = (host: HostId) => servers.find(one => one.host === host)?.heard ?? []
    return { clouds, heardAt }
  }
  const knows = (heard: readonly unknown[]) => {
    const text = JSON.stringify(heard)
    const forms = [canary, Buffer.from(`owner:${canary}`).toString('base64')]
    return forms.some(form => text.includes(form))
  }

  test('goes to its own vendor alone: to the API in the body of a login, and nowhere in a request', async () => {
    const { clouds, heardAt } = await apart()
    for (const host of HOST_IDS) await clouds.send(host, { method: 'GET', path: '/thing', repeat: 'safe' })
    await clouds.send('docker-hub', { method: 'GET', path: '/thing', repeat: 'safe' }, { as: 'docker-hub.bot' })
    const told = HOST_IDS.filter(host => knows(heardAt(host)))
    expect(told).toEqual(['docker-hub', 'docker-hub-auth'])
    const [login, request, botLogin] = heardAt('docker-hub')
    expect(JSON.parse(login?.body ?? '')).toEqual({ identifier: 'owner', secret: canary })
    expect(JSON.parse(botLogin?.body ?? '')).toMatchObject({ identifier: 'acmebot' })
    expect(request?.headers.authorization).toBe('Bearer short-lived')
    expect(knows([request])).toBe(false)
  })

  test('does not follow a redirect to another host', async () => {
    const elsewhere = await serve(response => json(response, 200, { access_token: 'x' }))
    const { clouds } = await apart(new URL('/v2/auth/token', elsewhere.base).href)
    await expect(clouds.send('docker-hub', USER)).rejects.toMatchObject({ cause: { code: 'redirect' } })
    expect(elsewhere.heard).toEqual([])
  })

  test('is no header of a host that it is not for, where nobody has signed in there', async () => {
    const { clouds, heardAt } = await apart()
    await clouds.send('heroku', { method: 'GET', path: '/thing', repeat: 'safe' })
    await clouds.send('circleci', { method: 'GET', path: '/thing', repeat: 'safe' })
    for (const host of ['heroku', 'circleci'] as const) {
      expect(heardAt(host)[0]?.headers).not.toHaveProperty('authorization')
      expect(heardAt(host)[0]?.headers).not.toHaveProperty('circle-token')
    }
  })
})

describe('What lies at an address that a vendor gave', () => {
  const signedIn = () =>
    new Map<Identity, Credential>([
      ['heroku', { secret: new Secret('canary one') }],
      ['circleci', { secret: new Secret('canary two') }],
      ['docker-hub', { user: 'owner', secret: new Secret('canary three') }],
    ])
  const cloudsAt = (base: URL) =>
    createClouds({
      kind: isLocal(base) ? 'rehearsal' : 'real',
      clock: brisk,
      http: transport(),
      tools: tools(),
      bases: new Map(HOST_IDS.map(host => [host, base])),
      credentials: signedIn(),
    })
  const isLocal = ({ hostname }: URL) => hostname === '127.0.0.1'

  test('is read without any sign-in, with its query', async () => {
    const { base, heard } = await serve(response => json(response, 200, [{ message: 'failed' }]))
    const clouds = cloudsAt(base)
    expect(await clouds.readPublic(new URL('/output?X-Signature=1%2F2', base).href)).toEqual([{ message: 'failed' }])
    expect(heard.map(({ method, url }) => `${method} ${url}`)).toEqual(['GET /output?X-Signature=1%2F2'])
    expect(JSON.stringify(heard)).not.toContain('canary')
    for (const name of ['authorization', 'circle-token', 'cookie']) expect(heard[0]?.headers).not.toHaveProperty(name)
  })

  test.each([
    ['a refusal', (): [number, unknown] => [403, { message: 'no' }]],
    ['what is not there', (): [number, unknown] => [404, {}]],
  ])('is nothing where it is %s', async (_, answer) => {
    const { base } = await serve(response => json(response, ...answer()))
    expect(await cloudsAt(base).readPublic(base.href)).toBeUndefined()
  })

  test('is nothing where it is no JSON, or nobody answers', async () => {
    const { base } = await serve(response => void response.end('<html>'))
    const clouds = cloudsAt(base)
    expect(await clouds.readPublic(base.href)).toBeUndefined()
    expect(await clouds.readPublic('http://127.0.0.1:1/x')).toBeUndefined()
  })

  test('is not read from this computer where the vendors are elsewhere', async () => {
    const { base, heard } = await serve(response => json(response, 200, {}))
    const clouds = cloudsAt(new URL('https://vendor.invalid'))
    for (const address of [base.href, base.href.replace('127.0.0.1', 'localhost')])
      expect(await clouds.readPublic(address)).toBeUndefined()
    expect(heard).toEqual([])
  })

  test('is not read from elsewhere where the vendors are simulated, and never without encryption', async () => {
    const { base } = await serve(response => json(response, 200, {}))
    const asked: string[] = []
    const http = {
      send: async () => {
        asked.push('sent')
        throw new Error('sent')
      },
      close: async () => {},
    }
    const options = { clock: brisk, tools: tools(), credentials: signedIn() }
    const simulated = createClouds({ ...options, http, kind: 'rehearsal', bases: new Map([['heroku', base]]) })
    for (const address of ['https://vendor.invalid/x', 'http://vendor.invalid/x'])
      expect(await simulated.readPublic(address)).toBeUndefined()
    expect(asked).toEqual([])
    // The transport itself refuses it before a name is looked up.
    expect(await cloudsAt(new URL('https://vendor.invalid')).readPublic('http://192.0.2.1/x')).toBeUndefined()
  })

  test.each(['', 'x', 'file:///etc/passwd', 'javascript:1', 'ftp://127.0.0.1/x', 'http://me:word@127.0.0.1/x'])(
    'is not read where it is no plain address: %j',
    async address => {
      const { base, heard } = await serve(response => json(response, 200, {}))
      const given = address.replace('127.0.0.1', base.host)
      expect(await cloudsAt(base).readPublic(given)).toBeUndefined()
      expect(heard).toEqual([])
    },
  )
})

describe('A rehearsal', () => {
  const rehearsing = (bases: ReadonlyMap<HostId, URL>) => {
    const asked: string[] = []
    const http: Http = {
      send: async ({ base }) => {
        asked.push(base.host)
        throw new Error('sent')
      },
      close: async () => {},
    }
    const options = { kind: 'rehearsal', clock: brisk, http, tools: tools(), bases, credentials: new Map() } as const
    return { asked, make: () => createClouds(options) }
  }

  test.each(['https://api.heroku.com', 'http://127.0.0.1.example.com', 'http://10.0.0.1:8080', 'http://[::2]'])(
    'speaks to this machine alone: not to %s',
    address => {
      const { make } = rehearsing(new Map([['heroku', new URL(address)]]))
      expect(make).toThrow('a rehearsal does not speak to')
    },
  )

  test.each(HOST_IDS)('does not fall back on the real vendor where it has no address of it: %s', async id => {
    const others = HOST_IDS.filter(one => one !== id).map(one => [one, new URL('http://127.0.0.1:1')] as const)
    const { make, asked } = rehearsing(new Map(others))
    const request = { method: 'GET', path: '/', repeat: 'safe' } as const
    await expect(make().send(id, request)).rejects.toThrow('a rehearsal does not speak to')
    await expect(make().ask(id, request)).rejects.toThrow('a rehearsal does not speak to')
    expect(asked).toEqual([])
  })
})
