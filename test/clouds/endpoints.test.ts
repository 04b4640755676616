import { describe, expect, test } from 'vitest'
import { SetupError } from '../../src/clouds/cause.ts'
import { endpoints, isAllowed, notAllowed, timeScale } from '../../src/clouds/endpoints.ts'

/** Where Heroku is asked. */
function heroku(HEROKU_HOST?: string) {
  const one = endpoints({ ...(HEROKU_HOST !== undefined && { HEROKU_HOST }) }).find(({ host }) => host === 'heroku')
  if (one === undefined) throw new Error('no endpoint')
  return one
}

function refusal(HEROKU_HOST: string): SetupError {
  try {
    heroku(HEROKU_HOST)
  } catch (error) {
    if (error instanceof SetupError) return error
  }
  throw new Error('it was not refused')
}

describe('A vendor is asked', () => {
  test.each([
    [undefined, 'https://api.heroku.com/', false],
    ['', 'https://api.heroku.com/', false],
    ['heroku.com', 'https://api.heroku.com/', false],
    ['https://api.heroku.com', 'https://api.heroku.com/', false],
    ['https://api.heroku.com:443/', 'https://api.heroku.com/', false],
    ['https://api.heroku.com:8443', 'https://api.heroku.com:8443/', true],
    ['herokudev.com', 'https://api.herokudev.com/', true],
    ['https://api.heroku.com.example.com', 'https://api.heroku.com.example.com/', true],
    ['https://example.com/api.heroku.com', 'https://example.com/api.heroku.com', true],
    ['http://127.0.0.1:8080', 'http://127.0.0.1:8080/', true],
    ['http://[::1]:8080', 'http://[::1]:8080/', true],
    ['http://localhost:8080', 'http://localhost:8080/', true],
  ])('with its own variable %j at %s, foreign: %s', (host, href, foreign) => {
    const endpoint = heroku(host)
    expect({ href: endpoint.base.href, foreign: endpoint.foreign }).toEqual({ href, foreign })
  })

  test.each([
    'http://api.heroku.com',
    'http://10.0.0.1',
    'http://0.0.0.0:80',
    'http://127.0.0.1.example.com',
    'http://localhost.example.com',
  ])('never without encryption on another machine: %s', host => {
    const { cause, exit } = refusal(host)
    expect({ code: cause.code, exit }).toEqual({ code: 'insecure-endpoint', exit: 2 })
  })

  test.each(['https://me:word@example.com', 'https://token@example.com', 'http://', 'https://a b'])(
    'never at what is no address: %s',
    host => {
      const { cause, exit } = refusal(host)
      expect({ code: cause.code, exit }).toEqual({ code: 'bad-endpoint', exit: 2 })
      expect(JSON.stringify(cause)).not.toMatch(/word|token@/)
    },
  )
})

