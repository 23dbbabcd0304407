import {KeyriteError} from '../../base/errors.ts'
import type {Secret} from '../../base/secret.ts'
import {timeText} from '../../base/world.ts'
import type {Clock, Random} from '../../base/world.ts'
import type {VersionRef} from '../ports.ts'
import {checkRows, openHeader, openRow} from './contents.ts'
import type {Reader} from './contents.ts'
import {checkSchema} from './database.ts'
import type {Connection} from './database.ts'
import {Draft, due} from './draft.ts'
import {safeFile} from './file.ts'
import type {FileId} from './file.ts'
import {sealHeader} from './records.ts'
import type {Header, Named} from './records.ts'
import {fromStorage, rolledBack, sqliteCode} from './refusals.ts'
import {readHeader, readObject, readObjects, writeHeader} from './rows.ts'
import type {Sealed} from './sealing.ts'

export interface TokenParts {
  readonly path: string
  readonly file: FileId
  readonly db: Connection
  readonly id: string
  readonly name: string
  /** Becomes this token's own, and is wiped by `close`. */
  readonly tokenKey: Buffer
  /** Kept only as long as the token is empty, for `restore`; becomes this token's own. */
  readonly pin: Secret
  readonly random: Random
  readonly clock: Clock
}

/**
 * An open token: one file, one key. Everything is read within a transaction and against the header of that moment,
 * so other processes may use the same file; nothing is awaited within one.
 */
export class LocalToken {
  readonly path: string
  readonly id: string
  readonly name: string
  readonly random: Random
  readonly clock: Clock
  readonly #db: Connection
  readonly #file: FileId
  readonly #tokenKey: Buffer
  readonly #pin: Secret
  #open = true
  /** The newest header seen by this process: the file may never show an older one, or another of the same generation. */
  #seen: {sealed: Sealed; header: Header} | undefined

  constructor(parts: TokenParts) {
    this.path = parts.path
    this.id = parts.id
    this.name = parts.name
    this.random = parts.random
    this.clock = parts.clock
    this.#db = parts.db
    this.#file = parts.file
    this.#tokenKey = parts.tokenKey
    this.#pin = parts.pin
  }

  /**
   * The first look, before anything in the file is believed or changed: a destruction that is due would raise the generation.
   * @throws KeyriteError `TOKEN_ROLLED_BACK` if the generation is lower than `least`, or the rows are not those of the header.
   */
  accept(least: number | null): void {
    const {generation} = this.#transaction('BEGIN', () => this.#header())
    if (least !== null && generation < least)
      throw rolledBack(this.path, `its generation is ${generation}, and ${least} was recorded`)
  }

  /** The header as it stands, after what was due for destruction is gone. */
  header(): Header {
    return this.#read((header) => header)
  }

  /** @returns undefined if there is no such version. */
  find(ref: VersionRef): Named | undefined {
    return named(this.header(), ref)
  }

