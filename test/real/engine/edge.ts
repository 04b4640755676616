import { once } from 'node:events'
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { buffer } from 'node:stream/consumers'
import { pipeline } from 'node:stream/promises'

/** Answers a request, or passes it on. */
export type Handler = (asked: IncomingMessage, response: ServerResponse, path: string) => Promise<void>

export interface Edge {
  readonly origin: string
  /** Who answers for a host; nobody else is reached. */
  readonly hosts: Map<string, Handler>
  /** Told of every request before it is answered. */
  watch?: ((method: string, host: string, path: string) => void | Promise<void>) | undefined
  close(): Promise<void>
}

/**
 * The proxy through which the engine reaches registries by their own names: none of them is left to the network, and https
 * is refused, so that an engine that may speak plainly to them does.
 */
export async function startEdge(): Promise<Edge> {
  const server = createServer((asked, response) => {
    const { host, path } = targetOf(asked)
    const handle = async () => {
      await edge.watch?.(asked.method ?? '', host, path)
      const handler = edge.hosts.get(host)
      if (handler === undefined) throw new Error(`nobody plays ${host}`)
      await handler(asked, response, path)
    }
    handle().catch(error => {
      if (response.headersSent) response.destroy()
      else response.writeHead(502).end(String(error))
    })
  })
  server.on('connect', (_, socket) => socket.end('HTTP/1.1 403 Forbidden\r\n\r\n'))
  await once(server.listen(0, '127.0.0.1'), 'listening')
  const edge: Edge = {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    hosts: new Map(),
    close: async () => {
      server.closeAllConnections()
      server.close()
      await once(server, 'close')
    },
  }
  return edge
}

/** A proxy is asked by the whole address. */
function targetOf({ url = '/', headers }: IncomingMessage): { readonly host: string; readonly path: string } {
  if (url.startsWith('/')) return { host: headers.host ?? '', path: url }
  const { host, pathname, search } = new URL(url)
  return { host, path: pathname + search }
}

/** Passes a request on as it came, with or without who asks, and its answer back. */
export async function passOn(
  to: string,
  asked: IncomingMessage,
  response: ServerResponse,
  { path, body, anonymous = false }: { readonly path: string; readonly body?: Buffer; readonly anonymous?: boolean },
): Promise<void> {
  const { authorization, ...others } = asked.headers
  const headers = { ...others, ...(!anonymous && authorization !== undefined && { authorization }) }
  const sent = request(new URL(path, to), { method: asked.method, headers, agent: false })
  const answered = once(sent, 'response') as Promise<[IncomingMessage]>
  if (body === undefined) await Promise.all([pipeline(asked, sent), answered])
  else sent.end(body)
  const [answer] = await answered
  response.writeHead(answer.statusCode ?? 502, answer.headers)
  await pipeline(answer, response)
}

/** What a request brought, to its end. */
export const bodyOf = (asked: IncomingMessage): Promise<Buffer> => buffer(asked)
