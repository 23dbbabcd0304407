/** The parent's side: starts the process that holds a secret, asks one thing at a time, and sees that it ends. */
import {spawn, type ChildProcess} from 'node:child_process'
import type {Writable} from 'node:stream'
import {fileURLToPath} from 'node:url'
import {KeyriteError, type ErrorCode} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'
import type {Share, Wrapped} from '../format.ts'
import type {Head} from '../head.ts'
import type {SetFacts, Sharing} from '../split.ts'
import {shareText} from '../text.ts'
import {pluginsIn, stockAge, type StockAge} from './stock-age.ts'
import {messages, send, type Message} from './wire.ts'

/** Where it begins: beside this file in the sources, and beside the bundle when it is built. */
const start = new URL(import.meta.url.endsWith('.ts') ? './host.ts' : './shares-host.js', import.meta.url)

/** A set as it was split: nothing of it is secret. */
export interface Dealt extends Wrapped {
  readonly commitments: readonly Buffer[]
}

class Child {
  readonly #process: ChildProcess
  readonly #to: Writable
  readonly #answers: AsyncGenerator<Message>

  /** @param tells - whether a plugin of `age` may speak to whoever is at the terminal. */
  constructor(tells: boolean) {
    // No core file, no variable, no argument but the program's own name: `ulimit` is the shell's, so one starts it.
    this.#process = spawn(
      '/bin/sh',
      [
        '-c',
        'ulimit -c 0; exec "$0" "$@"',
        process.execPath,
        '--disable-sigusr1',
        '--disable-warning=ExperimentalWarning',
        fileURLToPath(start),
      ],
      {env: {}, stdio: ['pipe', 'pipe', 'ignore', tells ? 2 : 'ignore']},
    )
    const {stdin, stdout} = this.#process
    if (stdin === null || stdout === null) throw new TypeError('both are pipes')
    stdin.on('error', () => undefined) // it ended: said by the answer that does not come
    this.#to = stdin
    this.#answers = messages(stdout)
  }

  /** @throws KeyriteError as the child refuses; `STOPPED` if it ended. */
  async ask(line: Message['line'], parts: readonly Buffer[] = []): Promise<readonly Buffer[]> {
    try {
      await send(this.#to, {line, parts})
    } catch (cause) {
      throw gone(cause)
    }
    const next = await this.#answers.next()
    if (next.done === true) throw gone(undefined)
    const {line: said, parts: given} = next.value
    const refused = said['refused'] as {code: ErrorCode; message: string; hints: string[]} | undefined
    if (refused !== undefined) throw new KeyriteError(refused.code, refused.message, {hints: refused.hints})
    if (typeof said['bug'] === 'string') throw new Error(said['bug'])
    return given
  }

  /** Its memory is gone when this returns. */
  async end(): Promise<void> {
    if (this.#process.exitCode !== null || this.#process.signalCode !== null) return
    const left = new Promise((resolve) => this.#process.once('exit', resolve))
    this.#process.kill('SIGKILL')
    await left
  }
}

function gone(cause: unknown): KeyriteError {
  return new KeyriteError('STOPPED', 'cannot go on: the process that holds the secret ended', {
    cause,
    hints: ['the same command again'],
  })
}

/** A secret that was split: shares are given out one by one, and never leave together. */
export class Dealer {
  readonly #child: Child
  readonly #stock: StockAge | null

  /** @param stock - the stock `age` program, where shares are sealed to a plugin of it. */
  constructor(stock: StockAge | null = null) {
    this.#child = new Child(stock !== null)
    this.#stock = stock
  }

  /** @param secret - is wiped. @throws KeyriteError `USAGE`, `UNSUPPORTED`. */
  async split(secret: Secret, {threshold, holders}: Sharing): Promise<Dealt> {
    const copy = secret.consume((bytes) => Buffer.from(bytes))
    try {
      return await this.#dealt({ask: 'split', threshold, holders}, copy)
    } finally {
      copy.fill(0)
    }
  }

  /** A public key (SPKI DER) under which a provider lets one key out, for `splitKey` alone. */
  transport(): Promise<Buffer> {
    return this.#one({ask: 'transport'})
  }

  /** @param wrapped - as the provider gave it under the transport key. */
  splitKey(wrapped: Uint8Array, {threshold, holders}: Sharing): Promise<Dealt> {
    return this.#dealt({ask: 'split-key', threshold, holders}, Buffer.from(wrapped))
  }

  async #dealt(line: Message['line'], given: Buffer): Promise<Dealt> {
    const [set, kcv, bytes, ...commitments] = await this.#child.ask(line, [given])
    if (
      set === undefined ||
      kcv === undefined ||
      bytes === undefined ||
      commitments.length !== line['holders']
    )
      throw new TypeError('the child gave another answer')
    return {set, kcv, bytes, commitments}
  }

  /** The file of a share, for an age recipient. */
  seal(index: number, head: Head, recipient: string): Promise<Buffer> {
    return this.#one({ask: 'seal', index, head, recipient, stock: this.#stock})
  }

  /** The same, for a passphrase, which is wiped. */
  lock(index: number, head: Head, passphrase: Secret): Promise<Buffer> {
    const copy = passphrase.consume((bytes) => Buffer.from(bytes))
    return this.#one({ask: 'lock', index, head}, [copy]).finally(() => copy.fill(0))
  }

  /** A card as PDF: a share in the clear. */
  card(index: number, head: Head): Promise<Buffer> {
    return this.#one({ask: 'card', index, head})
  }

  /** The rows of a share, to be shown once: a share in the clear, the caller's to wipe. */
  rows(index: number): Promise<readonly Buffer[]> {
    return this.#child.ask({ask: 'rows', index})
  }

  async #one(line: Message['line'], parts: readonly Buffer[] = []): Promise<Buffer> {
    const [only] = await this.#child.ask(line, parts)
    if (only === undefined) throw new TypeError('the child gave another answer')
    return only
  }

  end(): Promise<void> {
    return this.#child.end()
  }
}

