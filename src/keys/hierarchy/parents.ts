/** What may stand under what (K3): nothing is put under a key that is out of use, and none goes that others still need. */
import {KeyriteError} from '../../base/errors.ts'
import type {View} from '../../ledger/index.ts'
import {keysFold} from '../fold.ts'
import type {KeyState} from '../lifecycle.ts'

/** States in which a key protects nothing new. */
const spent: readonly KeyState[] = [
  'suspended',
  'deactivated',
  'compromised',
  'destruction-scheduled',
  'destroyed',
]

/** @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE` if no version of it may be used for what is new. */
export function demandParent(view: Pick<View, 'of'>, parent: string): void {
  const key = view.of(keysFold).keys.get(parent)
  if (key === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find the parent key "${parent}"`, {
      hints: ['keyrite key list'],
    })
  const primary = key.versions.find(({version}) => version === key.primary)
  if (primary !== undefined && !spent.includes(primary.state)) return
  throw new KeyriteError(
    'KEY_STATE',
    `cannot put a key under key "${parent}": it is ${primary?.state ?? 'gone'}`,
    {hints: [`keyrite key show ${parent}`, '--parent another key']},
  )
}

/** The keys under one, at any depth, that still have a version which is not destroyed: without it, what they protect is lost. */
export function livingUnder(view: Pick<View, 'of'>, name: string): readonly string[] {
  const all = [...view.of(keysFold).keys.values()]
  const found: string[] = []
  const look = (above: string): void => {
    for (const {name: child, spec, versions} of all) {
      if (spec.parent !== above || child === name || found.includes(child)) continue
      if (versions.some(({state}) => state !== 'destroyed')) found.push(child)
      look(child)
    }
  }
  look(name)
  return found.sort()
}
