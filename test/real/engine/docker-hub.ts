import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { ISSUER, SERVICE } from '../../../src/rehearsal/docker-hub/registry-token.ts'
import { newPrivateKey } from '../../../src/rehearsal/private-key.ts'
import type { Rehearsal } from '../../../src/rehearsal/server.ts'
import { temporaryFolder } from '../../support/folder.ts'
import { needed } from './needed.ts'
import type { TokenAuth } from './registry.ts'

/** A registry lets in whoever the simulated Docker Hub has signed a token for. */
export function tokensOf({ world, origins }: Rehearsal): TokenAuth {
  world.dockerHub.privateKey ??= newPrivateKey()
  const folder = temporaryFolder()
  const key = join(folder, 'key.pem')
  const rootcertbundle = join(folder, 'certificate.pem')
  writeFileSync(key, world.dockerHub.privateKey, { mode: 0o600 })
  const made = ['req', '-x509', '-key', key, '-subj', `/CN=${ISSUER}`, '-days', '1', '-out', rootcertbundle]
  execFileSync(needed('openssl'), made, { stdio: 'pipe' })
  return { realm: `${origins['docker-hub']}/token`, service: SERVICE, issuer: ISSUER, rootcertbundle }
}
