import { generateKeyPairSync } from 'node:crypto'

/** A private key in PEM. Takes a moment: one does for all of a vendor's. */
export const newPrivateKey = (): string =>
  generateKeyPairSync('rsa', {
    modulusLength: 2048,
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  }).privateKey
