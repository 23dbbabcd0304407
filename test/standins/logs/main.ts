/**
 * A stand-in for two logs: Google's Cloud Logging (`entries:list`) and Azure's Log Analytics (`query`). It is ours, for tests, and
 * never the services: it speaks their published protocols over TLS, and holds what `log.json` in its folder says and nothing else.
 * Whatever it does not know of their query languages it refuses with "not modelled".
 *
 *   node main.ts FOLDER     takes ca.pem, key.pem and log.json from FOLDER; one line of JSON on stdout when it is ready
 */
import {readFileSync} from 'node:fs'
import type {IncomingMessage} from 'node:http'
import {createServer} from 'node:https'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {listEntries} from './google.ts'
import {query} from './azure.ts'

const [folder = '.'] = process.argv.slice(2)
let asked = 0
const server = createServer(
  {cert: readFileSync(join(folder, 'ca.pem')), key: readFileSync(join(folder, 'key.pem'))},
  (request, response) => {
    void bodyOf(request).then((body) => {
      const log = JSON.parse(readFileSync(join(folder, 'log.json'), 'utf8')) as Log
      const {status, said} = answer(request, body, log)
      setTimeout(
        () => {
          response.writeHead(status, {'content-type': 'application/json'})
          response.end(JSON.stringify(said))
        },
        asked++ === 0 ? 0 : (log.lateMs ?? 0),
      )
    })
  },
)

export interface Log {
  /** A status that every question is answered with, to see what becomes of it. */
  readonly status?: number
  /** At most so many entries an answer. */
  readonly page?: number
  /** How long it takes to answer from the second question on. */
  readonly lateMs?: number
  readonly entries: readonly Record<string, unknown>[]
}
export interface Answer {
  readonly status: number
  readonly said: unknown
}

function answer({url = '', headers}: IncomingMessage, body: unknown, log: Log): Answer {
  if (headers.authorization?.startsWith('Bearer ') !== true) return {status: 401, said: {error: 'no token'}}
  if (log.status !== undefined) return {status: log.status, said: {error: 'as log.json says'}}
  if (url === '/v2/entries:list') return listEntries(body, log)
  if (/^\/v1\/workspaces\/[0-9a-f-]{36}\/query$/.test(url)) return query(body, log)
  return {status: 404, said: {error: 'not modelled'}}
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = []
  for await (const part of request) parts.push(part as Buffer)
  return JSON.parse(Buffer.concat(parts).toString('utf8'))
}

server.listen(0, '127.0.0.1', () => {
  process.stdout.write(
    `${JSON.stringify({endpoint: `localhost:${(server.address() as AddressInfo).port}`})}\n`,
  )
})
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(0))
