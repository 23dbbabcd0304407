import {execFileSync, spawn} from 'node:child_process'
import {once} from 'node:events'
import {chmodSync, copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync} from 'node:fs'
import {createServer} from 'node:net'
import {join} from 'node:path'
import {describe, expect, test} from '@jest/globals'
import {checkedSigner, signerOfBytes} from '../../../src/custody/ssh/checked.ts'
import {generateEd25519} from '../../../src/custody/ssh/private-key.ts'
import {parsePublicKey} from '../../../src/custody/ssh/public-key.ts'
import {armor, buildSshsig, parseSshsig, verifySshsig} from '../../../src/custody/ssh/sshsig.ts'
import {signerFor} from '../../../src/custody/ssh/signer.ts'
import {string, uint32} from '../../../src/custody/ssh/wire.ts'
import {testWith} from '../../support/needs.ts'
import {inFolder, skEd25519, skSignature} from './software-keys.ts'

const namespace = 'keyrite-approval-v1@example.org'
const message = Buffer.from('the plan')
const kinds = [
  ['ed25519', '256'],
  ['ecdsa', '256'],
  ['ecdsa', '384'],
  ['ecdsa', '521'],
  ['rsa', '3072'],
] as const
const refusal = (code: string, sentence = /./): unknown =>
  expect.objectContaining({code, message: expect.stringMatching(sentence)})
const noAgent = {agentSocket: undefined, inProcess: false}

function make(folder: string, type: string, bits: string, passphrase = ''): string {
  const file = join(folder, `${type}${bits}`)
  execFileSync('ssh-keygen', ['-q', '-t', type, '-b', bits, '-N', passphrase, '-f', file])
  return file
}

/** What the stock ssh-keygen says to a signature by this public key file's key. */
function stockVerifies(folder: string, publicKey: string, signature: Uint8Array): boolean {
  writeFileSync(join(folder, 'signers'), `p-1 ${readFileSync(publicKey, 'utf8')}`)
  writeFileSync(join(folder, 'sig'), armor(signature))
  const args = ['-Y', 'verify', '-f', 'signers', '-I', 'p-1', '-n', namespace, '-s', 'sig']
  const said = execFileSync('ssh-keygen', args, {
    cwd: folder,
    input: message,
    encoding: 'utf8',
    stdio: ['pipe', 'pipe', 'ignore'],
  })
  return said.startsWith('Good ')
}

/** Runs `use` with a real ssh-agent that holds these private keys. */
async function withAgent(
  folder: string,
  keys: readonly string[],
  use: (socket: string) => Promise<void>,
): Promise<void> {
  const socket = join(folder, 'agent')
  const agent = spawn('ssh-agent', ['-D', '-a', socket], {stdio: ['ignore', 'pipe', 'ignore']})
  const ended = once(agent, 'close')
  try {
    // It prints where it listens once it does.
    await once(agent.stdout, 'data')
    expect(existsSync(socket)).toBe(true)
    for (const key of keys)
      execFileSync('ssh-add', ['-q', key], {env: {...process.env, SSH_AUTH_SOCK: socket}, stdio: 'ignore'})
    await use(socket)
  } finally {
    agent.kill()
    await ended
  }
}

