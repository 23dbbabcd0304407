/** What is asked of a person who typed only `keyrite revoke`. */
import type {App} from '../../app.ts'
import {keysFold, profileOf, type Key} from '../../keys/index.ts'
import {reasons, type Reason} from '../../incidents/index.ts'

const inWords: Readonly<Record<Reason, string>> = {
  'key-compromise': 'the key, or a copy of it, is in foreign hands',
  departure: 'somebody who could use it has left',
  'system-compromise': 'a system that uses it was broken into',
  legal: 'a court or an authority orders it',
  'customer-request': 'a customer asks for it',
}

/** @throws KeyriteError `NO_TERMINAL`. */
export function whichKey({world, ledger}: App, drill = false): Promise<string> {
  const all = [...ledger.of(keysFold).keys.values()].filter(
    ({versions, profile}) =>
      versions.some(({state}) => state === 'active') &&
      (!drill || profileOf(ledger.view, profile).environment === 'test'),
  )
  return world.ask.choose<string>({
    message: 'Which key',
    flag: 'KEY',
    choices: all.map((key) => ({name: keyInWords(key), value: key.name})),
  })
}

function keyInWords({name, profile, spec}: Key): string {
  return `${name} in ${profile} (${spec.class}, ${spec.purpose})`
}

/** @throws KeyriteError `NO_TERMINAL`. */
export function whyRevoked({world}: App): Promise<Reason> {
  return world.ask.choose<Reason>({
    message: 'Why',
    flag: '--reason R',
    choices: reasons.map((one) => ({name: `${one}: ${inWords[one]}`, value: one, short: one})),
  })
}
