import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { needed } from './needed.ts'
import { freePort, type Service, serve } from './service.ts'

export interface Registry extends Service {
  readonly origin: string
}

/** Tokens that a registry asks for: of whom, where, and by what they are checked. */
export interface TokenAuth {
  readonly realm: string
  readonly service: string
  readonly issuer: string
  /** A file of certificates in PEM. */
  readonly rootcertbundle: string
}

/** Docker's own registry, for everybody or for whoever has a token. */
export async function startRegistry(
  folder: string,
  { storage = join(folder, 'storage'), token }: { readonly storage?: string; readonly token?: TokenAuth } = {},
): Promise<Registry> {
  mkdirSync(folder, { recursive: true })
  const port = await freePort()
  const config = join(folder, 'registry.json')
  // YAML takes JSON.
  writeFileSync(
    config,
    JSON.stringify({
      version: '0.1',
      log: { accesslog: { disabled: true }, level: 'warn' },
      storage: { filesystem: { rootdirectory: storage } },
      http: { addr: `127.0.0.1:${port}`, relativeurls: true },
      ...(token && { auth: { token } }),
    }),
  )
  const env = { PATH: process.env.PATH, OTEL_TRACES_EXPORTER: 'none' }
  const service = await serve([needed('docker-registry'), 'serve', config], {
    env,
    at: { host: '127.0.0.1', port },
    log: join(folder, 'registry.log'),
  })
  return { origin: `http://127.0.0.1:${port}`, ...service }
}
