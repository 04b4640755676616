import type { Json } from '../clouds/json.ts'

/** An answer that says no, thrown by whoever finds the reason. */
export class Refusal extends Error {
  readonly status: number
  readonly body: Json
  readonly headers: Readonly<Record<string, string>>
  constructor(status: number, body: Json, headers: Readonly<Record<string, string>> = {}) {
    super('refused')
    this.status = status
    this.body = body
    this.headers = headers
  }
}
