import { createPublicKey, createSign, createVerify } from 'node:crypto'
import type { Json } from '../clouds/json.ts'

type Claims = { readonly [key: string]: Json }

/**
 * A JWT that whoever has the public key can check.
 * @param privateKey in PEM
 * @param header what its header has beside `alg` and `typ`
 */
export function signRs256(privateKey: string, claims: Claims, header: Claims = {}): string {
  const text = [{ alg: 'RS256', typ: 'JWT', ...header }, claims]
    .map(part => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.')
  return `${text}.${createSign('RSA-SHA256').update(text).sign(privateKey, 'base64url')}`
}

/** The claims of a token that the key has signed; undefined of any other. When it ends is for the reader to ask. */
export function readRs256(privateKey: string, token: string): Claims | undefined {
  const [, text = '', payload = '', signature = ''] = /^([\w-]+\.([\w-]+))\.([\w-]+)$/.exec(token) ?? []
  const isSigned = createVerify('RSA-SHA256').update(text).verify(createPublicKey(privateKey), signature, 'base64url')
  return isSigned ? (JSON.parse(Buffer.from(payload, 'base64url').toString()) as Claims) : undefined
}
