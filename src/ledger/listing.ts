/**
 * Reads a ledger's side tables without replaying it: for lists, which are looked at often and decide nothing.
 *
 * The file is looked at from outside as ever, and a home behind what this machine signed last is refused. That a row
 * follows from the entries is not checked here: every command that acts checks it, and `ledger verify`.
 */
import {join} from 'node:path'
import {hex, sameBytes} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {isObject, parseJcs, type Json, type JsonObject} from '../base/jcs.ts'
import {commitment} from './draft.ts'
import {isPrivate} from './entry.ts'
import {parseCheckpoint} from './note.ts'
import {SqliteStore} from './sqlite/store.ts'
import type {SideRow} from './store.ts'
import {behind, loadHead} from './head.ts'
import {hasWriter, type StateDir} from './writer.ts'

export class Listing {
  readonly #store: SqliteStore
  readonly #side: readonly SideRow[]

  private constructor(store: SqliteStore) {
    this.#store = store
    this.#side = store.side()
  }

  /** Reads from an open ledger file, and closes it. @throws KeyriteError `LEDGER_NOT_FOUND`, `UNSAFE_FILE`, `LEDGER_TAMPERED`, `LEDGER_BEHIND`, `STORAGE`. */
  static read<T>(
    {home, state}: {readonly home: string; readonly state: StateDir},
    read: (listing: Listing) => T,
  ): T {
    const store = SqliteStore.open(join(home, 'ledger.db'), 'read')
    try {
      refuseBehind(store, state)
      return read(new Listing(store))
    } catch (error) {
      throw error instanceof TypeError ? tampered(error.message, error) : error
    } finally {
      store.close()
    }
  }

  /** Whether it is the ledger of a rehearsal. */
  get rehearsal(): boolean {
    const first = parseJcs(this.#store.row(0)?.bytes ?? new Uint8Array())
    return isObject(first) && isObject(first['data']) && 'rehearsal' in first['data']
  }

  /** A fold's rows, by id. @throws TypeError for a row that is no JSON object. */
  rows(fold: string): ReadonlyMap<string, JsonObject> {
    return new Map(
      this.#side.flatMap(({fold: one, id, row}) => {
        if (one !== fold) return []
        const value = parseJcs(row)
        if (!isObject(value)) throw new TypeError(`row "${id}" of side table "${fold}" is not of its form`)
        return [[id, value]]
      }),
    )
  }

  /** The private value behind a commitment; undefined where it is not there. @throws TypeError if it is another value. */
  open(field: Json | undefined): Json | undefined {
    const opening = isPrivate(field) ? this.#store.opening(field.$) : undefined
    if (opening === undefined) return undefined
    if (commitment(opening.salt, opening.value) !== opening.commitment)
      throw new TypeError(`private value ${opening.commitment.slice(0, 12)}… was changed`)
    return parseJcs(opening.value)
  }
}

/** As a replay does, by the newest checkpoint instead of the entries; signatures are not judged. */
function refuseBehind(store: SqliteStore, state: StateDir): void {
  const first = store.row(0)
  const note = store.lastCheckpoint()
  if (first === undefined || note === undefined) throw new TypeError('it holds no entry, or no checkpoint')
  const fingerprint = hex(first.leaf)
  const head = hasWriter(state, fingerprint) ? loadHead(state, fingerprint) : undefined
  if (head === undefined) return
  const {size} = parseCheckpoint(note)
  const signed = parseCheckpoint(head.checkpoint)
  const same = store.checkpoints(signed.size).find((one) => one.size === signed.size)
  if (same === undefined || !sameBytes(parseCheckpoint(same.note).root, signed.root))
    throw behind(head, size, signed.size)
}

function tampered(fact: string, cause: unknown): KeyriteError {
  return new KeyriteError('LEDGER_TAMPERED', `cannot use the ledger: ${fact}`, {
    cause,
    hints: ['keyrite ledger verify'],
  })
}
