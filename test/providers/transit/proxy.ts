/** A way to a server that can be cut: after the server did its work, and before its reply comes through. */
import {createServer, connect, type AddressInfo, type Server, type Socket} from 'node:net'
import {once} from 'node:events'

const quota = '{"errors":["request path \\"transit/\\": rate limit quota exceeded"]}'
const tooMany = [
  'HTTP/1.1 429 Too Many Requests',
  ...[
    'content-type: application/json',
    `content-length: ${quota.length}`,
    'retry-after: 1',
    'connection: close',
  ],
  ...['', quota],
].join('\r\n')

export class Way {
  readonly #server: Server
  readonly #open = new Set<Socket>()
  readonly #waiting = new Set<{readonly text: string; readonly seen: () => void}>()
  /** Whether the next request whose head holds this is cut off from its reply; null for none. */
  cuts: string | null = null
  /** Requests that begin so do not come through: fewer are asked for, as OpenBao says it under a quota; null for none. */
  throttles: RegExp | null = null

  private constructor(server: Server) {
    this.#server = server
  }

  static async to(port: number): Promise<Way> {
    const server = createServer()
    const way = new Way(server)
    server.on('connection', (client) => {
      way.#through(client, port)
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return way
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** When a request goes by whose head holds this. */
  async saw(text: string): Promise<void> {
    return new Promise((resolve) => {
      this.#waiting.add({text, seen: resolve})
    })
  }

  async close(): Promise<void> {
    for (const one of this.#open) one.destroy()
    this.#server.close()
    await once(this.#server, 'close')
  }

  #through(client: Socket, port: number): void {
    const server = connect(port, '127.0.0.1')
    const end = (): void => {
      for (const one of [client, server]) {
        one.destroy()
        this.#open.delete(one)
      }
    }
    let cutting = false
    for (const one of [client, server]) {
      this.#open.add(one)
      one.on('error', end)
      one.on('close', end)
    }
    client.on('data', (bytes) => {
      const head = bytes.toString('latin1')
      for (const one of this.#waiting)
        if (head.includes(one.text)) {
          one.seen()
          this.#waiting.delete(one)
        }
      if (this.throttles?.test(head) === true) {
        client.end(tooMany)
        return
      }
      if (this.cuts !== null && head.includes(this.cuts)) {
        this.cuts = null
        cutting = true
      }
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      // It replied, so it did it.
      if (cutting) end()
      else client.write(bytes)
    })
  }
}