describe('keys of every kind sign, and ssh-keygen verifies', () => {
  for (const [type, bits] of kinds) {
    testWith('ssh-keygen', `${type} ${bits} through ssh-keygen and in process`, async () => {
      await inFolder(async (folder) => {
        const file = make(folder, type, bits)
        const publicKey = parsePublicKey(readFileSync(`${file}.pub`, 'utf8'))
        for (const [inProcess, how] of [
          [false, 'file'],
          [true, 'in process'],
        ] as const) {
          const signer = await signerFor(file, {agentSocket: undefined, inProcess})
          expect([signer.how, signer.publicKey.text]).toEqual([how, publicKey.text])
          const signature = await signer.sign(namespace, message)
          expect(parseSshsig(signature).hash).toBe('sha512')
          expect(stockVerifies(folder, `${file}.pub`, signature)).toBe(true)
          expect(verifySshsig({signature, message, namespace, key: publicKey}).kind).toBe('good')
        }
      })
    })
  }

  testWith(
    ['ssh-keygen', 'ssh-agent'],
    'every kind through a real agent, named by its .pub file',
    async () => {
      await inFolder(async (folder) => {
        const files = kinds.map(([type, bits]) => make(folder, type, bits))
        await withAgent(folder, files, async (agentSocket) => {
          for (const file of files) {
            const signer = await signerFor(`${file}.pub`, {agentSocket, inProcess: true})
            expect(signer.how).toBe('agent')
            expect(stockVerifies(folder, `${file}.pub`, await signer.sign(namespace, message))).toBe(true)
          }
        })
      })
    },
  )

  testWith(
    ['ssh-keygen', 'ssh-agent'],
    'a private key with a passphrase signs if the agent given holds it',
    async () => {
      await inFolder(async (folder) => {
        const file = make(folder, 'ed25519', '256')
        await withAgent(folder, [file], async (agentSocket) => {
          execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', 'pass phrase', '-f', file])
          const signer = await signerFor(file, {agentSocket, inProcess: true})
          expect(signer.how).toBe('file')
          expect(stockVerifies(folder, `${file}.pub`, await signer.sign(namespace, message))).toBe(true)
        })
      })
    },
  )

  testWith(
    'ssh-keygen',
    'PKCS#8 signs through ssh-keygen with its .pub file, and is refused without',
    async () => {
      await inFolder(async (folder) => {
        const file = make(folder, 'ecdsa', '256')
        execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', '', '-m', 'PKCS8', '-f', file])
        const signature = await (await signerFor(file, noAgent)).sign(namespace, message)
        expect(stockVerifies(folder, `${file}.pub`, signature)).toBe(true)
        rmSync(`${file}.pub`)
        await expect(signerFor(file, noAgent)).rejects.toEqual(refusal('FILE_NOT_FOUND', /public half/))
      })
    },
  )
})

