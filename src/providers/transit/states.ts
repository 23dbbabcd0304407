/**
 * Which settings make one version what is wanted and leave every other as it is. Pure.
 *
 * Transit has no state of one version: two numbers, below which versions may not encrypt or sign, and not decrypt or verify
 * either, and (OpenBao) a soft deletion of the whole key. So versions rise from disabled through historic to enabled, and the
 * newest one cannot be historic.
 */
import {KeyriteError} from '../../base/errors.ts'
import type {Availability} from '../ports.ts'
import {availabilityIn, versionsOf, type Key} from './keys.ts'

export interface Settings {
  readonly minDecryption: number
  readonly minEncryption: number
  /** Null where the server knows none. */
  readonly softDeleted: boolean | null
}

/** @throws KeyriteError `UNSUPPORTED` naming what can be done first. */
export function settingsFor(key: Key, version: number, wanted: Availability): Settings {
  const target = enforceable(key, version, wanted)
  const after = versionsOf(key).map((one) => (one === version ? target : availabilityIn(key, one)))
  const {label} = key.name
  const refuse = (fact: string): never => {
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot make version ${version} of key "${label}" ${wanted}: ${fact}`,
      {
        hints: [`keyrite key show ${label}`],
      },
    )
  }
  const {minDecryption, minEncryption} = key
  if (after.every((one) => one === 'disabled')) {
    if (key.softDeleted === null)
      refuse(
        'this server cannot disable the newest version of a key; rotate it first, or take the token’s permission',
      )
    return {minDecryption, minEncryption, softDeleted: true}
  }
  const ranks = after.map((one) => rank[one])
  if (ranks.some((one, at) => at > 0 && one < (ranks[at - 1] ?? 0)))
    refuse(
      target === 'enabled'
        ? 'the newer versions first: a server allows everything from one version on'
        : 'the older versions first: a server forbids everything below one version',
    )
  const first = (least: number): number => key.lowest + ranks.findIndex((one) => one >= least)
  return {
    minDecryption: first(rank.historic),
    minEncryption: first(rank.enabled),
    softDeleted: key.softDeleted === null ? null : false,
  }
}

const rank = {disabled: 0, historic: 1, enabled: 2} as const

/** What the server can hold a version to: it knows no probe, and not to keep the newest from working forward. */
function enforceable({latest}: Key, version: number, wanted: Availability): keyof typeof rank {
  if (wanted === 'probe') return 'enabled'
  return wanted === 'historic' && version === latest ? 'enabled' : wanted
}
