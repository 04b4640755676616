import { looksLikeCredential } from './credential-shapes.ts'
import { inSmallLetters } from './letters.ts'
import { Secret } from './secret.ts'

/** Where a git remote's URL points. */
export interface RemotePlace {
  readonly host: string
  /** The path without slashes at its ends and without `.git`. */
  readonly path: string
}

/** A URL or an scp-like address without the user and password that may stand in it, nor in what is left when they are cut. */
export function withoutUserInfo(address: string): string {
  const without = address.replace(/^(\w[\w+.-]*:\/\/)?[^/]*@/, '$1')
  return without === address ? address : withoutUserInfo(without)
}

/**
 * Makes the password in an address known as a secret, for a tool may repeat the address; a user's name only where it
 * looks like a token.
 */
export function hideUserInfo(address: string): void {
  const [, user = '', password = ''] = /^(?:\w[\w+.-]*:\/\/)?([^/\s:@]*)(?::([^/\s]*))?@/.exec(address.trim()) ?? []
  for (const part of looksLikeCredential(user) ? [user, password] : [password]) {
    new Secret(part)
    new Secret(unescaped(part))
  }
}

function unescaped(part: string): string {
  try {
    return decodeURIComponent(part)
  } catch {
    return part
  }
}

/** Reads a remote's URL, in any form that git takes; undefined for a local path. */
export function readRemote(address: string): RemotePlace | undefined {
  const plain = withoutUserInfo(address.trim())
  const match = /^\w[\w+.-]*:\/\/([^/:]+)(?::\d+)?\/(.+)$/.exec(plain) ?? /^([^/:]+):(?!\/\/)(.+)$/.exec(plain)
  const [, host, written] = match ?? []
  const path = written?.replace(/^\/+|\/+$/g, '').replace(/\/*\.git$/, '')
  return host && path && !/^file:/i.test(plain) ? { host: inSmallLetters(host), path } : undefined
}
