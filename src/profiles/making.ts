/** Who makes the place of a profile that is to be added, as this machine remembers how it is reached. */
import {KeyriteError} from '../base/errors.ts'
import type {MakingPlaces, PlaceMaker} from '../providers/place-maker.ts'
import {providerKind} from '../providers/registry.ts'
import {readConfig} from './config.ts'

/** @throws KeyriteError `UNSUPPORTED` where keyrite makes no places of this kind. */
export function makingOf(kind: string): MakingPlaces {
  const {makes} = providerKind(kind)
  if (makes !== undefined) return makes
  const own = kind === 'local' ? 'keyrite profile add makes it' : 'it is made by its own means'
  throw new KeyriteError('UNSUPPORTED', `cannot make a place of kind "${kind}": ${own}`, {
    hints: [`keyrite profile add NAME --kind ${kind} --environment E …`],
  })
}

/** @throws KeyriteError `PROFILE_NOT_FOUND` where nothing is remembered of it. */
export async function makerFor(home: string, name: string, kind: string): Promise<PlaceMaker> {
  const local = readConfig(home).get(name)
  if (local !== undefined) return makingOf(kind).open(local.settings)
  throw new KeyriteError(
    'PROFILE_NOT_FOUND',
    `cannot make the place of profile "${name}" from here: config.yaml does not say how it is reached`,
    {hints: [`keyrite profile make ${name} … with the same flags as when it was asked for`]},
  )
}
