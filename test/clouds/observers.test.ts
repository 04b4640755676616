import { execFileSync } from 'node:child_process'
import { chmodSync } from 'node:fs'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { type Process, refuseObservers } from '../../src/clouds/observers.ts'
import { temporaryFolder } from '../support/folder.ts'
import { refusal } from '../support/refusal.ts'

const refused = (process: Partial<Process>) => refusal(() => refuseObservers({ env: {}, execArgv: [], ...process }))
const withOptions = (NODE_OPTIONS: string): Partial<Process> => ({ env: { NODE_OPTIONS } })
const taken = (process: Partial<Process>) => refuseObservers({ env: {}, execArgv: [], ...process })

describe('Refused, with the command that goes on, is', () => {
  test.each(['http', 'HTTP,net', 'net,tls', 'undici', 'stream', '*', 'h*', 'execa', 'https , x'])(
    'NODE_DEBUG=%s',
    value => {
      for (const name of ['NODE_DEBUG', 'NODE_DEBUG_NATIVE']) {
        const { cause, exit } = refused({ env: { [name]: value } })
        expect(exit).toBe(2)
        expect(cause).toMatchObject({
          code: 'unsafe-environment',
          means: expect.stringContaining(`${name} makes Node print`),
          next: `Run the same command again with this before it: env -u ${name}`,
        })
      }
    },
  )

  test('NODE_TLS_REJECT_UNAUTHORIZED=0', () => {
    expect(refused({ env: { NODE_TLS_REJECT_UNAUTHORIZED: '0' } }).cause.next).toBe(
      'Run the same command again with this before it: env -u NODE_TLS_REJECT_UNAUTHORIZED',
    )
  })

  test.each([
    '--inspect',
    '--inspect=0.0.0.0:9229',
    '--inspect-brk',
    '--inspect_wait=0',
    '-r /tmp/x.cjs',
    '--require=/tmp/x.cjs',
    '--require /tmp/x.cjs',
    '--import data:text/javascript,0',
    '--loader=/tmp/x.mjs',
    '--experimental_loader /tmp/x.mjs',
    '--tls-keylog=/tmp/keys',
    '--trace-tls',
    '--heapsnapshot-signal=SIGUSR2',
    '--heapsnapshot-near-heap-limit=1',
    '--report-on-signal',
    '--report_uncaught_exception',
    '--report-on-fatalerror',
    '--abort-on-uncaught-exception',
    '--max-old-space-size=100   --inspect',
    '"--inspect"',
    '--title="a b" --ins"pect"',
    '"--re\\quire" "/tmp/a \\" b"',
    '--openssl-config=/tmp/x.cnf',
    '--openssl_shared_config',
    '--snapshot-blob=/tmp/x',
  ])('NODE_OPTIONS=%s', value => {
    expect(refused(withOptions(value)).cause.next).toBe(
      'Run the same command again with this before it: env -u NODE_OPTIONS',
    )
  })

  test('node --inspect, and a debugger that is open already', () => {
    const own = refused({ execArgv: ['--inspect=9229'], inspector: 'ws://127.0.0.1:9229/x' }).cause
    expect(own.means).toContain('node was started with --inspect,')
    expect(own.next).toBe('Start it without a debugger.')
    expect(refused({ inspector: 'ws://127.0.0.1:9229/x' }).cause.means).toContain('A debugger is open')
  })

  test.each([
    ['OPENSSL_CONF', '/home/me/checkout/openssl.cnf'],
    ['OPENSSL_ENGINES', 'engines'],
    ['OPENSSL_MODULES', './modules'],
    ['LD_PRELOAD', './x.so'],
    ['LD_PRELOAD', 'libjemalloc.so.2 ./x.so'],
    ['LD_PRELOAD', 'libjemalloc.so.2:./x.so'],
    ['LD_AUDIT', 'libc.so.6'],
    ['LD_LIBRARY_PATH', '/usr/lib:lib'],
    ['LD_LIBRARY_PATH', ':/usr/lib'],
    ['LD_LIBRARY_PATH', '/usr/lib;lib'],
    ['DYLD_INSERT_LIBRARIES', 'x.dylib'],
    ['DYLD_LIBRARY_PATH', '/usr/lib::/usr/local/lib'],
    ['DYLD_FRAMEWORK_PATH', 'frameworks'],
    ['DYLD_FALLBACK_LIBRARY_PATH', 'lib'],
    ['DYLD_FALLBACK_FRAMEWORK_PATH', 'lib'],
    ['NODE_EXTRA_CA_CERTS', 'ca.pem'],
    ['SSL_CERT_FILE', 'ca.pem'],
    ['SSL_CERT_DIR', '/etc:certs'],
  ])('%s=%s, which others could have put there', (name, value) => {
    const folder = temporaryFolder()
    chmodSync(folder, 0o777)
    // What is relative leads wherever it is run; so does an empty folder in a list.
    const named = value.replace('/home/me/checkout', folder)
    const { cause, exit } = refused({ env: { [name]: named } })
    expect(exit).toBe(2)
    expect(cause.next).toContain(`env -u ${name}`)
    expect(cause.means).not.toContain(named)
    expect(/own file|file of your own/.test(cause.next)).toBe(/CERT/.test(name))
  })

  test('all at once, and no value is repeated', () => {
    const env = { NODE_DEBUG: 'http', NODE_OPTIONS: '--require=https://me:hunter2@x/y --inspect' }
    const { cause } = refused({ env, inspector: 'ws://127.0.0.1:9229/x' })
    expect(cause.means.split('\n')).toHaveLength(4)
    expect(cause.next).toBe('Run the same command again with this before it: env -u NODE_DEBUG -u NODE_OPTIONS')
    expect(JSON.stringify(cause)).not.toContain('hunter2')
  })
})

