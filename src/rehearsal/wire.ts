import { randomUUID } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import type { Json } from '../clouds/json.ts'
import type { Sent } from './faults.ts'
import type { Call } from './service.ts'

/** Far more than any request has that a rehearsal gets, in bytes. */
const LONGEST_BODY = 4 * 2 ** 20

/** A request whose body is longer. */
export class BodyTooLong extends Error {
  override readonly name = 'BodyTooLong'
}

/**
 * Is it asked by the name of this machine? A page of the web whose own name was made to lead here (DNS rebinding) is not,
 * and could otherwise read every answer.
 */
export const isForLoopback = ({ headers }: IncomingMessage): boolean =>
  /^(127\.0\.0\.1|localhost)(:\d+)?$/i.test(headers.host ?? '')

/**
 * Reads a request to its end.
 * @throws BodyTooLong; what the socket throws
 */
export async function readCall(request: IncomingMessage): Promise<Call> {
  const { method = 'GET', url = '/', headers } = request
  const body = await bodyOf(request)
  const [path = '/', ...query] = url.split('?')
  return {
    method,
    path,
    query: new URLSearchParams(query.join('?')),
    headers,
    ...readBody(body, headers['content-type'] ?? ''),
  }
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  let length = 0
  for await (const chunk of request) {
    chunks.push(chunk)
    length += chunk.length
    if (length > LONGEST_BODY) throw new BodyTooLong(`more than ${LONGEST_BODY / 2 ** 20} MB`)
  }
  return Buffer.concat(chunks).toString('utf8')
}

function readBody(body: string, type: string): Pick<Call, 'body' | 'malformed'> {
  if (!body) return { body: undefined, malformed: false }
  try {
    if (/^application\/([\w.-]+\+)?json\b/i.test(type)) return { body: JSON.parse(body) as Json, malformed: false }
  } catch {}
  return { body: undefined, malformed: true }
}

/** Sends what is to be sent, or closes the socket, or leaves it as it is; ends when the client has it or is gone. */
export async function deliver(sent: Sent, response: ServerResponse, now: Date): Promise<void> {
  if (sent === 'hang-up' || sent === 'away') response.destroy()
  if (typeof sent === 'string') return
  const { status, headers, body } = sent
  response.sendDate = false
  response.writeHead(status, {
    date: now.toUTCString(),
    'request-id': randomUUID(),
    ...(typeof body === 'string' && { 'content-length': Buffer.byteLength(body) }),
    ...headers,
  })
  if (typeof body === 'string') response.end(body)
  else await pipeline(Readable.from(body), response)
}
