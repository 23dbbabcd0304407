/** The token that is shown with each question: where it comes from, how long it lives, and its renewal while there is work. */
import {readOwn} from '../../base/files.ts'
import {KeyriteError} from '../../base/errors.ts'
import {Secret} from '../../base/secret.ts'

/** What the server says of a token. */
export interface TokenFacts {
  readonly policies: readonly string[]
  /** In seconds from when it was asked; 0 where it does not end. */
  readonly ttl: number
  readonly renewable: boolean
}

/** The longest wait that a timer takes. */
const longest = 2_147_000_000

export class Token {
  #secret: Secret | null
  readonly #file: string | null
  #facts: TokenFacts | null = null
  /** On the clock that nobody sets, in milliseconds; null where it does not end. */
  #endsAt: number | null = null
  #timer: NodeJS.Timeout | undefined

  /** @param secret - its own from now on. @param file - from which it can be read again; null where it was typed in. */
  constructor(secret: Secret | null, file: string | null) {
    this.#secret = secret
    this.#file = file
  }

  /** @throws KeyriteError `FILE_NOT_FOUND`, `UNSAFE_FILE`, `CREDENTIALS_REFUSED` if what is there is no token. */
  static from(given: Secret | null, file: string | null): Token {
    if (file === null)
      return new Token(given === null ? null : new Secret(given.use((bytes) => firstLine(bytes))), null)
    return new Token(readToken(file), file)
  }

  get facts(): TokenFacts | null {
    return this.#facts
  }

  get file(): string | null {
    return this.#file
  }

  /** For one header: the driver takes nothing but a string there. Null where an agent adds it. */
  header(): string | null {
    return this.#secret?.use((bytes) => Buffer.from(bytes).toString('latin1')) ?? null
  }

  /** Seconds that are left; null where it does not end, or nothing is known. */
  get left(): number | null {
    return this.#endsAt === null ? null : Math.max(0, (this.#endsAt - performance.now()) / 1000)
  }

  /** With a second's grace: the server counts in whole ones, and its answer took its time. */
  get spent(): boolean {
    const {left} = this
    return left !== null && left <= 1
  }

  /** Whether less than a third of its time is left, and the server would give more. */
  get due(): boolean {
    const {left} = this
    return left !== null && this.#facts?.renewable === true && left > 0 && left < this.#facts.ttl / 3
  }

  /** Takes what the server says, and has it renewed in time: people may take hours over one question. */
  learn(facts: TokenFacts, renew: () => void): void {
    this.#facts = facts
    this.#endsAt = facts.ttl === 0 ? null : performance.now() + facts.ttl * 1000
    clearTimeout(this.#timer)
    if (!facts.renewable || facts.ttl === 0) return
    this.#timer = setTimeout(renew, Math.min(longest, facts.ttl * 667))
    this.#timer.unref()
  }

  /** Reads its file anew. @returns whether there is another one in it now. */
  again(): boolean {
    if (this.#file === null) return false
    const now = readToken(this.#file)
    const before = this.#secret
    if (before?.use((a) => now.use((b) => Buffer.from(a).equals(b))) === true) {
      now.wipe()
      return false
    }
    before?.wipe()
    this.#secret = now
    this.#facts = null
    this.#endsAt = null
    return true
  }

  wipe(): void {
    clearTimeout(this.#timer)
    this.#secret?.wipe()
    this.#secret = null
  }
}

function readToken(file: string): Secret {
  const bytes = readOwn(file, 16_384)
  try {
    return new Secret(firstLine(bytes, file))
  } finally {
    bytes.fill(0)
  }
}

/** A header takes no other bytes than these. */
function firstLine(bytes: Uint8Array, file: string | null = null): Uint8Array {
  const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d)
  const line = Uint8Array.from(bytes.subarray(0, end === -1 ? bytes.length : end))
  if (line.length > 0 && line.every((byte) => byte > 0x20 && byte < 0x7f)) return line
  line.fill(0)
  throw new KeyriteError(
    'CREDENTIALS_REFUSED',
    file === null
      ? 'cannot use the token: expected one line of letters and digits'
      : `cannot use the token in "${file}": expected one line of letters and digits`,
    {
      hints: [
        file === null
          ? 'bao login, or bao token create, and what it prints as token'
          : `bao token create -field=token > ${file}`,
      ],
    },
  )
}
