/** A key as its row in the side table: what its document needs, with private values as they stand in the entries. */
import type {Json, JsonObject} from '../base/jcs.ts'
import type {Key, OpenIntent, Version} from './state.ts'

/** What a document is made of, whether from a replay or from a side table. */
export interface KeyFacts extends Pick<
  Key,
  | 'name'
  | 'profile'
  | 'spec'
  | 'createdAt'
  | 'adoptedAt'
  | 'ceremony'
  | 'primary'
  | 'labels'
  | 'holds'
  | 'policy'
> {
  readonly versions: readonly (Pick<
    Version,
    | 'version'
    | 'state'
    | 'ref'
    | 'protection'
    | 'deletedAt'
    | 'createdAt'
    | 'changedAt'
    | 'cameFrom'
    | 'destroyAt'
    | 'compromisedAt'
    | 'standby'
    | 'containedBy'
    | 'enforced'
    | 'tried'
    | 'effect'
    | 'aliases'
    | 'copies'
    | 'primaryRegion'
    | 'dates'
  > & {/** Absent of a version that was not brought from outside. */ readonly imported?: true})[]
  /** Its intents without an outcome. */
  readonly indeterminate: readonly Pick<OpenIntent, 'kind' | 'seq'>[]
}

/** @param open - all open intents. */
export function factsOfKey(key: Key, open: Iterable<OpenIntent>): KeyFacts {
  const {name, profile, spec, createdAt, adoptedAt, ceremony, primary, labels, holds} = key
  return {
    name,
    profile,
    spec,
    createdAt,
    adoptedAt,
    ceremony,
    primary,
    labels,
    holds,
    ...(key.policy === undefined ? {} : {policy: key.policy}),
    versions: key.versions.map(factsOfVersion),
    indeterminate: [...open].filter((one) => one.key === name).map(({kind, seq}) => ({kind, seq})),
  }
}

function factsOfVersion(one: Version): KeyFacts['versions'][number] {
  const {version, state, ref, protection, createdAt, changedAt, cameFrom, destroyAt, compromisedAt} = one
  const {standby, containedBy, enforced, tried, effect, aliases, copies, primaryRegion} = one
  return {
    ...{version, state, ref, protection, createdAt, changedAt, cameFrom, destroyAt, compromisedAt},
    ...{standby, containedBy, enforced, tried, effect, aliases, copies, primaryRegion},
    ...(one.imported ? {imported: true as const} : {}),
    ...(one.dates === undefined ? {} : {dates: one.dates}),
    ...(one.deletedAt === undefined ? {} : {deletedAt: one.deletedAt}),
  }
}

/** @param open - all open intents. */
export function keyRow(key: Key, open: Iterable<OpenIntent>): JsonObject {
  // Every fact came out of JSON.
  return {...(factsOfKey(key, open) as unknown as Record<string, Json>), hidden: key.hidden}
}

/** @throws TypeError for a row that was changed beyond what can be shown. */
export function factsOfRow(row: JsonObject): KeyFacts {
  const facts = row as unknown as KeyFacts
  const texts: readonly unknown[] = [
    facts.name,
    facts.profile,
    facts.spec.algorithm,
    facts.spec.class,
    ...facts.versions.flatMap(({state, enforced}) => [state, enforced]),
  ]
  if (texts.some((text) => typeof text !== 'string'))
    throw new TypeError('a row of side table "keys" is not of its form')
  return facts
}
