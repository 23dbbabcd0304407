/** Where a server is: by https, by http on this machine only, or through the socket of an agent on this machine. */
import {KeyriteError} from '../../base/errors.ts'

export interface Address {
  /** As it is shown, and approved: without a path. */
  readonly text: string
  readonly secure: boolean
  readonly host: string
  readonly port: number
  /** The socket of `bao agent` or `bao proxy`, which adds the token itself; else null. */
  readonly socket: string | null
}

const loopback = /^(localhost|127(\.\d{1,3}){3}|\[::1\])$/

/** @throws KeyriteError `USAGE` if it is no address, or would send the token over a network in the clear. */
export function addressOf(text: string): Address {
  if (text.startsWith('unix:')) return socketOf(text)
  const refuse = (fact: string): never => {
    throw new KeyriteError('USAGE', `cannot use address "${text}": ${fact}`, {
      hints: ['--address https://bao.example.com:8200'],
    })
  }
  const url = URL.canParse(text) ? new URL(text) : refuse('it is not one')
  const {protocol, hostname, port, pathname, search, hash, username, password, origin} = url
  if (protocol !== 'https:' && protocol !== 'http:') refuse('expected https://, or unix:/path of an agent')
  if (username !== '' || password !== '')
    refuse('it holds a name or a password, and the token is all it takes')
  if (pathname !== '/' || search !== '' || hash !== '') refuse('it has a path: --mount says where transit is')
  const secure = protocol === 'https:'
  if (!secure && !loopback.test(hostname))
    refuse('http would send the token in the clear; only this machine itself is asked so')
  const host = hostname.replace(/^\[(.*)\]$/, '$1')
  return {text: origin, secure, host, port: Number(port) || (secure ? 443 : 80), socket: null}
}

function socketOf(text: string): Address {
  const socket = text.replace(/^unix:(\/\/)?/, '')
  if (socket.startsWith('/'))
    return {text: `unix:${socket}`, secure: false, host: 'localhost', port: 80, socket}
  throw new KeyriteError('USAGE', `cannot use address "${text}": expected the whole path of the socket`, {
    hints: ['--address unix:/run/bao/agent.sock'],
  })
}
