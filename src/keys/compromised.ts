/** From compromised no path leads back, nor one from outside: whoever else has a pair has it under any name. */
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {keysFold} from './fold.ts'

/**
 * A secret key shows nothing of itself that could be held against others: nothing is known of those.
 * @param half - SHA-256 of the public half (SPKI DER), in hexadecimal letters.
 * @throws KeyriteError `KEY_STATE` if it is that of a version that was called compromised.
 */
export function demandUncompromised(view: Pick<View, 'of'>, name: string, half: string): void {
  for (const key of view.of(keysFold).keys.values())
    for (const version of key.versions)
      if (version.public === half && (version.state === 'compromised' || version.compromisedAt !== null))
        throw new KeyriteError(
          'KEY_STATE',
          `cannot import key "${name}": it is version ${version.version} of key "${key.name}", which was called compromised ${version.compromisedAt ?? version.changedAt}`,
          {
            hints: [
              `keyrite key create ${name} …, for another key`,
              `keyrite key reencrypt ${key.name}, for what it protects`,
            ],
          },
        )
}
