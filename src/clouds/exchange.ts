import type { Dispatcher } from 'undici'
import errors from 'undici/lib/core/errors.js'
import type { Clock } from './clock.ts'
import { sizeOf } from './size.ts'
import { type Effect, Trouble, type TroubleCode } from './trouble.ts'

/** Of nothing at all from the vendor: what takes longer has as a rule been lost, and a person wants to be told. */
export const SILENCE_LIMIT = 30_000
/** A vendor that drips may hold a person up twice as long as one that is silent, not for ever. */
export const TOTAL_LIMIT = 60_000
/** Far more than any answer that is asked for; what is larger would only fill the memory. */
export const BODY_LIMIT = 16 * 1024 * 1024
/** A refusal is read by people; all that looks for secrets in it would take seconds for more. */
export const REFUSAL_LIMIT = 256 * 1024

export interface Answer {
  readonly status: number
  /** Names in small letters; a repeated header's values are joined by a comma. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** How long the body was. */
  readonly bytes: number
}

/**
 * One request on one socket, with its time-outs. Throws Trouble, of effect `ifSent` once the first byte may have left
 * this computer; the signal's reason when it aborts; undici's InvalidArgumentError where a header is malformed.
 */
export function exchange(
  dispatcher: Dispatcher,
  options: Dispatcher.DispatchOptions,
  { clock, ifSent, signal }: { clock: Clock; ifSent: Effect; signal: AbortSignal },
): Promise<Answer> {
  return new Promise((resolve, reject) => {
    signal.throwIfAborted()
    let sent = false
    let over = false
    let hangUp = (): void => {}
    let head: Omit<Answer, 'text' | 'bytes'> = { status: 0, headers: {} }
    const chunks: Buffer[] = []
    let size = 0

    const end = (settle: () => void): void => {
      over = true
      clearTimeout(total)
      clearTimeout(silence)
      signal.removeEventListener('abort', aborted)
      settle()
      hangUp()
    }
    const fail = (error: unknown): void => end(() => reject(error))
    const trouble = (code: TroubleCode, said: string): void => fail(new Trouble(code, said, sent ? ifSent : 'none'))
    const aborted = (): void => fail(signal.reason)

    let silence: NodeJS.Timeout | undefined
    const total = setTimeout(
      () => trouble('slow', `no whole answer in ${TOTAL_LIMIT / 1000} s`),
      clock.timeout(TOTAL_LIMIT),
    )
    signal.addEventListener('abort', aborted)

    dispatcher.dispatch(options, {
      onConnect(abort) {
        // undici goes on connecting for a request that was given up meanwhile.
        if (over) return abort()
        hangUp = abort
        sent = true
        silence = setTimeout(
          () => trouble('silence', `no answer in ${SILENCE_LIMIT / 1000} s`),
          clock.timeout(SILENCE_LIMIT),
        )
      },
      onHeaders(status, raw) {
        silence?.refresh()
        head = { status, headers: headersOf(raw) }
        return true
      },
      onData(chunk) {
        silence?.refresh()
        chunks.push(chunk)
        size += chunk.length
        const limit = head.status < 300 ? BODY_LIMIT : REFUSAL_LIMIT
        if (size > limit) trouble('too-large', `more than ${sizeOf(limit)}`)
        return true
      },
      onComplete() {
        hangUp = () => {}
        end(() => resolve({ ...head, text: Buffer.concat(chunks).toString(), bytes: size }))
      },
      onError(error) {
        hangUp = () => {}
        if (error instanceof Trouble || error instanceof errors.InvalidArgumentError) fail(error)
        else trouble(codeOf(error), error.message)
      },
    })
  })
}

function codeOf(error: Error): TroubleCode {
  if (error instanceof errors.HTTPParserError) return 'not-http'
  return error instanceof errors.HeadersOverflowError ? 'too-large' : 'lost'
}

function headersOf(raw: readonly Buffer[]): Record<string, string> {
  const headers = new Map<string, string>()
  for (let at = 0; at < raw.length; at += 2) {
    const [name = '', value = ''] = raw.slice(at, at + 2).map(part => part.toString('latin1'))
    const key = name.toLowerCase()
    const before = headers.get(key)
    headers.set(key, before === undefined ? value : `${before}, ${value}`)
  }
  return Object.fromEntries(headers)
}