describe('Every host', () => {
  const OWN = {
    heroku: 'https://api.heroku.com/',
    'heroku-registry': 'https://registry.heroku.com/',
    'docker-hub': 'https://hub.docker.com/',
    'docker-hub-auth': 'https://auth.docker.io/',
    circleci: 'https://circleci.com/',
    google: 'https://cloudresourcemanager.googleapis.com/',
    'google-billing': 'https://cloudbilling.googleapis.com/',
    'google-services': 'https://serviceusage.googleapis.com/',
    'google-iam': 'https://iam.googleapis.com/',
    'google-credentials': 'https://iamcredentials.googleapis.com/',
    'google-policies': 'https://orgpolicy.googleapis.com/',
    'google-registry': 'https://artifactregistry.googleapis.com/',
    'google-storage': 'https://storage.googleapis.com/',
  }
  const OVERRIDE = 'CLOUDSDK_API_ENDPOINT_OVERRIDES_'
  const GOOGLE = {
    [`${OVERRIDE}CLOUDRESOURCEMANAGER`]: 'google',
    [`${OVERRIDE}CLOUDBILLING`]: 'google-billing',
    [`${OVERRIDE}SERVICEUSAGE`]: 'google-services',
    [`${OVERRIDE}IAM`]: 'google-iam',
    [`${OVERRIDE}IAMCREDENTIALS`]: 'google-credentials',
    [`${OVERRIDE}ORGPOLICY`]: 'google-policies',
    [`${OVERRIDE}ARTIFACTREGISTRY`]: 'google-registry',
    [`${OVERRIDE}STORAGE`]: 'google-storage',
  } as const
  const asked = (env: Readonly<Record<string, string>>) =>
    Object.fromEntries(endpoints(env).map(({ host, base }) => [host, base.href]))

  test('is asked at its vendor’s own address without a variable, and none of these is foreign', () => {
    expect(asked({})).toEqual(OWN)
    expect(endpoints({}).filter(({ foreign }) => foreign)).toEqual([])
  })

  test.each<[Readonly<Record<string, string>>, Partial<typeof OWN>]>([
    [
      { HEROKU_HOST: 'herokudev.com' },
      { heroku: 'https://api.herokudev.com/', 'heroku-registry': 'https://registry.herokudev.com/' },
    ],
    [{ HEROKU_HOST: 'http://127.0.0.1:80/' }, { heroku: 'http://127.0.0.1/', 'heroku-registry': 'http://127.0.0.1/' }],
    [{ CIRCLE_HOST: 'https://circle.acme.example' }, { circleci: 'https://circle.acme.example/' }],
    [{ CIRCLE_HOST: 'circle.acme.example' }, { circleci: 'https://circle.acme.example/' }],
    [{ CIRCLECI_CLI_HOST: 'https://circle.acme.example' }, { circleci: 'https://circle.acme.example/' }],
    [{ CIRCLE_HOST: 'a.example', CIRCLECI_CLI_HOST: 'https://b.example' }, { circleci: 'https://a.example/' }],
    [{ CIRCLE_HOST: '', CIRCLECI_CLI_HOST: 'b.example' }, { circleci: 'https://b.example/' }],
    [{ DOCKERHUB_HOST: 'hub.example' }, { 'docker-hub': 'https://hub.example/' }],
    [{ DOCKERHUB_HOST: '' }, {}],
    [{ DOCKERHUB_AUTH_HOST: 'http://[::1]:5000' }, { 'docker-hub-auth': 'http://[::1]:5000/' }],
    ...Object.entries(GOOGLE).map(([variable, host]): [Readonly<Record<string, string>>, Partial<typeof OWN>] => [
      { [variable]: 'http://127.0.0.1:8471/prefix/' },
      { [host]: 'http://127.0.0.1:8471/prefix/' },
    ]),
  ])('is asked where its vendor’s variables say: %j', (env, changed) => {
    expect(asked(env)).toEqual({ ...OWN, ...changed })
    const foreign = endpoints(env).filter(one => one.foreign)
    expect(foreign.map(({ host }) => host).toSorted()).toEqual(Object.keys(changed).toSorted())
  })

  test.each([
    ['https://storage.googleapis.com/storage/v1/', 'https://storage.googleapis.com/'],
    ['http://127.0.0.1:8471/storage/storage/v1/', 'http://127.0.0.1:8471/storage/'],
    ['http://127.0.0.1:8471/', 'http://127.0.0.1:8471/'],
  ])('of Cloud Storage is told to gcloud with its own path at the end: %s', (told, base) => {
    expect(asked({ [`${OVERRIDE}STORAGE`]: told })).toEqual({ ...OWN, 'google-storage': base })
  })

  const VARIABLES = ['CIRCLE_HOST', 'CIRCLECI_CLI_HOST', 'DOCKERHUB_HOST', 'DOCKERHUB_AUTH_HOST', 'HEROKU_HOST']

  test.each([...VARIABLES, ...Object.keys(GOOGLE)])(
    'is refused without encryption on another machine, by %s as well, and the variable is named',
    variable => {
      try {
        endpoints({ [variable]: 'http://vendor.example' })
        expect.unreachable()
      } catch (error) {
        expect(error).toMatchObject({
          exit: 2,
          cause: { code: 'insecure-endpoint', next: expect.stringContaining(variable) },
        })
      }
      try {
        endpoints({ [variable]: 'https://me:word@vendor.example' })
        expect.unreachable()
      } catch (error) {
        expect(error).toMatchObject({
          exit: 2,
          cause: { code: 'bad-endpoint', next: expect.stringContaining(variable) },
        })
      }
    },
  )
})

describe('A foreign host is allowed', () => {
  const foreign = heroku('https://example.com:8443')

  test('by name, with or without its port', () => {
    expect(isAllowed(foreign, ['example.com'])).toBe(true)
    expect(isAllowed(foreign, ['other.com', 'example.com:8443'])).toBe(true)
  })

  test('and by nothing else', () => {
    for (const allowed of [[], ['com'], ['example.com:443'], ['api.example.com'], ['https://example.com:8443'], ['*']])
      expect(isAllowed(foreign, allowed)).toBe(false)
  })

  test('while the vendor’s own needs no leave', () => expect(isAllowed(heroku(), [])).toBe(true))

  test('and where it is not, the flag that allows it is named (exit 2)', () => {
    const { cause, exit } = notAllowed(foreign)
    expect(exit).toBe(2)
    expect(cause.next).toContain('--allow-host example.com:8443')
    expect(cause.next).toContain('(HEROKU_HOST)')
  })
})

describe('Time runs faster', () => {
  const scaled = (scale: string | undefined, ...hosts: readonly string[]) =>
    timeScale(
      hosts.map(host => heroku(host)),
      { ...(scale !== undefined && { DUMMYAPP_SETUP_TIME_SCALE: scale }) },
    )

  test('with loopback endpoints, by the factor that is asked for', () => {
    expect(scaled('0.01', 'http://127.0.0.1:1', 'https://localhost:2')).toBe(0.01)
    expect(scaled(undefined, 'http://127.0.0.1:1')).toBe(1)
  })

  test('never where one of the endpoints is not on loopback', () => {
    expect(scaled('0.01', 'http://127.0.0.1:1', 'heroku.com')).toBe(1)
    expect(scaled('0.01', 'https://127.0.0.1.example.com')).toBe(1)
  })

  test.each(['0', '-1', 'fast', '', 'NaN'])('nor by what is no factor: %j', scale => {
    expect(scaled(scale, 'http://127.0.0.1:1')).toBe(1)
  })
})
