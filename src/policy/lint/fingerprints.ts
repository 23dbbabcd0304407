/** The keys of everybody. */
import {parsePublicKey, type Roster} from '../../custody/index.ts'

export function fingerprintsOf(roster: Roster): ReadonlySet<string> {
  return new Set(
    [...roster.values()].flatMap(({keys}) => keys.map(({key}) => parsePublicKey(key).fingerprint)),
  )
}
