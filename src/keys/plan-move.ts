/** The plan to change the state of one version of a key: pure, and thrown out before anybody is asked. */
import {KeyriteError} from '../base/errors.ts'
import type {View} from '../ledger/index.ts'
import {enforcedBy} from '../providers/of-kind.ts'
import {planFor} from '../requests/index.ts'
import {keysFold} from './fold.ts'
import {availabilityOf, advance} from './lifecycle.ts'
import {since} from './operations/move.ts'
import {demandReady, type MoveName} from './operations/states.ts'
import {profileOf, type Planned} from './plans.ts'
import type {Key, Version} from './state.ts'
import {tryerInWords} from './who-tries.ts'

type Known = Pick<View, 'of'>

/** @param number - which version; the primary one where it is null. @throws KeyriteError `KEY_NOT_FOUND`. */
export function versionNamed(
  view: Known,
  name: string,
  number: number | null,
): {readonly key: Key; readonly version: Version} {
  const key = view.of(keysFold).keys.get(name)
  if (key === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {hints: ['keyrite key list']})
  const version = key.versions.find((one) => one.version === (number ?? key.primary))
  if (version === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find version ${number ?? key.primary} of key "${name}"`, {
      hints: [`keyrite key show ${name}`],
    })
  return {key, version}
}

/** @param number - which version; the primary one where it is null. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `POLICY_REFUSES`. */
export function planMove(view: Known, name: string, event: MoveName, number: number | null = null): Planned {
  const {key, version} = versionNamed(view, name, number)
  const to = advance(name, version, event, since(version))
  demandReady(view, {change: {key: name, version: version.version}}, event)
  const profile = profileOf(view, key.profile)
  const plan = planFor(view, {
    operation: `key.${event}`,
    class: key.spec.class,
    change: {
      class: key.spec.class,
      enforced: enforcedBy(profile.kind, availabilityOf[to]),
      // What is compromised is so whatever became of it while people were asked.
      ...(event === 'compromise' ? {} : {from: version.state}),
      key: name,
      to,
      version: version.version,
    },
    phases: [event],
    profile,
    rests: [restsOn(name, version, event), tryerInWords(view, key.profile)],
  })
  return {plan, names: {}}
}

function restsOn(name: string, {version, state}: Version, event: MoveName): string {
  const what = `key "${name}" version ${version}`
  if (event === 'compromise')
    return state === 'destroyed' ? `${what} is destroyed` : `${what} is not destroyed`
  return `${what} is ${state}${event === 'activate' ? ' and was proved' : ''}`
}
