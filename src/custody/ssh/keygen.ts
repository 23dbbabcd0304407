/** Signing through the stock ssh-keygen, which asks for a passphrase, a PIN or a touch on the terminal itself. */
import {spawn} from 'node:child_process'
import {resolve as absolute} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import {limitBytes, parseArmored} from './sshsig.ts'

/** What a run of ssh-keygen is given: nothing secret, and the agent only if the caller named one. */
export interface KeygenOptions {
  readonly agentSocket: string | undefined
  /** Whether ssh-keygen leaves out what it is doing; for security keys it must not, or nobody is told to touch them. */
  readonly quiet: boolean
  /** Ends ssh-keygen, which leaves the terminal as it was. */
  readonly signal: AbortSignal
}

/**
 * The SSHSIG blob by the private key in `keyFile`, over a message that goes in on stdin. Not verified here.
 * @throws KeyriteError `SSH_KEYGEN_MISSING`; `PROVIDER_FAILED` if it did not sign; `CANCELLED` if it was interrupted
 */
export async function keygenSign(
  keyFile: string,
  namespace: string,
  message: Uint8Array,
  options: KeygenOptions,
): Promise<Uint8Array> {
  const text = await run(['-Y', 'sign', '-n', namespace, '-f', absolute(keyFile)], keyFile, message, options)
  try {
    return parseArmored(text)
  } catch (error) {
    if (error instanceof TypeError) throw failed(keyFile, 'ssh-keygen returned no signature', error)
    throw error
  }
}

async function run(
  args: readonly string[],
  keyFile: string,
  input: Uint8Array,
  {agentSocket, quiet, signal: taken}: KeygenOptions,
): Promise<string> {
  const child = spawn('ssh-keygen', quiet ? ['-q', ...args] : [...args], {
    env: environment(agentSocket),
    stdio: ['pipe', 'pipe', 'inherit'],
  })
  const {promise, resolve, reject} = Promise.withResolvers<string>()
  let output = Buffer.alloc(0)
  child.on('error', (error) => {
    reject(
      'code' in error && error.code === 'ENOENT'
        ? missing()
        : failed(keyFile, 'ssh-keygen did not start', error),
    )
  })
  child.stdin.on('error', () => {
    // It ended before reading everything: its exit status, below, says why.
  })
  child.stdout.on('data', (part: Buffer) => {
    output = Buffer.concat([output, part])
    if (output.length > 2 * limitBytes) child.kill()
  })
  child.on('close', (status, signal) => {
    if (output.length > 2 * limitBytes) reject(failed(keyFile, 'ssh-keygen wrote too much'))
    else if (signal !== null || taken.aborted)
      reject(new KeyriteError('CANCELLED', `cannot sign with "${keyFile}": interrupted`))
    else if (status !== 0)
      reject(failed(keyFile, `ssh-keygen failed with status ${status ?? -1}; see its message above`))
    else resolve(output.toString('latin1'))
  })
  const end = (): void => void child.kill()
  if (taken.aborted) end()
  taken.addEventListener('abort', end)
  child.stdin.end(input)
  try {
    return await promise
  } finally {
    taken.removeEventListener('abort', end)
  }
}

/**
 * Our environment, with the caller's agent. As the message takes stdin, a desktop's ssh-keygen would ask through an askpass
 * program, and fail where none is installed: a person at a terminal is asked there, unless they chose otherwise.
 */
function environment(agentSocket: string | undefined): NodeJS.ProcessEnv {
  const env = {...process.env}
  delete env['SSH_AUTH_SOCK']
  if (agentSocket !== undefined) env['SSH_AUTH_SOCK'] = agentSocket
  const chosen = env['SSH_ASKPASS'] !== undefined || env['SSH_ASKPASS_REQUIRE'] !== undefined
  if (!chosen && process.stderr.isTTY) env['SSH_ASKPASS_REQUIRE'] = 'never'
  return env
}

function missing(): KeyriteError {
  return new KeyriteError('SSH_KEYGEN_MISSING', 'cannot sign: ssh-keygen is not on this machine', {
    hints: ['install the package openssh-client', 'or add the key to an ssh-agent, and give its .pub file'],
  })
}

function failed(keyFile: string, fact: string, cause?: unknown): KeyriteError {
  return new KeyriteError('PROVIDER_FAILED', `cannot sign with "${keyFile}": ${fact}`, {
    hints: [`ssh-keygen -y -f ${keyFile}`],
    cause,
  })
}
