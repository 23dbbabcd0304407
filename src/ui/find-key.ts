import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import {keysFold, type Key} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'

/** @throws KeyriteError `KEY_NOT_FOUND` with the names that are near. */
export function findKey(ledger: Pick<Ledger, 'of'>, name: string): Key {
  const {keys} = ledger.of(keysFold)
  const key = keys.get(name)
  if (key !== undefined) return key
  const near = nearest(name, keys.keys(), 3)
  throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {
    hints: [...near.map((one) => `keyrite key show ${one}`), 'keyrite key list'],
  })
}
