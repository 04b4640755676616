import { randomBytes } from 'node:crypto'

/** A text in every form that something may print or keep it in. */
export function formsOf(text: string): readonly string[] {
  const bytes = Buffer.from(text)
  const base64 = [0, 1, 2].map(before => {
    const whole = Buffer.concat([Buffer.alloc(before), bytes]).toString('base64')
    return whole.slice(Math.ceil((before * 8) / 6), Math.floor(((before + bytes.length) * 8) / 6))
  })
  return [text, encodeURIComponent(text), JSON.stringify(text).slice(1, -1), bytes.toString('hex'), ...base64]
}

/** A sign-in that nothing else looks like, with characters that forms differ in. */
export const canary = (name: string): string => `${name}+/canary"${randomBytes(9).toString('hex')}`
