/** Between a program and a server that speaks HTTP: it dies when it is told to. */
import {createServer, connect, type AddressInfo, type Server, type Socket} from 'node:net'
import {once} from 'node:events'

/** A way to a server that dies with the answer to one of its questions, and lets nothing through until it is alive again. */
export class Mortal {
  readonly #server: Server = createServer()
  readonly #open = new Set<Socket>()
  #left = Infinity
  #dead = false

  async start(port: number): Promise<string> {
    this.#server.on('connection', (client) => {
      this.#through(client, port)
    })
    this.#server.listen(0, '127.0.0.1')
    await once(this.#server, 'listening')
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  /** It works at the nth question from now on, and dies before its reply. */
  dieAt(nth: number): void {
    this.#left = nth
  }

  /** @returns whether it had died. */
  live(): boolean {
    const died = this.#dead
    this.#dead = false
    this.#left = Infinity
    return died
  }

  stop(): void {
    for (const one of this.#open) one.destroy()
    this.#server.close()
  }

  #through(client: Socket, port: number): void {
    if (this.#dead) {
      client.destroy()
      return
    }
    const server = connect(port, '127.0.0.1')
    const end = (): void => {
      for (const one of [client, server]) {
        one.destroy()
        this.#open.delete(one)
      }
    }
    for (const one of [client, server]) {
      this.#open.add(one)
      one.on('error', end)
      one.on('close', end)
    }
    let last = false
    client.on('data', (bytes) => {
      if (this.#dead && !last) {
        end()
        return
      }
      if (/^(GET|POST|PUT|LIST|DELETE) \//.test(bytes.toString('latin1')) && --this.#left === 0)
        last = this.#dead = true
      server.write(bytes)
    })
    server.on('data', (bytes) => {
      // It replied, so it did it.
      if (this.#dead) end()
      else client.write(bytes)
    })
  }
}
