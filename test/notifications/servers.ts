/** Servers on the loopback that tests start: HTTP(S) that keeps what it is told, and a mail server that is other people's. */
import {execFileSync} from 'node:child_process'
import {readFileSync} from 'node:fs'
import {createServer as createClear, type IncomingMessage, type ServerResponse} from 'node:http'
import {createServer as createTls} from 'node:https'
import type {AddressInfo} from 'node:net'
import {join} from 'node:path'
import {SMTPServer, type SMTPServerOptions} from 'smtp-server'

export interface Posted {
  readonly headers: IncomingMessage['headers']
  readonly body: string
}
export type Answer = (at: number, answer: ServerResponse) => void

export interface Web {
  readonly url: string
  readonly posted: Posted[]
  stop(): Promise<void>
}

export interface Tls {
  readonly cert: Buffer
  readonly key: Buffer
  readonly caFile: string
}

/** A certificate of this moment for localhost, which is its own authority. */
export function makeTls(folder: string): Tls {
  const [caFile, keyFile] = [join(folder, 'ca.pem'), join(folder, 'tls.key')]
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
      ...['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'],
      ...['-keyout', keyFile, '-out', caFile],
    ],
    {stdio: 'ignore', env: process.env},
  )
  return {cert: readFileSync(caFile), key: readFileSync(keyFile), caFile}
}

/** @param answer - what it does with the request of that number, from 0; it says 200 unless told. */
export async function startWeb(answer: Answer = (_at, one) => void one.end('ok'), tls?: Tls): Promise<Web> {
  const posted: Posted[] = []
  const take = (request: IncomingMessage, response: ServerResponse): void => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      posted.push({headers: request.headers, body: Buffer.concat(chunks).toString('utf8')})
      answer(posted.length - 1, response)
    })
  }
  const server = tls === undefined ? createClear(take) : createTls({cert: tls.cert, key: tls.key}, take)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const {port} = server.address() as AddressInfo
  return {
    url: tls === undefined ? `http://127.0.0.1:${port}/hook` : `https://localhost:${port}/hook`,
    posted,
    stop: () =>
      new Promise((done) => {
        server.closeAllConnections()
        server.close(() => {
          done()
        })
      }),
  }
}

export interface Mailbox {
  readonly port: number
  readonly mails: string[]
  stop(): Promise<void>
}

export async function startMail(options: SMTPServerOptions): Promise<Mailbox> {
  const mails: string[] = []
  const server = new SMTPServer({
    logger: false,
    ...options,
    onData(stream, _session, done) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        mails.push(Buffer.concat(chunks).toString('utf8'))
        done()
      })
    },
  })
  // What a client does wrong is that client's to say.
  server.on('error', () => undefined)
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready))
  const {port} = server.server.address() as AddressInfo
  return {
    port,
    mails,
    stop: () =>
      new Promise((done) => {
        server.close(() => {
          done()
        })
      }),
  }
}
