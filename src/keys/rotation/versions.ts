/** Replays further versions of a key, and which of them is primary: the part of the keys' fold that is about rotation. */
import {isBlobRef, type Entry, type View} from '../../ledger/index.ts'
import {shared} from '../../base/shared.ts'
import type {Key, OpenIntent, Version} from '../state.ts'
import {bringsVersion, versionSchemas} from './entries.ts'

/** What is wrong with the intent to make another version, or to make another one primary; undefined if nothing is. */
export function versionIntentFault(entry: Entry, key: Key | undefined): string | undefined {
  if (key === undefined) return 'there is no such key'
  if (entry.type !== 'key.primary.intended') {
    const {version} = versionSchemas['key.rotate.intended'].parse(entry.data)
    const next = nextVersion(key)
    return version === next ? undefined : `the next version of key "${key.name}" is ${next}`
  }
  const {from, to, aliases = []} = versionSchemas['key.primary.intended'].parse(entry.data)
  const had = key.versions.find(({version}) => version === from)?.aliases ?? []
  if (aliases.some((alias) => !had.includes(alias)))
    return `an alias is moved that does not stand for version ${from}`
  if (from !== key.primary) return `the primary version of key "${key.name}" is ${key.primary}`
  const state = key.versions.find(({version}) => version === to)?.state
  if (to === from || state !== 'active')
    return `version ${to} is ${state ?? 'not there'}, and cannot be primary`
  return undefined
}

/** The same of the outcome. */
export function versionOutcomeFault(
  view: Pick<View, 'entry'>,
  entry: Entry,
  key: Key,
  intent: OpenIntent,
): string | undefined {
  if (bringsVersion(entry.type)) {
    const made = versionSchemas['key.rotated'].parse(entry.data)
    const twin = key.versions.some(
      ({ref, public: old}) =>
        (ref.key === made.ref.key && ref.version === made.ref.version) ||
        (isBlobRef(made.public) && made.public.blob === old),
    )
    return twin ? 'it is a version that was there before' : undefined
  }
  if (entry.type !== 'key.primary.changed') return undefined
  const {from, to, aliases = []} = versionSchemas['key.primary.changed'].parse(entry.data)
  const begun = aliasesBegun(view, intent.seq)
  if (aliases.some((alias) => !begun.includes(alias))) return 'another alias is moved than was intended'
  return intent.from === String(from) && intent.to === String(to)
    ? undefined
    : 'it is not the change that was intended'
}

/** What of a version does not come from the provider. */
export type Fresh = Omit<Version, 'version' | 'ref' | 'public' | 'protection'>

/** The key with the version that was made, or with another primary one. */
export function withChange(view: Pick<View, 'entry'>, entry: Entry, key: Key, fresh: Fresh): Key {
  if (entry.type === 'key.primary.changed') {
    const {to, aliases = [], intended} = versionSchemas['key.primary.changed'].parse(entry.data)
    const begun = aliasesBegun(view, intended)
    return {...key, primary: to, versions: withAliases(key.versions, {to, moved: aliases, begun})}
  }
  const made = versionSchemas['key.rotated'].parse(entry.data)
  const version: Version = {
    ...fresh,
    standby: entry.type === 'key.standby.made' ? entry.approved : null,
    version: made.version,
    ref: made.ref,
    public: isBlobRef(made.public) ? made.public.blob : null,
    protection: shared(made.protection),
    ...(made.dates === undefined ? {} : {dates: made.dates}),
  }
  return {...key, versions: [...key.versions, version]}
}

function aliasesBegun(view: Pick<View, 'entry'>, seq: number): readonly string[] {
  return versionSchemas['key.primary.intended'].parse(view.entry(seq)?.data).aliases ?? []
}

/** At its service an alias stands for one version: the others have it no more, and none has what somebody else took. */
function withAliases(
  versions: readonly Version[],
  {
    to,
    moved,
    begun,
  }: {readonly to: number; readonly moved: readonly string[]; readonly begun: readonly string[]},
): readonly Version[] {
  if (begun.length === 0) return versions
  return versions.map((one) => {
    const others = one.aliases.filter((alias) => !begun.includes(alias))
    return {...one, aliases: one.version === to ? [...others, ...moved].toSorted() : others}
  })
}

/** The number that another version gets. */
export function nextVersion({versions}: Pick<Key, 'versions'>): number {
  return Math.max(...versions.map(({version}) => version)) + 1
}
