import { createHmac, randomBytes } from 'node:crypto'
import { at, type Json } from '../../clouds/json.ts'

/** Of this process alone: these tokens live no longer than a run. */
const KEY = randomBytes(32)

/** Tells what a token is for, so that none serves for another. */
export type Use = 'hub' | 'second-factor' | 'google-registry' | 'google-access' | 'google-federated'

/** A JWT over claims, valid for some seconds from now. */
export function signedJwt(use: Use, claims: Readonly<Record<string, Json>>, now: Date, seconds: number): string {
  const iat = Math.floor(now.getTime() / 1000)
  const parts = [
    { alg: 'HS256', typ: 'JWT' },
    { ...claims, use, iat, exp: iat + seconds },
  ]
  const text = parts.map(part => Buffer.from(JSON.stringify(part)).toString('base64url')).join('.')
  return `${text}.${signature(text)}`
}

/** The claims of a token that was made for this use and has not expired. */
export function readJwt(use: Use, token: string, now: Date): Json | undefined {
  const [, text = '', payload = '', given] = /^([\w-]+\.([\w-]+))\.([\w-]+)$/.exec(token) ?? []
  if (given !== signature(text)) return undefined
  const claims = JSON.parse(Buffer.from(payload, 'base64url').toString()) as Json
  return at(claims, 'use') === use && Number(at(claims, 'exp')) * 1000 > now.getTime() ? claims : undefined
}

const signature = (text: string): string => createHmac('sha256', KEY).update(text).digest('base64url')
