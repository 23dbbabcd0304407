/** A key as a JSON document (`keyrite.key/1`). */
import type {Ledger} from '../ledger/index.ts'
import {custodyFold} from '../custody/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {keysFold} from './fold.ts'
import {availabilityOf} from './lifecycle.ts'
import type {Key, Version} from './state.ts'

export interface Named {
  readonly id: string
  readonly name: string | null
}

export interface KeyDocument {
  readonly name: string
  readonly profile: string
  readonly environment: string | null
  readonly algorithm: string
  readonly scheme: string
  readonly purpose: string
  readonly class: string
  readonly classification: string
  readonly owner: Named
  readonly consumers: readonly Named[]
  readonly parent: string | null
  readonly location: string
  readonly createdAt: string
  readonly expires: string | null
  readonly holds: readonly string[]
  readonly state: string
  readonly ceremony: string | null
  /** Intents without an outcome: what the next run will ask the provider about. */
  readonly indeterminate: readonly string[]
  readonly versions: readonly VersionDocument[]
}

export interface VersionDocument {
  readonly version: number
  readonly state: string
  readonly primary: boolean
  readonly providerId: string
  readonly createdAt: string
  readonly protection: Version['protection']
  /** What the provider itself enforces. */
  readonly enforced: string
  /** What the state asks for and the provider does not enforce; null where it enforces all of it. */
  readonly recorded: string | null
  readonly proved: {readonly ok: boolean; readonly at: string; readonly results: readonly object[]} | null
}

export function keyDocument(ledger: Pick<Ledger, 'of'>, key: Key): KeyDocument {
  const {spec} = key
  const {roster} = ledger.of(custodyFold)
  const profile = ledger.of(profilesFold).profiles.get(key.profile)
  const named = (id: string): Named => ({id, name: key.names[id] ?? roster.get(id)?.name ?? null})
  const primary = key.versions.find(({version}) => version === key.primary)
  return {
    name: key.name,
    profile: key.profile,
    environment: profile?.environment ?? null,
    algorithm: spec.algorithm,
    scheme: spec.scheme,
    purpose: spec.purpose,
    class: spec.class,
    classification: spec.classification,
    owner: named(spec.owner),
    consumers: spec.consumers.map(named),
    parent: spec.parent,
    location:
      profile === undefined
        ? key.profile
        : Object.entries(profile.identity)
            .map(([name, value]) => `${name} ${value}`)
            .join(', '),
    createdAt: key.createdAt,
    expires: spec.expires,
    holds: [],
    state: primary?.state ?? 'destroyed',
    ceremony: key.ceremony,
    indeterminate: [...ledger.of(keysFold).open.values()]
      .filter((one) => one.key === key.name)
      .map((one) => `${one.kind} (entry ${one.seq})`),
    versions: key.versions.map((version) => versionDocument(version, version.version === key.primary)),
  }
}

function versionDocument(version: Version, primary: boolean): VersionDocument {
  const wanted = availabilityOf[version.state]
  const {tried} = version
  return {
    version: version.version,
    state: version.state,
    primary,
    providerId: `${version.ref.key}/${version.ref.version}`,
    createdAt: version.createdAt,
    protection: version.protection,
    enforced: version.enforced,
    recorded: version.enforced === wanted ? null : wanted,
    proved: tried === null ? null : {ok: tried.ok, at: tried.at, results: tried.results},
  }
}
