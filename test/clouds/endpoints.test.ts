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
