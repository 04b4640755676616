import { generateKeyPairSync } from 'node:crypto'

const made = new Map<string, string>()

/** A vendor's private key in PEM. It takes a moment to generate: one does for all that a vendor signs in this process. */
export function privateKeyOf(vendor: string): string {
  const key = made.get(vendor) ?? newPrivateKey()
  made.set(vendor, key)
  return key
}

/** Another one, in PEM. */
export const newPrivateKey = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey
