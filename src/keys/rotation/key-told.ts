/** What every hook is told of the key that it is run for. */
import type {JsonObject} from '../../base/jcs.ts'
import type {View} from '../../ledger/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import type {Key} from '../state.ts'

export function keyTold(
  view: Pick<View, 'of'>,
  key: Pick<Key, 'name' | 'profile' | 'primary' | 'spec'>,
): JsonObject {
  const {class: of, algorithm, scheme, purpose} = key.spec
  return {
    key: key.name,
    class: of,
    algorithm,
    scheme,
    purpose,
    profile: key.profile,
    environment: view.of(profilesFold).profiles.get(key.profile)?.environment ?? null,
    primary: key.primary,
  }
}
