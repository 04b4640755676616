import { formsOf } from './canary.ts'

/** Credentials of every shape, made up. */
export const CREDENTIALS: Readonly<Record<string, string>> = {
  'a Heroku token': 'HRKU-AAabcdefghijklmnopq',
  'an older Heroku token': '01234567-89ab-cdef-0123-456789abcdef',
  'one in capitals': '01234567-89AB-CDEF-0123-456789ABCDEF',
  'a CircleCI token': 'CCIPAT_AbCdEfGh_0123456789abcdef',
  'a CircleCI project token': 'CCIPRJ_AbCdEfGh_0123456789abcdef',
  'an older CircleCI token': '0123456789abcdef0123456789abcdef01234567',
  'a Docker Hub token': 'dckr_pat_AbCdEfGhIjKlMnOp',
  'a Docker Hub organization token': 'dckr_oat_AbCdEfGhIjKlMnOp',
  'a Google token': 'ya29.a0AfH6SMBxyzAbCdEfGh',
  'a Google API key': 'AIzaSyA1234567890abcdefghijklmnopqrstuv',
  'a Google refresh token': '1//0gAbCdEfGhIjKl',
  'a Google OAuth secret': 'GOCSPX-AbCdEfGhIjKlMnOp',
  'a GitLab token': 'glpat-AbCdEfGhIjKlMnOp',
  'an AWS key': 'AKIAABCDEFGHIJKLMNOP',
  'an npm token': 'npm_AbCdEfGhIjKlMnOpQrSt',
  'a GitHub token': 'ghp_0123456789abcdefghij',
  'a fine-grained GitHub token': 'github_pat_11ABCDEFG0123456789_abcdefgh',
  'a JSON Web Token': 'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
  'a private key': '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEF\n-----END PRIVATE KEY-----',
  'a service account’s key': '{"type":"service_account","private_key":"MIIEvQIBADANBgkq"}',
  'one in base64': Buffer.from('{\n  "type": "service_account",\n  "private_key": "MIIEvQ"\n}').toString('base64'),
  'one in base64, in lines': Buffer.from('{"type": "service_account", "private_key_id": "0123456789"}')
    .toString('base64')
    .replace(/(.{30})/g, '$1\n'),
  'random bytes in base64': 'q7Rk2Lm9Xc4/Vb8Nz1Pw6+Ts3Yd5Fg0Hj7Kq2A==',
  'random bytes in URLs’ base64': 'q7Rk2Lm9Xc4-Vb8Nz1Pw6_Ts3Yd5Fg0Hj7Kq2AzY',
}

/** A credential in the forms that something may repeat it in, its lines each by itself. */
export const linesOf = (credential: string): readonly string[] =>
  credential
    .split('\n')
    .filter(line => line.length > 3)
    .flatMap(formsOf)
