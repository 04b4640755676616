import type { Cause } from './cause.ts'
import type { HttpRequest, Reply } from './http.ts'
import type { Identity } from './identity.ts'
import type { Secret } from './secret.ts'

/** What a vendor answered, with what it was asked. */
export interface VendorReply extends Reply {
  /** Method, host and path. */
  readonly asked: string
  /** Where the sign-in that it was asked with was found. */
  readonly signIn?: string
  /** Why that sign-in, which was refused, could not be had anew. */
  readonly notRenewed?: string
}

/** What lets somebody in. */
export interface Credential {
  /** Where a name goes with the secret. */
  readonly user?: string
  readonly secret: Secret
  /** A one-time code, good for one sign-in. */
  readonly code?: Secret
  /** Where it was found, in words. */
  readonly source?: string
  /** Asks for a newer secret of the same account where this one came from, and nobody; else says why there is none. */
  readonly renew?: () => Promise<Secret | string>
}

/** Who is signed in: as the vendor names them, and what they may do, in words. */
export interface Account {
  readonly id: string
  readonly name: string
  /** What this account cannot do yet, each with what gives it. */
  readonly lacks: readonly string[]
  /** Why no token can be created for CI as this account. */
  readonly noTokens?: Cause
}

/** A short-lived token that a sign-in was exchanged for. */
export interface Session {
  readonly bearer: Secret
  /** How long it is good for, in milliseconds. */
  readonly lifeMs: number
}

export type Send = (request: HttpRequest) => Promise<VendorReply>

/** One address of a vendor's, and how it is spoken to. Data; the steps bring the requests. */
export interface Host {
  /** The vendor's own address. */
  readonly home: string
  /** The variables that ask for another one. */
  readonly variables: readonly string[]
  /** The address that the vendor's own variables (or ours) ask for; undefined without them. */
  endpoint(env: NodeJS.ProcessEnv): string | undefined
  /** What it means to be another machine's, in a sentence: the vendor's product on a server of somebody's own. */
  readonly elsewhere?: string
  readonly headers: Readonly<Record<string, string>>
  /** Paths of what stays as it is once it is there, whatever a set-up does: that is not asked again after each effect. */
  readonly lasting?: RegExp
  /** The headers that carry a sign-in, or the token of its session. */
  authorization(credential: Credential): Readonly<Record<string, string>>
  /**
   * Exchanges a sign-in for a token, where the host takes no other.
   * @throws SetupError where the vendor does not let it in
   */
  session?(credential: Credential, as: Identity, send: Send): Promise<Session>
  /** How the sign-in goes with `curl`: the header, made of a variable of the shell, and what sets that one at an address, as one line, where it is not a token of its own. */
  readonly byHand?: { readonly header: string; readonly variable: string; login?(as: Identity, base: string): string }
}

/** A sign-in in the environment: the variable that holds the secret, and that of the name that goes with it. */
export interface Variables {
  readonly secret: string
  readonly user?: string
  /** It holds no secret but the path of a file that does. */
  readonly isFile?: true
}

/** All that the wizard knows of signing in to a vendor, and of what it says. */
export interface VendorApi {
  /** As people write it. */
  readonly name: string
  /** The domain that is the vendor's alone, where it has a host for each of many APIs. */
  readonly domain?: string
  readonly signIn: {
    /** First that is set. */
    readonly variables: readonly Variables[]
    /** The tool's command that prints the token of whoever signed in with it. */
    readonly tool?: readonly [string, ...string[]]
    /** The tool's command that begins with the name of whoever that is. */
    readonly who?: readonly [string, ...string[]]
    /** What makes the tool deaf to settings of its user that would silence it, make it ask, or log a secret. */
    readonly env?: Readonly<Record<string, string>>
    /** The tool's command that signs a person in, in a terminal. */
    readonly login?: readonly [string, ...string[]]
    /** Files in which the vendor's own tools keep a token, below the home folder; `read` gives the token that is for a host. */
    readonly files?: readonly { readonly path: string; read(text: string, host: string): string | undefined }[]
    /** What the name is called, where one goes with the secret. */
    readonly user?: string
    /** Where a person gets a token, or changes the password; and the least right it needs. */
    readonly page: string
    readonly right: string
  }
  /** What the set-up costs there, in a sentence. */
  readonly costs: string
  /**
   * Who is signed in, and what they lack.
   * @throws SetupError (exit 2) when the vendor does not take the sign-in
   */
  account(read: (path: string) => Promise<VendorReply>, credential: Credential): Promise<Account>
  /** The vendor's refusals in plain words. */
  means(reply: VendorReply): Cause
  /** Variables that would silently change what a by-hand command does. */
  readonly misleading: readonly string[]
}
