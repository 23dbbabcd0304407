/**
 * ssh-agent, spoken to over its socket: which keys it holds, and signatures by them. One connection a question.
 * An agent is another program, and may be forwarded from another machine: nothing that it says is believed or unbounded.
 * Source: draft-ietf-sshm-ssh-agent, sections 3 to 5.
 */
import {createConnection} from 'node:net'
import {KeyriteError} from '../../base/errors.ts'
import {fingerprintOf, type PublicKey} from './public-key.ts'
import {string, uint32, WireError, WireReader} from './wire.ts'

/** How long an agent may take, in ms: its user may have to find and touch a security key. */
const patienceMs = 60_000
/** The longest message of OpenSSH's own agent. */
const limitBytes = 256 * 1024

const code = {failure: 5, listRequest: 11, listAnswer: 12, signRequest: 13, signAnswer: 14} as const
/** SSH_AGENT_RSA_SHA2_512: without it an agent signs with SHA-1 for an `ssh-rsa` key. */
const rsaSha512 = 4

export interface AgentIdentity {
  /** The public key in SSH's own encoding; of any kind, also those that we do not know. */
  readonly blob: Buffer
  readonly fingerprint: string
}

/**
 * The keys that the agent at `socket` holds, in its order.
 * @throws KeyriteError `PROVIDER_UNREACHABLE` if no agent answers in time, `PROVIDER_FAILED` if its answer is not one
 */
export async function listIdentities(socket: string, timeoutMs = patienceMs): Promise<AgentIdentity[]> {
  const answer = await ask(socket, Buffer.of(code.listRequest), timeoutMs)
  return reading(() => {
    const reader = new WireReader(answer)
    if (reader.byte() !== code.listAnswer) throw new WireError('it did not list its keys')
    const found: AgentIdentity[] = []
    for (let left = reader.uint32(); left > 0; left--) {
      const blob = reader.string()
      reader.string() // the comment: text by a stranger that nothing here needs
      found.push({blob, fingerprint: fingerprintOf(blob)})
    }
    reader.end()
    return found
  })
}

/**
 * The agent's signature of `data`: an algorithm's name and what it defines. It is not verified here.
 * @throws KeyriteError as `listIdentities`; `PROVIDER_FAILED` also if the agent or its user declines
 */
export async function agentSign(
  socket: string,
  key: PublicKey,
  data: Uint8Array,
  timeoutMs = patienceMs,
): Promise<Buffer> {
  const flags = key.type === 'ssh-rsa' ? rsaSha512 : 0
  const request = Buffer.concat([Buffer.of(code.signRequest), string(key.blob), string(data), uint32(flags)])
  const answer = await ask(socket, request, timeoutMs)
  if (answer.length === 1 && answer[0] === code.failure) {
    throw new KeyriteError('PROVIDER_FAILED', `cannot sign with ${key.fingerprint}: ssh-agent declined`, {
      hints: [
        'it may be locked, the question it asked answered with no, or the security key not touched: try again',
      ],
    })
  }
  return reading(() => {
    const reader = new WireReader(answer)
    if (reader.byte() !== code.signAnswer) throw new WireError('it did not return a signature')
    const signature = reader.string()
    reader.end()
    return signature
  })
}

/** Sends one message and returns the one that answers it, without its length. */
async function ask(path: string, message: Uint8Array, timeoutMs: number): Promise<Buffer> {
  if (path === '') throw unreachable('the path of its socket is empty')
  const {promise, resolve, reject} = Promise.withResolvers<Buffer>()
  // As an object: a bare string that is a number, or empty, would be taken for a TCP port.
  const socket = createConnection({path})
  // For the whole answer, so that one byte now and then does not keep us waiting for ever.
  const timer = setTimeout(() => {
    reject(unreachable(`no answer within ${timeoutMs / 1000} s`))
  }, timeoutMs)
  let received = Buffer.alloc(0)
  socket.on('connect', () => socket.write(string(message)))
  socket.on('error', (error) => {
    reject(unreachable('cannot talk to its socket', error))
  })
  socket.on('close', () => {
    reject(failed('it hung up'))
  })
  socket.on('data', (part: Buffer) => {
    received = Buffer.concat([received, part])
    if (received.length < 4) return
    const length = received.readUInt32BE(0)
    if (length === 0 || length > limitBytes) reject(failed('the length of its answer is out of bounds'))
    else if (received.length > 4 + length) reject(failed('more than one answer came'))
    else if (received.length === 4 + length) resolve(received.subarray(4))
  })
  try {
    return await promise
  } finally {
    clearTimeout(timer)
    socket.destroy()
  }
}

function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (error instanceof WireError) throw failed(error.message)
    throw error
  }
}

function unreachable(fact: string, cause?: unknown): KeyriteError {
  return new KeyriteError('PROVIDER_UNREACHABLE', `cannot ask ssh-agent: ${fact}`, {
    hints: ['ssh-add -l', 'eval "$(ssh-agent)" && ssh-add'],
    cause,
  })
}

function failed(fact: string): KeyriteError {
  return new KeyriteError('PROVIDER_FAILED', `cannot use the answer of ssh-agent: ${fact}`, {
    hints: ['ssh-add -l'],
  })
}
