import type { Secret } from '../clouds/secret.ts'

/** One of several ways to answer. */
interface Choice<Value> {
  readonly name: string
  readonly value: Value
  /** Shown below the list while the cursor stands on it. */
  readonly description?: string
}

/** The only way to ask. There is none without a terminal, so a forgotten guard cannot hang (facts/peers.md 0.3). */
export interface Asker {
  yes(message: string, byDefault: boolean): Promise<boolean>
  /** `until` ends the question, too. */
  choose<Value>(message: string, choices: readonly Choice<Value>[], until?: AbortSignal): Promise<Value>
  text(
    message: string,
    options: { readonly byDefault?: string; faultOf(value: string): string | undefined },
  ): Promise<string>
  secret(message: string): Promise<Secret>
}
