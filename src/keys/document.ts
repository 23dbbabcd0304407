/** A key as a JSON document (`keyrite.key/1`). */
import {proofOf, type Proof} from './effect.ts'
import {availabilityOf} from './lifecycle.ts'
import type {KeyFacts} from './row.ts'
import type {ProbeResult, Version} from './state.ts'

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
  /** When it was taken over; null of a key that keyrite made. */
  readonly adoptedAt: string | null
  readonly expires: string | null
  /** From when on it may be used, where its service keeps that; null: at once. */
  readonly notBefore: string | null
  /** What a key manager outside its service calls it; null where it lies in none. */
  readonly externalKey: string | null
  /** When its service deletes by itself what was brought; null where it never does. */
  readonly materialEnds: string | null
  /** Words by which rules of retention know it. */
  readonly labels: readonly string[]
  /** What stands against destroying it: also those whose time is over, until they are taken away. */
  readonly holds: readonly {readonly entry: number; readonly kind: string; readonly until: string}[]
  readonly state: string
  /** The policy that its service gave back when one was set last by keyrite, as the SHA-256 of its JCS; null where none was. */
  readonly policy: {readonly entry: number; readonly version: number; readonly sha256: string} | null
  readonly ceremony: string | null
  /** Intents without an outcome: what the next run will ask the provider about. */
  readonly indeterminate: readonly string[]
  readonly versions: readonly VersionDocument[]
}

export interface VersionDocument {
  readonly version: number
  readonly state: string
  readonly primary: boolean
  /** Whether it waits to be promoted in an emergency. */
  readonly standby: boolean
  readonly providerId: string
  /** Whether its material came from outside: nothing here knows what else there is of it. */
  readonly imported: boolean
  readonly createdAt: string
  readonly changedAt: string
  /** While its destruction is scheduled: the state that cancelling leads back to, and from when on it may be destroyed. */
  readonly cameFrom: string | null
  readonly destroyAt: string | null
  readonly compromisedAt: string | null
  /** The incident by which it is suspended: `i41`. */
  readonly incident: string | null
  readonly protection: Version['protection']
  /** When its service deleted it from its lists; null where it did not. */
  readonly deletedAt: string | null
  /** What the provider itself enforces. */
  readonly enforced: string
  /** Outside of which its service itself refuses to protect anything new; null where it was told of none. */
  readonly dates: {readonly from: string | null; readonly until: string | null} | null
  /** What the state asks for and the provider does not enforce; null where it enforces all of it. */
  readonly recorded: string | null
  /** What came of trying it at the provider when it came into this state; null before the first change. */
  readonly effect: {readonly proof: Proof; readonly at: string; readonly results: readonly object[]} | null
  /** By which others reach it at its service; as far as keyrite gave them. */
  readonly aliases: readonly string[]
  /** The other regions in which it lies. */
  readonly copies: readonly string[]
  /** Where the copy is that decides of all; null: in its profile's region, or it has none. */
  readonly primaryRegion: string | null
  readonly proved: {readonly ok: boolean; readonly at: string; readonly results: readonly object[]} | null
}

/** What a command takes to mean this version: nothing for the primary one. */
export function whichVersion({
  version,
  primary,
}: {
  readonly version: number
  readonly primary: boolean
}): string {
  return primary ? '' : ` --version ${version}`
}

/** What is known of a key's surroundings. */
export interface Around {
  /** The name of a party of its spec; null where it is withheld. */
  readonly name: (party: string) => string | null
  readonly profile:
    {readonly environment: string; readonly identity: Readonly<Record<string, string>>} | undefined
}

/** The document of a key, wherever its facts come from. */
export function documentOf(key: KeyFacts, {name, profile}: Around): KeyDocument {
  const {spec} = key
  const named = (id: string): Named => ({id, name: name(id)})
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
            .map(([fact, value]) => `${fact} ${value}`)
            .join(', '),
    createdAt: key.createdAt,
    adoptedAt: key.adoptedAt,
    expires: spec.expires,
    notBefore: spec.not_before ?? null,
    externalKey: spec.external_key ?? null,
    materialEnds: spec.material_ends ?? null,
    labels: key.labels,
    holds: key.holds.map(({seq, kind, until}) => ({entry: seq, kind, until})),
    policy:
      key.policy === undefined
        ? null
        : {entry: key.policy.seq, version: key.policy.version, sha256: key.policy.sha256},
    state: primary?.state ?? 'destroyed',
    ceremony: key.ceremony,
    indeterminate: key.indeterminate.map(({kind, seq}) => `${kind} (entry ${seq})`),
    versions: key.versions.map((version) => versionDocument(version, version.version === key.primary)),
  }
}

function versionDocument(version: KeyFacts['versions'][number], primary: boolean): VersionDocument {
  const wanted = availabilityOf[version.state]
  const {tried, protection, effect} = version
  const {level, fips, evidence, detail} = protection
  return {
    version: version.version,
    state: version.state,
    primary,
    standby: version.standby !== null,
    providerId: `${version.ref.key}/${version.ref.version}`,
    imported: version.imported === true,
    createdAt: version.createdAt,
    changedAt: version.changedAt,
    cameFrom: version.cameFrom,
    destroyAt: version.destroyAt,
    compromisedAt: version.compromisedAt,
    incident: version.containedBy === null ? null : `i${version.containedBy}`,
    // Member by member: the same order wherever the facts come from.
    protection: {level, fips, evidence, detail},
    deletedAt: version.deletedAt ?? null,
    enforced: version.enforced,
    dates: version.dates === undefined ? null : {from: version.dates.from, until: version.dates.until},
    recorded: version.enforced === wanted ? null : wanted,
    effect:
      effect === null
        ? null
        : {proof: proofOf(effect.results), at: effect.at, results: effect.results.map(resultDocument)},
    aliases: version.aliases,
    copies: version.copies,
    primaryRegion: version.primaryRegion,
    proved: tried === null ? null : {ok: tried.ok, at: tried.at, results: tried.results.map(resultDocument)},
  }
}

function resultDocument({probe, ok, evidence, detail}: ProbeResult): ProbeResult {
  return {probe, ok, evidence, detail}
}
