/** One question to the server, and its answer: plain HTTPS, its own CA, a time limit, nothing followed and nothing tried twice. */
import {Agent as HttpAgent, request as askHttp, type ClientRequest, type IncomingMessage} from 'node:http'
import {Agent as HttpsAgent, request as askHttps} from 'node:https'
import {TLSSocket, type PeerCertificate} from 'node:tls'
import type {Address} from './address.ts'
import {brokenLine} from './failures.ts'

export type Method = 'GET' | 'POST' | 'DELETE' | 'LIST'

export interface Answer {
  readonly status: number
  /** What it holds as JSON; null where it holds none. */
  readonly body: unknown
  /** Its Date header. */
  readonly date: Date | null
}

/** In milliseconds: for what is quick, and for what makes a key. */
export interface Patience {
  readonly usual: number
  readonly making: number
}
export const patience: Patience = {usual: 20_000, making: 90_000}

/** The longest answer that is read. */
const most = 16_777_216

export interface Wire {
  ask(method: Method, path: string, asked: Asked): Promise<Answer>
  /** Of the authority whose certificate the newest TLS connection was checked by; null without TLS. */
  readonly authority: Certificates | null
  close(): void
}

export interface Asked {
  readonly headers: Readonly<Record<string, string>>
  readonly body: unknown
  readonly slow: boolean
  readonly what: string
}

/** Fingerprints are SHA-256. */
export interface Certificates {
  readonly authority: string
  readonly validTo: Date
}

/** @param ca - PEM of the authorities that are trusted; null for those of the system. */
export function wireTo(address: Address, ca: Buffer | null, within: Patience): Wire {
  const options = {keepAlive: true, maxSockets: 8, timeout: 30_000}
  const agent = address.secure
    ? new HttpsAgent({...options, maxCachedSessions: 0, ...(ca === null ? {} : {ca}), minVersion: 'TLSv1.2'})
    : new HttpAgent(options)
  let authority: Certificates | null = null
  const seen = (socket: IncomingMessage['socket']): void => {
    if (socket instanceof TLSSocket) authority = certificatesOf(socket) ?? authority
  }
  return {
    get authority() {
      return authority
    },
    ask(method, path, asked) {
      return new Promise((resolve, reject) => {
        const bytes = asked.body === null ? null : Buffer.from(JSON.stringify(asked.body))
        const settings = {
          agent,
          method,
          path,
          ...(address.socket === null
            ? {host: address.host, port: address.port}
            : {socketPath: address.socket}),
          headers: {
            ...asked.headers,
            accept: 'application/json',
            ...(bytes === null ? {} : {'content-type': 'application/json', 'content-length': bytes.length}),
          },
        }
        const request: ClientRequest = address.secure ? askHttps(settings) : askHttp(settings)
        const limit = asked.slow ? within.making : within.usual
        const late = setTimeout(
          () => request.destroy(new Error(`no answer within ${limit / 1000} seconds`)),
          limit,
        )
        const fail = (error: unknown): void => {
          clearTimeout(late)
          reject(brokenLine(asked.what, address.text, error))
        }
        request.on('error', fail)
        request.on('response', (response) => {
          seen(response.socket)
          gathered(response).then((body) => {
            clearTimeout(late)
            const date = new Date(response.headers.date ?? Number.NaN)
            resolve({
              status: response.statusCode ?? 0,
              body,
              date: Number.isNaN(date.getTime()) ? null : date,
            })
          }, fail)
        })
        request.end(bytes ?? undefined)
      })
    },
    close() {
      agent.destroy()
    },
  }
}

async function gathered(response: IncomingMessage): Promise<unknown> {
  const pieces: Buffer[] = []
  let length = 0
  for await (const piece of response as AsyncIterable<Buffer>) {
    length += piece.length
    if (length > most) throw new Error('the answer is too long')
    pieces.push(piece)
  }
  // Cut off within its answer.
  if (!response.complete) throw new Error('the connection was cut within the answer')
  const text = Buffer.concat(pieces).toString('utf8')
  if (text.trim() === '') return null
  try {
    return JSON.parse(text) as unknown
  } catch {
    return null
  }
}

/** From the server's own up to the one that nobody signed but itself. */
function certificatesOf(socket: TLSSocket): Certificates | undefined {
  const own = socket.getPeerCertificate(true)
  if (!('fingerprint256' in own)) return undefined
  let top: PeerCertificate & {issuerCertificate?: PeerCertificate} = own
  for (let up = 0; up < 16; up++) {
    const next = top.issuerCertificate
    if (next === undefined || next.fingerprint256 === top.fingerprint256) break
    top = next
  }
  return {
    authority: top.fingerprint256.replaceAll(':', '').toLowerCase(),
    validTo: new Date(own.valid_to),
  }
}
