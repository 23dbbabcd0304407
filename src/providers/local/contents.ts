/** Whether the header and the rows of a token, as they lie in the file or in a backup, are the same story. */
import {hex} from '../../base/bytes.ts'
import {unsealHeader, unsealObject} from './records.ts'
import type {Header, Named} from './records.ts'
import {rolledBack, tampered} from './refusals.ts'
import type {ObjectRow} from './rows.ts'
import type {Sealed} from './sealing.ts'

/** The key and the name of what is being read, and where it lies (for messages). */
export interface Reader {
  readonly tokenKey: Uint8Array
  readonly token: string
  readonly path: string
}

/** @throws KeyriteError `TOKEN_TAMPERED` if it does not open. */
export function openHeader({tokenKey, token, path}: Reader, sealed: Sealed): Header {
  try {
    return unsealHeader(tokenKey, token, sealed)
  } catch (cause) {
    throw tampered(path, 'its header does not open', cause)
  }
}

/** @returns the material, which the caller wipes. @throws KeyriteError `TOKEN_ROLLED_BACK` or `TOKEN_TAMPERED`. */
export function openRow({tokenKey, token, path}: Reader, object: Named, row: ObjectRow | undefined): Buffer {
  const what = `version ${object.version} of key "${object.label}"`
  if (row === undefined) throw rolledBack(path, `${what} is in the header and not in the file`)
  if (row.state !== object.state || hex(row.sealed.tag) !== object.tag)
    throw rolledBack(path, `${what} is not the one that the header names`)
  try {
    return unsealObject(tokenKey, token, object, row.sealed)
  } catch (cause) {
    throw tampered(path, `${what} does not open`, cause)
  }
}

/**
 * Every row is one that the header names, and every one that it names is there and opens.
 * @throws KeyriteError `TOKEN_ROLLED_BACK` or `TOKEN_TAMPERED`, naming the key.
 */
export function checkRows(reader: Reader, header: Header, rows: readonly ObjectRow[]): void {
  const found = new Map(rows.map((row) => [`${row.key}/${row.version}`, row]))
  for (const object of header.objects) {
    const name = `${object.key}/${object.version}`
    openRow(reader, object, found.get(name)).fill(0)
    found.delete(name)
  }
  if (found.size > 0)
    throw rolledBack(reader.path, `it holds ${found.size} object(s) that the header does not name`)
}
