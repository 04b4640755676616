import type { Cause } from './cause.ts'
import type { Reply } from './http.ts'
import type { Secret } from './secret.ts'

/** What a vendor answered, with what it was asked. */
export interface VendorReply extends Reply {
  /** Method, host and path. */
  readonly asked: string
}

/** Who is signed in: as the vendor names them, and what they may do, in words. */
export interface Account {
  readonly id: string
  readonly name: string
  /** What this account cannot do yet, each with what gives it. */
  readonly lacks: readonly string[]
}

/** All that the wizard knows of a vendor's way of being spoken to. Data; the steps bring the requests. */
export interface VendorApi {
  /** As people write it. */
  readonly name: string
  /** The vendor's own address. */
  readonly home: string
  /** The address that the vendor's own variables ask for; `home` without them. */
  endpoint(env: NodeJS.ProcessEnv): string
  readonly headers: Readonly<Record<string, string>>
  authorization(secret: Secret): Readonly<Record<string, string>>
  readonly signIn: {
    /** Environment variables that may hold the token, first that is set. */
    readonly variables: readonly string[]
    /** The tool's command that prints the token of whoever signed in with it. */
    readonly tool: readonly [string, ...string[]]
    /** The tool's command that signs a person in, in a terminal. */
    readonly login: readonly [string, ...string[]]
    /** Where a person gets a token, and the least right it needs. */
    readonly page: string
    readonly right: string
  }
  /** What the set-up costs there, in a sentence. */
  readonly costs: string
  /** The path that tells who is signed in, and how its answer reads. */
  readonly account: { readonly path: string; read(reply: VendorReply): Account | undefined }
  /** Further reads that tell what a sign-in cannot do; `lacks` says it, or nothing. */
  readonly probes: readonly { readonly path: string; lacks(reply: VendorReply): string | undefined }[]
  /** The vendor's refusals in plain words. */
  means(reply: VendorReply): Cause
  /** Variables that would silently change what a by-hand command does. */
  readonly misleading: readonly string[]
}