describe('refused', () => {
  const made = generateEd25519()
  const written = (folder: string): string => {
    const file = join(folder, 'key')
    writeFileSync(file, made.openSsh('test'), {mode: 0o600})
    writeFileSync(`${file}.pub`, `${made.publicKey.text}\n`)
    return file
  }

  test('a missing file', async () => {
    await expect(signerFor('/nowhere/key', noAgent)).rejects.toEqual(
      refusal('FILE_NOT_FOUND', /"\/nowhere\/key"/),
    )
  })

  test('a folder, and a file too long', async () => {
    await inFolder(async (folder) => {
      mkdirSync(join(folder, 'folder'))
      writeFileSync(join(folder, 'long'), Buffer.alloc(65_537))
      await expect(signerFor(join(folder, 'folder'), noAgent)).rejects.toEqual(
        refusal('UNSAFE_FILE', /regular/),
      )
      await expect(signerFor(join(folder, 'long'), noAgent)).rejects.toEqual(refusal('UNSAFE_FILE', /longer/))
    })
  })

  test('a file that is no key', async () => {
    await inFolder(async (folder) => {
      writeFileSync(join(folder, 'text'), 'hello\n')
      await expect(signerFor(join(folder, 'text'), noAgent)).rejects.toEqual(refusal('USAGE'))
    })
  })

  test.each([0o640, 0o604, 0o620, 0o602])('in process, a private key of mode %o', async (mode) => {
    await inFolder(async (folder) => {
      const file = written(folder)
      expect((await signerFor(file, {agentSocket: undefined, inProcess: true})).how).toBe('in process')
      chmodSync(file, mode)
      await expect(signerFor(file, {agentSocket: undefined, inProcess: true})).rejects.toEqual(
        refusal('UNSAFE_FILE', /group or others/),
      )
    })
  })

  test('a public key, where no agent is known or the socket is nobody', async () => {
    await inFolder(async (folder) => {
      const file = `${written(folder)}.pub`
      await expect(signerFor(file, noAgent)).rejects.toEqual(refusal('AGENT_KEY_MISSING', /SSH_AUTH_SOCK/))
      const agentSocket = join(folder, 'none')
      await expect(signerFor(file, {...noAgent, agentSocket})).rejects.toEqual(
        refusal('PROVIDER_UNREACHABLE'),
      )
    })
  })

  testWith(['ssh-keygen', 'ssh-agent'], 'a public key that the agent does not hold', async () => {
    await inFolder(async (folder) => {
      const file = `${written(folder)}.pub`
      await withAgent(folder, [], async (agentSocket) => {
        await expect(signerFor(file, {...noAgent, agentSocket})).rejects.toEqual(
          refusal('AGENT_KEY_MISSING', /does not hold/),
        )
      })
    })
  })

  test('where ssh-keygen is missing, with the name of its package', async () => {
    await inFolder(async (folder) => {
      const signer = await signerFor(written(folder), noAgent)
      const path = process.env['PATH']
      process.env['PATH'] = folder
      try {
        const missing = {
          code: 'SSH_KEYGEN_MISSING',
          hints: expect.arrayContaining([expect.stringContaining('openssh-client')]),
        }
        await expect(signer.sign(namespace, message)).rejects.toEqual(expect.objectContaining(missing))
      } finally {
        process.env['PATH'] = path
      }
    })
  })

  testWith(
    'ssh-keygen',
    'a .pub file of another key is found out before anyone gets the signature',
    async () => {
      await inFolder(async (folder) => {
        const [file, other] = [make(folder, 'ecdsa', '256'), make(folder, 'ecdsa', '384')]
        execFileSync('ssh-keygen', ['-q', '-p', '-P', '', '-N', '', '-m', 'PKCS8', '-f', file])
        copyFileSync(`${other}.pub`, `${file}.pub`)
        const signer = await signerFor(file, noAgent)
        await expect(signer.sign(namespace, message)).rejects.toEqual(
          expect.objectContaining({code: expect.stringMatching(/BAD_SIGNATURE|PROVIDER_FAILED/)}),
        )
      })
    },
  )

  test('what an agent signs with another key', async () => {
    await inFolder(async (folder) => {
      const file = `${written(folder)}.pub`
      const list = string(Buffer.concat([Buffer.of(12), uint32(1), string(made.publicKey.blob), string('')]))
      const forged = Buffer.concat([string('ssh-ed25519'), string(Buffer.alloc(64, 1))])
      const signed = string(Buffer.concat([Buffer.of(14), string(forged)]))
      const server = createServer((socket) => {
        socket.once('data', (part: Buffer) => socket.write(part[4] === 11 ? list : signed))
      })
      const agentSocket = join(folder, 'agent')
      await new Promise<void>((done) => server.listen(agentSocket, done))
      try {
        const signer = await signerFor(file, {...noAgent, agentSocket})
        await expect(signer.sign(namespace, message)).rejects.toEqual(
          refusal('BAD_SIGNATURE', /does not match/),
        )
      } finally {
        await new Promise((done) => server.close(done))
      }
    })
  })

  test('a security key that nobody touched, and an algorithm that we do not know', async () => {
    const sk = skEd25519()
    const untouched = checkedSigner(sk.publicKey, 'file', (name, bytes) =>
      buildSshsig({
        publicKey: sk.publicKey.blob,
        namespace: name,
        hash: 'sha512',
        signature: skSignature(sk, name, bytes, {flags: 0}),
      }),
    )
    await expect(untouched.sign(namespace, message)).rejects.toEqual(
      refusal('BAD_SIGNATURE', /no user presence/),
    )
    const unknown = signerOfBytes(made.publicKey, 'agent', () =>
      Buffer.concat([string('new@example.org'), string('')]),
    )
    await expect(unknown.sign(namespace, message)).rejects.toEqual(
      refusal('BAD_SIGNATURE', /new@example.org/),
    )
  })
})