describe('Taken is', () => {
  test.each([
    '',
    '--max-old-space-size=4096 --no-warnings',
    '--use-openssl-ca --dns-result-order=ipv4first',
    '--title="--inspect" -C require',
    '--title=" --inspect"',
    '--enable-source-maps --stack-trace-limit=50',
    '--openssl-legacy-provider --tls-min-v1.2 --report-dir=/tmp',
  ])('NODE_OPTIONS=%s', value => expect(() => taken(withOptions(value))).not.toThrow())

  test('an environment with other variables, and code that was loaded on the command line', () => {
    const env = { NODE_DEBUG: '', NODE_TLS_REJECT_UNAUTHORIZED: '1', NODE_EXTRA_CA_CERTS: '/x', SSLKEYLOGFILE: '/x' }
    const ours = { OPENSSL_CONF: '/dev/null', LD_PRELOAD: 'libjemalloc.so.2 /etc/passwd ', LD_LIBRARY_PATH: '/usr/lib' }
    expect(() => taken({ env: { ...ours, LD_AUDIT: '', OPENSSL_MODULES: '/usr' } })).not.toThrow()
    expect(() => taken({ env, execArgv: ['--import', './harness.mjs', '-r', 'x'] })).not.toThrow()
  })
})

describe('NODE_OPTIONS is read as Node itself reads it:', () => {
  /** Does Node, started with it, open a debugger? */
  const opensDebugger = (NODE_OPTIONS: string) =>
    execFileSync(process.execPath, ['-p', 'require("inspector").url()'], {
      env: { NODE_OPTIONS },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).startsWith('ws:')

  test('whatever the quotes and blanks', () => {
    const quoted = fc.constantFrom(
      ...[
        '--inspect=0',
        '"--inspect=0"',
        '--ins"pect=0"',
        '--inspect"="0',
        '"--insp\\ect=0"',
        '"--title=a --inspect=0"',
      ],
      ...['--title="a \\" --inspect=0"', '--title=a" "--inspect=0', '--inspect_port=0', '"--title=\\\\" --inspect=0'],
    )
    const blanks = fc.constantFrom(' ', '   ')
    const options = fc.array(fc.tuple(fc.constantFrom('--title=x', '--no-warnings'), blanks), { maxLength: 2 })
    const property = fc.property(options, quoted, blanks, (before, option, blank) => {
      const text = before.flat().join('') + option + blank
      const isRefused = () => {
        try {
          taken(withOptions(text))
          return false
        } catch {
          return true
        }
      }
      expect(isRefused(), text).toBe(opensDebugger(text))
    })
    fc.assert(property, { numRuns: 25 })
  })
})
