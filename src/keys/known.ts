/** A key's document from a ledger that was replayed. */
import {KeyriteError} from '../base/errors.ts'
import {custodyFold} from '../custody/index.ts'
import type {Ledger, View} from '../ledger/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {documentOf, type KeyDocument} from './document.ts'
import {keysFold} from './fold.ts'
import {factsOfKey} from './row.ts'
import type {Key} from './state.ts'

export function keyDocument(ledger: Pick<Ledger, 'of'>, key: Key): KeyDocument {
  const {roster} = ledger.of(custodyFold)
  return documentOf(factsOfKey(key, ledger.of(keysFold).open.values()), {
    name: (party) => key.names[party] ?? roster.get(party)?.name ?? null,
    profile: ledger.of(profilesFold).profiles.get(key.profile),
  })
}

/** @throws KeyriteError `KEY_NOT_FOUND`. */
export function keyNamed(view: Pick<View, 'of'>, name: string): Key {
  const key = view.of(keysFold).keys.get(name)
  if (key !== undefined) return key
  throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {hints: ['keyrite key list']})
}
