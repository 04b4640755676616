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
  // git also takes brackets around all that is before the path: [user@host:port]:path.
  const without = address.replace(/^(\w[\w+.-]*:\/\/|\[)?[^/]*@/, '$1')
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

/** git-fetch(1), GIT URLS: with a scheme, and as scp takes it. */
const FORMS = [/^\w[\w+.-]*:\/\/(\[[^\]/]+\]|[^/:[\]]+)(?::\d*)?\/(.+)$/, /^(\[[^\]/]+\]|[^/:[\]]+):(?!\/\/)(.+)$/]

/** What stands in brackets is an IPv6 address, which keeps them, or a host with a port. */
const withoutPort = (host: string): string =>
  /:.*:/.test(host) ? host : host.replace(/^\[([^:\]]*)(?::\d*)?\]$/, '$1')

/** Reads a remote's URL, in any form that git takes; undefined for a local path. */
export function readRemote(address: string): RemotePlace | undefined {
  const plain = withoutUserInfo(address.trim())
  const match = FORMS.map(form => form.exec(plain)).find(found => found)
  const [, host, written] = match ?? []
  const name = host && withoutPort(host)
  const path = written?.replace(/^\/+|\/+$/g, '').replace(/\/*\.git$/, '')
  return name && path && !/^file:/i.test(plain) ? { host: inSmallLetters(name), path } : undefined
}

/** GitHub's own names; the second is for networks that let nothing but HTTPS ports pass. */
const GITHUB = ['github.com', 'ssh.github.com', 'www.github.com']

/** OWNER/REPOSITORY where a remote is on GitHub. */
export const githubProject = ({ host, path }: RemotePlace): string | undefined =>
  GITHUB.includes(host) && /^[^/]+\/[^/]+$/.test(path) ? path : undefined
