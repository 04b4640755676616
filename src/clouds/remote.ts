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

/** Reads a remote's URL, in any form that git takes; undefined for a local path. */
export function readRemote(address: string): RemotePlace | undefined {
  const plain = withoutUserInfo(address.trim())
  const match = /^\w[\w+.-]*:\/\/([^/:]+)(?::\d+)?\/(.+)$/.exec(plain) ?? /^([^/:]+):(?!\/\/)(.+)$/.exec(plain)
  const [, host, written] = match ?? []
  const path = written?.replace(/^\/+|\/+$/g, '').replace(/\/*\.git$/, '')
  return host && path && !/^file:/i.test(plain) ? { host: host.toLowerCase(), path } : undefined
}
