/** Which aliases and copies a key of a place can have at all: known of its kind and its identity. */
import {KeyriteError} from '../base/errors.ts'
import type {Profile} from '../profiles/index.ts'
import {providerKind} from '../providers/registry.ts'
import {aliasName, externalKey} from './spec.ts'

type Place = Pick<Profile, 'name' | 'kind' | 'identity'>

/** As the ledger has it, without what the service puts before. @throws KeyriteError `UNSUPPORTED`, `USAGE`. */
export function aliasIn(profile: Place, typed: string): string {
  copiesIn(profile, 'give an alias in')
  const alias = typed.replace(/^alias\//, '')
  if (aliasName.safeParse(alias).success) return alias
  throw new KeyriteError(
    'USAGE',
    `cannot give the alias "${typed}": it takes a-z, A-Z, 0-9, /, _ and -, and no name that begins with aws/`,
    {hints: ['another alias']},
  )
}

/** What the key manager outside its service calls a key. @throws KeyriteError `UNSUPPORTED`, `USAGE`. */
export function externalIn({kind, identity, name}: Place, typed: string): string {
  if (providerKind(kind).outside?.(identity) !== true)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot take a key from outside its service in profile "${name}": it is no external key store`,
      {hints: ['without --external-key', 'keyrite profile add NAME --kind aws … --custom-key-store STORE']},
    )
  if (externalKey.safeParse(typed).success) return typed
  throw new KeyriteError(
    'USAGE',
    `cannot name the external key "${typed}": expected 1 to 128 of a-z, A-Z, 0-9, ".", "_" and "-", as its key manager calls it`,
  )
}

/** @throws KeyriteError `UNSUPPORTED` naming the regions that are possible, `USAGE` where one is named twice. */
export function demandRegions(profile: Profile, regions: readonly string[]): void {
  const possible = copiesIn(profile, 'copy a key of')
  const wrong = regions.find((region) => !possible.includes(region))
  if (wrong !== undefined)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot copy a key of profile "${profile.name}" to ${wrong}: it allows copies in ${possible.join(', ') || 'no other region'}`,
      {
        hints:
          possible.length > 0
            ? [`--region ${possible.join('|')}`]
            : ['keyrite profile add NAME … --replica-regions R,R'],
      },
    )
  if (new Set(regions).size !== regions.length)
    throw new KeyriteError('USAGE', 'cannot copy a key: a region is named twice')
}

function copiesIn({kind, identity, name}: Place, verb: string): readonly string[] {
  const {copies} = providerKind(kind)
  if (copies !== undefined) return copies(identity)
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot ${verb} profile "${name}": a place of kind ${kind} has neither aliases nor copies in other regions`,
  )
}