/** Puts shares together in a process of its own. @throws KeyriteError as `combine`. */
export async function combineApart(
  shares: readonly Share[],
  facts: SetFacts,
  wrapped: Wrapped,
): Promise<Secret> {
  const child = new Child(false)
  const nobody = {holder: null, ledger: '0'.repeat(64), entry: 0}
  const texts = shares.map((share) => shareText(share, wrapped, nobody))
  const {set, kcv, commitments, threshold, holders} = facts
  try {
    const [secret] = await child.ask({ask: 'combine', threshold, holders}, [
      set,
      kcv,
      wrapped.bytes,
      ...commitments,
      ...texts,
    ])
    if (secret === undefined) throw new TypeError('the child gave another answer')
    return new Secret(secret)
  } finally {
    for (const text of texts) text.fill(0)
    await child.end()
  }
}

/** A file of `age` identities, and where it lies: one of a plugin is read there by the stock program. */
export interface Identity {
  readonly path: string
  readonly bytes: Buffer
}

/** The text in a holder's file. The passphrase is wiped. @throws KeyriteError `CREDENTIALS_REFUSED`, `UNSUPPORTED`. */
export async function openApart(
  file: Buffer,
  by: {readonly identities: readonly Identity[]} | {readonly passphrase: Secret},
): Promise<Buffer> {
  const locked = 'passphrase' in by
  const plugged = locked ? [] : by.identities.filter(({bytes}) => pluginsIn(bytes).length > 0)
  const stock = plugged.length === 0 ? null : stockAge(`open it with "${plugged[0]?.path ?? ''}"`)
  const child = new Child(stock !== null)
  const keys = locked
    ? [by.passphrase.consume((bytes) => Buffer.from(bytes))]
    : by.identities.map(({bytes}) => bytes)
  try {
    const ask = {ask: 'open', passphrase: locked, stock, plugged: plugged.map(({path}) => path)}
    const [text] = await child.ask(ask, [file, ...keys])
    if (text === undefined) throw new TypeError('the child gave another answer')
    return text
  } finally {
    if (locked) for (const key of keys) key.fill(0)
    await child.end()
  }
}
