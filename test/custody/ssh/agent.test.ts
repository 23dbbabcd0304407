import {createServer, type Socket} from 'node:net'
import {join} from 'node:path'
import {expect, test} from '@jest/globals'
import {agentSign, listIdentities} from '../../../src/custody/ssh/agent.ts'
import {generateEd25519} from '../../../src/custody/ssh/private-key.ts'
import {string, uint32} from '../../../src/custody/ssh/wire.ts'
import {inFolder, rsaPair} from './software-keys.ts'

const {publicKey} = generateEd25519()

/** Lets `behave` answer each connection of a socket, while `use` speaks to it. */
async function withAgent(
  behave: (socket: Socket) => void,
  use: (path: string) => Promise<void>,
): Promise<void> {
  await inFolder(async (folder) => {
    const path = join(folder, 'agent')
    const sockets: Socket[] = []
    const server = createServer((socket) => {
      sockets.push(socket)
      socket.on('error', () => undefined)
      behave(socket)
    })
    await new Promise<void>((done) => server.listen(path, done))
    try {
      await use(path)
    } finally {
      for (const socket of sockets) socket.destroy()
      await new Promise((done) => server.close(done))
    }
  })
}

const answering =
  (...parts: Buffer[]) =>
  (socket: Socket): void => {
    socket.once('data', () => {
      for (const part of parts) socket.write(part)
    })
  }
const refusal = (code: string, sentence: RegExp): unknown =>
  expect.objectContaining({code, message: expect.stringMatching(sentence)})

test.each<[string, (socket: Socket) => void, string, RegExp]>([
  ['an oversized frame', answering(uint32(256 * 1024 + 1)), 'PROVIDER_FAILED', /out of bounds/],
  ['the largest length', answering(uint32(0xffffffff)), 'PROVIDER_FAILED', /out of bounds/],
  ['an empty frame', answering(uint32(0)), 'PROVIDER_FAILED', /out of bounds/],
  ['garbage', answering(Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')), 'PROVIDER_FAILED', /out of bounds/],
  ['an answer to something else', answering(string(Buffer.of(6))), 'PROVIDER_FAILED', /did not/],
  [
    'a list cut off',
    answering(string(Buffer.concat([Buffer.of(12), uint32(0xffffffff)]))),
    'PROVIDER_FAILED',
    /too early|did not/,
  ],
  [
    'two answers',
    answering(Buffer.concat([string(Buffer.of(12, 0, 0, 0, 0)), Buffer.of(1)])),
    'PROVIDER_FAILED',
    /more than one/,
  ],
  ['a trailing byte', answering(string(Buffer.of(12, 0, 0, 0, 0, 9))), 'PROVIDER_FAILED', /trailing|did not/],
  ['silence', () => undefined, 'PROVIDER_UNREACHABLE', /no answer within 0.2 s/],
  ['a byte, and silence', answering(Buffer.of(0)), 'PROVIDER_UNREACHABLE', /no answer within 0.2 s/],
  ['hanging up at once', (socket) => socket.end(), 'PROVIDER_FAILED', /hung up/],
  [
    'hanging up within the answer',
    (socket) => socket.once('data', () => socket.end(uint32(9))),
    'PROVIDER_FAILED',
    /hung up/,
  ],
])('%s of an agent is refused', async (_name, behave, code, sentence) => {
  await withAgent(behave, async (path) => {
    await expect(listIdentities(path, 200)).rejects.toEqual(refusal(code, sentence))
    await expect(agentSign(path, publicKey, Buffer.from('x'), 200)).rejects.toEqual(refusal(code, sentence))
  })
})

test('an agent that answers a byte now and then does not get more time', async () => {
  const drip = (socket: Socket): void => {
    socket.write(uint32(1000))
    const timer = setInterval(() => socket.write('x'), 20)
    socket.on('close', () => {
      clearInterval(timer)
    })
  }
  await withAgent(drip, async (path) => {
    await expect(listIdentities(path, 200)).rejects.toEqual(refusal('PROVIDER_UNREACHABLE', /no answer/))
  })
})

test('an answer in pieces is one answer', async () => {
  const blob = Buffer.from('a key of another kind')
  const list = string(Buffer.concat([Buffer.of(12), uint32(1), string(blob), string('comment')]))
  const pieces = (socket: Socket): void => {
    socket.setNoDelay(true)
    socket.once('data', () => {
      socket.write(list.subarray(0, 3), () =>
        socket.write(list.subarray(3, 20), () => socket.write(list.subarray(20))),
      )
    })
  }
  await withAgent(pieces, async (path) => {
    const [one, ...others] = await listIdentities(path)
    expect(one?.blob.equals(blob)).toBe(true)
    expect(others).toEqual([])
  })
})

test('an agent that declines is told from one that is broken', async () => {
  await withAgent(answering(string(Buffer.of(5))), async (path) => {
    await expect(agentSign(path, publicKey, Buffer.from('x'))).rejects.toEqual(
      refusal('PROVIDER_FAILED', /declined/),
    )
  })
})

test('RSA is asked for with SHA-512, others without flags', async () => {
  const rsa = rsaPair(2048).publicKey
  for (const [key, flags] of [
    [rsa, 4],
    [publicKey, 0],
  ] as const) {
    let request: Buffer = Buffer.alloc(0)
    const keep = (socket: Socket): void => {
      socket.once('data', (part: Buffer) => {
        request = part
        socket.write(string(Buffer.concat([Buffer.of(14), string('signature')])))
      })
    }
    await withAgent(keep, async (path) => {
      expect((await agentSign(path, key, Buffer.from('data'))).toString()).toBe('signature')
    })
    const body = Buffer.concat([Buffer.of(13), string(key.blob), string('data'), uint32(flags)])
    expect(request.equals(string(body))).toBe(true)
  }
})

test.each([
  ['no socket at the path', 'none'],
  ['a path that looks like a port', '22'],
  ['an empty path', ''],
])('%s is no agent', async (_name, path) => {
  await inFolder(async (folder) => {
    const where = path === 'none' ? join(folder, path) : path
    await expect(listIdentities(where, 1000)).rejects.toEqual(
      refusal('PROVIDER_UNREACHABLE', /cannot ask ssh-agent/),
    )
  })
})
