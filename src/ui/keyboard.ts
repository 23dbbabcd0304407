/** What is typed, as bytes: lines as the terminal echoes them, and secrets that it must not echo. */
import {StringDecoder} from 'node:string_decoder'
import {KeyriteError} from '../base/errors.ts'
import {Secret} from '../base/secret.ts'

/** A terminal's input; `setRawMode` is missing where there is none. */
export interface TypedInput extends NodeJS.ReadableStream {
  readonly isTTY?: boolean
  setRawMode?(raw: boolean): unknown
}

const key = {
  cancel: 0x03,
  end: 0x04,
  back: 0x08,
  newline: 0x0a,
  enter: 0x0d,
  clear: 0x15,
  escape: 0x1b,
  delete: 0x7f,
} as const

/** The longest line, and the longest secret, in bytes. */
const limitBytes = 4096

export class Keyboard {
  readonly #input: TypedInput
  /** What came after the line that was asked for. */
  #rest: Buffer = Buffer.alloc(0)

  constructor(input: TypedInput) {
    this.#input = input
  }

  /** One line, without its end. @throws KeyriteError `CANCELLED` at the end of input, `USAGE` if it is too long. @param signal - takes the question back. */
  async line(signal?: AbortSignal): Promise<string> {
    const decoder = new StringDecoder('utf8')
    let line = ''
    for (;;) {
      const chunk = await this.#next(signal)
      const end = chunk.indexOf(key.newline)
      if (end !== -1) {
        this.#rest = chunk.subarray(end + 1)
        return (line + decoder.write(chunk.subarray(0, end))).replace(/\r$/, '')
      }
      line += decoder.write(chunk)
      if (line.length > limitBytes)
        throw new KeyriteError('USAGE', `cannot read the answer: it is longer than ${limitBytes} bytes`)
    }
  }

  /**
   * Bytes typed without echo, up to Enter. Backspace and Ctrl-U work.
   * @param shown - is given what is typed so far, to show it.
   * @param ask - puts the question, once nothing is echoed any more: whoever types as soon as it stands there is not seen.
   * @throws KeyriteError `CANCELLED` on Ctrl-C, or at the end of input.
   */
  async secret(ask: () => void, signal?: AbortSignal, shown?: (typed: Uint8Array) => void): Promise<Secret> {
    const typed = new Typed()
    this.#input.setRawMode?.(true)
    try {
      ask()
      for (;;) {
        const chunk = await this.#next(signal)
        const end = typed.take(chunk)
        this.#rest = Buffer.from(chunk.subarray(end ?? chunk.length))
        chunk.fill(0)
        shown?.(typed.lent())
        if (end !== undefined) return new Secret(typed.bytes())
      }
    } finally {
      typed.wipe()
      this.#input.setRawMode?.(false)
    }
  }

  /** The next bytes. The input is paused between, or the program would never end. */
  async #next(signal: AbortSignal | undefined): Promise<Buffer> {
    if (this.#rest.length > 0) {
      const rest = this.#rest
      this.#rest = Buffer.alloc(0)
      return rest
    }
    const {promise, resolve, reject} = Promise.withResolvers<Buffer>()
    const onData = (chunk: Buffer | string): void => {
      this.#input.pause() // at once: another piece that follows would find nobody listening
      resolve(Buffer.from(chunk as Buffer))
      if (Buffer.isBuffer(chunk)) chunk.fill(0)
    }
    const onEnd = (): void => {
      reject(new KeyriteError('CANCELLED', 'cancelled: the input ended'))
    }
    const onAbort = (): void => {
      reject(new KeyriteError('CANCELLED', 'cancelled'))
    }
    if (signal?.aborted === true) onAbort()
    signal?.addEventListener('abort', onAbort)
    this.#input.once('data', onData).once('end', onEnd).once('error', onEnd)
    this.#input.resume()
    try {
      return await promise
    } finally {
      signal?.removeEventListener('abort', onAbort)
      this.#input.pause()
      this.#input.removeListener('data', onData).removeListener('end', onEnd).removeListener('error', onEnd)
    }
  }
}

/** What has been typed of a secret. */
class Typed {
  readonly #buffer = Buffer.alloc(limitBytes)
  #length = 0
  #escape: 'no' | 'begun' | 'within' = 'no'

  /** @returns where the secret ended in the chunk, one past the key that ended it. */
  take(chunk: Buffer): number | undefined {
    for (const [at, byte] of chunk.entries()) {
      if (this.#escaped(byte)) continue
      if (byte === key.enter || byte === key.newline) return at + 1
      this.#type(byte)
    }
    return undefined
  }

  #type(byte: number): void {
    if (byte === key.cancel || byte === key.end) throw new KeyriteError('CANCELLED', 'cancelled')
    if (byte === key.clear) this.wipe()
    else if (byte === key.back || byte === key.delete) this.#back()
    else if (byte >= 0x20) {
      if (this.#length === limitBytes)
        throw new KeyriteError('USAGE', `cannot read the secret: it is longer than ${limitBytes} bytes`)
      this.#buffer[this.#length++] = byte
    }
  }

  /** Arrow keys and the like are no part of a secret. */
  #escaped(byte: number): boolean {
    if (this.#escape === 'no') {
      if (byte === key.escape) this.#escape = 'begun'
      return byte === key.escape
    }
    const opens = this.#escape === 'begun' && (byte === 0x5b || byte === 0x4f) // [ or O
    if (opens) this.#escape = 'within'
    else if (this.#escape === 'begun' || byte >= 0x40) this.#escape = 'no'
    return true
  }

  /** Takes back one letter, all the bytes of its UTF-8. */
  #back(): void {
    while (this.#length > 0) {
      const byte = this.#buffer[--this.#length] ?? 0
      this.#buffer[this.#length] = 0
      if ((byte & 0xc0) !== 0x80) return
    }
  }

  /** A copy, the caller's to wipe. */
  bytes(): Uint8Array {
    return Uint8Array.from(this.#buffer.subarray(0, this.#length))
  }

  /** What is there, which changes as more is typed. */
  lent(): Uint8Array {
    return this.#buffer.subarray(0, this.#length)
  }

  wipe(): void {
    this.#buffer.fill(0)
    this.#length = 0
  }
}
