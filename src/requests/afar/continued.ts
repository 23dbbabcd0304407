/** What a first entry says of the ledger that it continues, for those who sign it. */
import {isObject, type Json} from '../../base/jcs.ts'
import {parseCheckpoint, type Entry} from '../../ledger/index.ts'
import type {Open} from './openings.ts'

/** The private reason for continuing an old ledger, if this one does. */
export function reasonOf({data}: Pick<Entry, 'data'>): readonly Json[] {
  const {continues} = data
  return isObject(continues) && continues['reason'] !== undefined ? [continues['reason']] : []
}

export function continuedInWords(entry: Entry, open: Open): readonly string[] {
  const {continues} = entry.data
  if (!isObject(continues)) return []
  const {checkpoint, fingerprint, reason: field} = continues
  if (typeof checkpoint !== 'string' || typeof fingerprint !== 'string')
    throw new TypeError('what it continues is not of its form')
  const {origin, size} = parseCheckpoint(checkpoint)
  const reason = open(field)
  return [
    `It continues ledger ${origin}, fingerprint ${fingerprint}, of ${size} entries, and carries nothing over.`,
    ...(typeof reason === 'string' ? [`Reason given: ${reason}`] : []),
  ]
}