  /**
   * Lends the material of a version to `use`, after `permit` has seen what is known of it, and wipes it.
   * @throws KeyriteError `KEY_NOT_FOUND`, and whatever `permit` throws.
   */
  withMaterial<T>(
    ref: VersionRef,
    permit: (object: Named) => void,
    use: (material: Buffer, object: Named) => T,
  ): T {
    const [object, material] = this.#read((header) => {
      const wanted = existing(header, ref)
      permit(wanted)
      const row = readObject(this.#db, wanted.key, wanted.version, this.path)
      return [wanted, openRow(this.#reader(), wanted, row)] as const
    })
    try {
      return use(material, object)
    } finally {
      material.fill(0)
    }
  }

  /** @throws KeyriteError `UNSAFE_FILE`: what is open is not what lies there. */
  demandInPlace(verb: string): void {
    const now = safeFile(this.path)
    if (now.inode !== this.#file.inode || now.device !== this.#file.device)
      throw new KeyriteError(
        'UNSAFE_FILE',
        `cannot ${verb} token "${this.path}": another file was put in its place`,
      )
  }

  /** Opens every object once more. @throws KeyriteError `TOKEN_TAMPERED` or `TOKEN_ROLLED_BACK`. */
  checkAll(): void {
    this.#read((header) => {
      checkRows(this.#reader(), header, readObjects(this.#db, this.path))
    })
  }

  /** Takes the write lock and gives it back. @throws KeyriteError `STORAGE`, `LOCKED`, `UNSAFE_FILE` */
  checkWritable(): void {
    this.change(() => undefined)
  }

  /** One consistent look at the file for a backup: lends the token key. */
  withContents<T>(use: (db: Connection, tokenKey: Uint8Array, header: Header) => T): T {
    return this.#read((header) => use(this.#db, this.#tokenKey, header))
  }

  /** Lends the PIN while the token is empty. @throws KeyriteError `EXISTS` if it holds, or held, anything. */
  async withPin<T>(use: (pin: Secret) => Promise<T>): Promise<T> {
    if (this.header().objects.length > 0)
      throw new KeyriteError('EXISTS', `cannot restore into token "${this.name}": it is not empty`, {
        hints: ['create a new token with the PIN of the backup, and restore into that'],
      })
    return use(this.#pin)
  }

  /**
   * Carries out a change: objects and header in one transaction, generation + 1, read back after the commit.
   * A change that changes nothing leaves the generation. If `act` throws, nothing was changed.
   * @throws KeyriteError `STORAGE` (the token is closed by it), `LOCKED`, `UNSAFE_FILE` if the file was replaced.
   */
  change<T>(act: (draft: Draft) => T): T {
    this.#destroyWhatIsDue()
    return this.#write(act)
  }

  /** Forgets the keys. After it every call throws. May be repeated. */
  close(): void {
    if (!this.#open) return
    this.#open = false
    this.#seen = undefined
    this.#tokenKey.fill(0)
    this.#pin.wipe()
    this.#db.close()
  }

  #read<T>(use: (header: Header) => T): T {
    this.#destroyWhatIsDue()
    return this.#transaction('BEGIN', () => use(this.#header()))
  }

  #destroyWhatIsDue(): void {
    const now = timeText(this.clock.now())
    const header = this.#transaction('BEGIN', () => this.#header())
    if (header.objects.some((object) => due(object, now)))
      this.#write((draft) => {
        for (const object of draft.objects.filter((one) => due(one, now))) draft.destroy(object)
      })
  }

  #write<T>(act: (draft: Draft) => T): T {
    this.#mustBeOpen()
    this.demandInPlace('write')
    const [result, written] = this.#transaction('BEGIN IMMEDIATE', () => {
      checkSchema(this.#db, this.path)
      const draft = new Draft(this.#db, this.#reader(), this.random, this.#header())
      const outcome = act(draft)
      if (!draft.changed) return [outcome, undefined] as const
      const header = {...draft.header(), generation: draft.generation}
      const sealed = sealHeader(this.#tokenKey, header, this.random)
      writeHeader(this.#db, sealed)
      return [outcome, {sealed, header}] as const
    })
    if (written !== undefined) {
      // Also read back: success is claimed only for what the file now says.
      this.#see(written.sealed, written.header)
      this.#transaction('BEGIN', () => this.#header())
    }
    return result
  }

  #transaction<T>(begin: 'BEGIN' | 'BEGIN IMMEDIATE', use: () => T): T {
    this.#mustBeOpen()
    let committing = false
    try {
      this.#db.exec(begin)
      const result = use()
      committing = true
      this.#db.exec('COMMIT')
      return result
    } catch (cause) {
      this.#rollBack()
      const error = fromStorage(cause, this.path, {changed: committing && begin === 'BEGIN IMMEDIATE'})
      // After a failed write nobody knows what the file holds; only a new open finds out.
      if (sqliteCode(cause) !== undefined && !(error instanceof KeyriteError && error.code === 'LOCKED'))
        this.close()
      throw error
    }
  }

  #rollBack(): void {
    try {
      if (this.#open && this.#db.inTransaction) this.#db.exec('ROLLBACK')
    } catch {
      this.close() // SQLite rolls back by itself when the file is opened next
    }
  }

  #header(): Header {
    const sealed = readHeader(this.#db, this.path)
    if (this.#seen !== undefined && same(sealed, this.#seen.sealed)) return this.#seen.header
    const header = openHeader(this.#reader(), sealed)
    if (this.#seen !== undefined && header.generation <= this.#seen.header.generation)
      throw rolledBack(
        this.path,
        `generation ${this.#seen.header.generation} was seen, and now it is ${header.generation}`,
      )
    checkRows(this.#reader(), header, readObjects(this.#db, this.path))
    this.#see(sealed, header)
    return header
  }

  #see(sealed: Sealed, header: Header): void {
    this.#seen = {sealed, header}
    if (header.objects.length > 0) this.#pin.wipe()
  }

  #reader(): Reader {
    return {tokenKey: this.#tokenKey, token: this.id, path: this.path}
  }

  #mustBeOpen(): void {
    if (!this.#open)
      throw new KeyriteError('PROVIDER_FAILED', `cannot use token "${this.name}": it is closed`)
  }
}

/** The version that the reference names, as the header has it; undefined if there is none. */
export function named(header: Pick<Header, 'objects'>, ref: VersionRef): Named | undefined {
  return header.objects.find((object) => object.key === ref.key && String(object.version) === ref.version)
}

/** @throws KeyriteError `KEY_NOT_FOUND` */
export function existing(header: Pick<Header, 'objects'>, ref: VersionRef): Named {
  const object = named(header, ref)
  if (object === undefined)
    throw new KeyriteError(
      'KEY_NOT_FOUND',
      `cannot find version "${ref.version}" of key "${ref.key}": the token has none`,
    )
  return object
}

function same(a: Sealed, b: Sealed): boolean {
  return a.nonce.equals(b.nonce) && a.tag.equals(b.tag) && a.ciphertext.equals(b.ciphertext)
}
