/** Writes a journal: each line is on the disk, and on the screen, before what it announces is done. */
import {closeSync, fsyncSync, openSync, writeSync} from 'node:fs'
import {base64, sha256Hex} from '../../base/bytes.ts'
import {storageError} from '../../base/file-errors.ts'
import {namespaceOf, type Person, type Signer} from '../../custody/index.ts'
import type {LedgerFacts} from '../../ledger/index.ts'
import {lineBytes, type Line} from './format.ts'

/** A line without its place in the chain. */
export type Said = Line extends infer One
  ? One extends Line
    ? Omit<One, 'seq' | 'prev' | 'time'>
    : never
  : never

export class Journal {
  readonly path: string
  readonly #file: number
  readonly #now: () => Date
  readonly #print: (line: string) => void
  readonly #lines: Line[] = []
  #prev: string

  /** @throws KeyriteError `STORAGE`; `EXISTS`-like failures too: a journal is never gone on with. @param prev - the root of the last checkpoint, hex. */
  constructor(path: string, prev: string, now: () => Date, print: (line: string) => void) {
    this.path = path
    this.#prev = prev
    this.#now = now
    this.#print = print
    this.#file = opened(path)
  }

  /** @throws KeyriteError `STORAGE`: then nothing is to be done. */
  write(said: Said): Line {
    const line = {...said, seq: this.#lines.length, prev: this.#prev, time: this.#now().toISOString()}
    const bytes = Buffer.from(lineBytes(line))
    try {
      writeSync(this.#file, Buffer.concat([bytes, Buffer.of(0x0a)]))
      fsyncSync(this.#file)
    } catch (error) {
      throw storageError('write the journal', this.path, error)
    }
    this.#print(bytes.toString('utf8'))
    this.#lines.push(line)
    this.#prev = sha256Hex(bytes)
    return line
  }

  /** Somebody signs a line, and with it all before it. */
  async sign(over: number, person: Person, signer: Signer, facts: LedgerFacts): Promise<void> {
    const line = this.#lines[over]
    if (line === undefined) throw new TypeError('written before')
    const signature = await signer.sign(namespaceOf('journal', facts), lineBytes(line))
    this.write({
      type: 'signed',
      over,
      person: person.id,
      key: signer.publicKey.fingerprint,
      signature: base64(signature),
    })
  }

  get length(): number {
    return this.#lines.length
  }

  close(): void {
    closeSync(this.#file)
  }
}

function opened(path: string): number {
  try {
    return openSync(path, 'ax', 0o600)
  } catch (error) {
    throw storageError('write the journal', path, error)
  }
}
