/** Between the SDK and an emulator: what the emulator answers comes through in another shape, as some other one may have it. */
import {createServer, type Server} from 'node:http'
import {once} from 'node:events'
import type {AddressInfo} from 'node:net'

export interface Answer {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
}

/** @param action - such as `DescribeKey`. @returns what comes through instead; undefined for what was answered. */
export type Shape = (action: string, answer: Answer, asked: string) => Partial<Answer> | undefined

export class Reshaping {
  readonly #server: Server
  /** From the next answer on. */
  shape: Shape = () => undefined
  /** The actions that were asked for. */
  readonly asked: string[] = []

  private constructor(server: Server) {
    this.#server = server
  }

  static async of(url: string): Promise<Reshaping> {
    const server = createServer()
    const one = new Reshaping(server)
    server.on('request', (request, response) => {
      const parts: Buffer[] = []
      request.on('data', (part: Buffer) => parts.push(part))
      request.on('end', () => {
        void one.#through(url, request.headers, Buffer.concat(parts)).then(({status, headers, body}) => {
          response.writeHead(status, headers)
          response.end(body)
        })
      })
    })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    return one
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`
  }

  async #through(url: string, had: NodeJS.Dict<string | string[]>, asked: Buffer): Promise<Answer> {
    const action = String(had['x-amz-target'] ?? '').replace(/^.*\./, '')
    this.asked.push(action)
    const headers = Object.fromEntries(
      Object.entries(had).filter(([name]) => !/^(host|connection|content-length)$/.test(name)),
    ) as Record<string, string>
    const came = await fetch(url, {method: 'POST', headers, body: new Uint8Array(asked)})
    const answer: Answer = {
      status: came.status,
      headers: {'content-type': came.headers.get('content-type') ?? 'application/x-amz-json-1.1'},
      body: await came.text(),
    }
    return {...answer, ...this.shape(action, answer, asked.toString('utf8'))}
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections()
    this.#server.close()
    await once(this.#server, 'close')
  }
}

/** The answer of these actions with other fields: what `change` gives is laid over it, undefined takes a field away. */
export function fields(
  actions: string | readonly string[],
  change: (body: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Shape {
  return (action, {status, body}) => {
    if (status !== 200 || !actions.includes(action)) return undefined
    const had = JSON.parse(body) as Record<string, unknown>
    return {body: JSON.stringify({...had, ...change(had)})}
  }
}

/** These actions are not done at all, and answered so. */
export function answered(actions: string | readonly string[], answer: Partial<Answer>): Shape {
  return (action) => (actions.includes(action) ? {status: 400, ...answer} : undefined)
}
