/** From a path that someone gave to a way of signing: an agent, ssh-keygen, or this process where that is allowed. */
import {agentSign, listIdentities} from './agent.ts'
import {KeyriteError} from '../../base/errors.ts'
import {checkedSigner, signerOfBytes, type Signer} from './checked.ts'
import {readKeyFile, type KeyFile} from './key-file.ts'
import {keygenSign} from './keygen.ts'
import {inspectPrivateKey, readPrivateKey, type PrivateKeyFacts} from './private-key.ts'
import {parsePublicKey, type PublicKey} from './public-key.ts'
import type {Interruptible} from '../../base/world.ts'

export type {Signer} from './checked.ts'

export interface SignerOptions {
  /** Path of ssh-agent's socket, or undefined if there is no agent. */
  readonly agentSocket: string | undefined
  /** Whether an unencrypted private key may be read into this process; otherwise ssh-keygen signs with it. */
  readonly inProcess: boolean
  /** How ssh-keygen is waited for: it may ask for a passphrase, a PIN or a touch. Without it nothing takes that back. */
  readonly interruptible?: Interruptible | undefined
}

/**
 * The signer for a key file: a public key names one that the agent holds; a private key signs in this process if that
 * is allowed and it has no passphrase, else through ssh-keygen. Nothing is asked of a person before the first signature.
 * @throws KeyriteError `FILE_NOT_FOUND`; `USAGE` if it is neither a public nor a private key; `UNSUPPORTED`;
 * `AGENT_KEY_MISSING`; `UNSAFE_FILE` if others can read a key that is to be used in this process; what agent and
 * ssh-keygen throw
 */
export async function signerFor(path: string, options: SignerOptions): Promise<Signer> {
  const file = readKeyFile(path)
  try {
    const facts = inspectPrivateKey(file.bytes)
    if (facts === undefined) {
      const publicKey = parsePublicKey(file.bytes.toString('utf8'))
      return await agentSigner(publicKey, options.agentSocket)
    }
    const here = options.inProcess && !facts.encrypted && facts.publicKey?.sk !== true
    return here ? inProcessSigner(path, file) : fileSigner(path, facts, options)
  } finally {
    file.bytes.fill(0)
  }
}

function inProcessSigner(path: string, file: KeyFile): Signer {
  if (file.open) {
    const fact = 'group or others can read or write it'
    throw new KeyriteError('UNSAFE_FILE', `cannot use the key "${path}": ${fact}`, {
      hints: [`chmod 600 ${path}`],
    })
  }
  return readPrivateKey(file.bytes).signer
}

async function agentSigner(publicKey: PublicKey, socket: string | undefined): Promise<Signer> {
  if (socket === undefined)
    throw notInAgent(publicKey, 'no ssh-agent is known here (SSH_AUTH_SOCK is not set)')
  const held = await listIdentities(socket)
  if (!held.some(({blob}) => blob.equals(publicKey.blob)))
    throw notInAgent(publicKey, 'ssh-agent does not hold it')
  return signerOfBytes(publicKey, 'agent', (bytes) => agentSign(socket, publicKey, bytes))
}

function fileSigner(
  path: string,
  facts: PrivateKeyFacts,
  {agentSocket, interruptible = (work) => work(new AbortController().signal)}: SignerOptions,
): Signer {
  const publicKey = facts.publicKey ?? publicHalfBeside(path)
  // ssh-keygen says nothing about touching a security key when it is quiet.
  const options = {agentSocket, quiet: !publicKey.sk}
  return checkedSigner(publicKey, 'file', (namespace, message) =>
    interruptible((signal) => keygenSign(path, namespace, message, {...options, signal})),
  )
}

/**
 * For formats that hide their public half, from which ssh-keygen itself signs only if it finds a `.pub` file.
 * One of another key is found out by the first signature.
 */
function publicHalfBeside(path: string): PublicKey {
  try {
    return parsePublicKey(readKeyFile(`${path}.pub`).bytes.toString('utf8'))
  } catch (error) {
    if (!(error instanceof KeyriteError && error.code === 'FILE_NOT_FOUND')) throw error
    throw new KeyriteError(
      'FILE_NOT_FOUND',
      `cannot sign with "${path}": its public half "${path}.pub" is missing`,
      {
        hints: [`ssh-keygen -y -f ${path} > ${path}.pub`],
      },
    )
  }
}

function notInAgent(key: PublicKey, fact: string): KeyriteError {
  return new KeyriteError('AGENT_KEY_MISSING', `cannot sign with ${key.fingerprint}: ${fact}`, {
    hints: [
      'ssh-add FILE, with the private key file',
      'or give the private key file instead of the .pub file',
    ],
  })
}
