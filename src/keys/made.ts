/** A key as it is when it was made, or brought: the part of the keys' fold that is about its beginning. */
import {z} from 'zod'
import {lately} from '../base/lately.ts'
import {shared} from '../base/shared.ts'
import type {Json} from '../base/jcs.ts'
import {isBlobRef, type Entry, type View} from '../ledger/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {enforcedBy} from '../providers/of-kind.ts'
import {isKind} from '../providers/registry.ts'
import {requests} from '../requests/index.ts'
import {datesSchema} from './dates.ts'
import {protection} from './rotation/entries.ts'
import type {Fresh} from './rotation/versions.ts'
import {keyName, parseSpec} from './spec.ts'
import type {Key, Version} from './state.ts'

/** A key that is there now: it was made, or brought. */
export const madeSchema = lately(
  z.strictObject({
    intended: z.int(),
    key: keyName,
    version: z.int().min(1),
    profile: z.string(),
    ref: z.strictObject({key: z.string(), version: z.string()}),
    spec: z.record(z.string(), z.json()),
    public: z.json().nullable(),
    generation: z.int().min(0).nullable(),
    protection,
    dates: datesSchema.exactOptional(),
  }),
)

export function madeKey(view: View, entry: Entry): Key {
  const made = madeSchema.parse(entry.data)
  const state = view.of(requests)
  const request = state.all.get(state.byMet.get(entry.approved ?? -1) ?? -1)
  const version: Version = {
    ...freshVersion(view, entry),
    version: made.version,
    ref: made.ref,
    public: isBlobRef(made.public) ? (made.public as {blob: string}).blob : null,
    protection: shared(made.protection),
    ...(made.dates === undefined ? {} : {dates: made.dates}),
  }
  return {
    name: made.key,
    profile: made.profile,
    spec: parseSpec(made.spec),
    createdAt: entry.time,
    adoptedAt: null,
    ceremony: entry.ceremony,
    names: request?.names ?? {},
    hidden: request?.hidden ?? {},
    versions: [version],
    primary: 1,
    labels: [],
    holds: [],
  }
}

/** What every version is when it was made: for probes only, where its place knows such a state, and else for everything. */
export function freshVersion(view: View, {type, seq, time, data}: Entry): Fresh {
  const kind = view.of(profilesFold).profiles.get(textOf(data['profile']))?.kind ?? ''
  return {
    state: 'pre-active',
    createdAt: time,
    changedAt: time,
    activatedAt: null,
    changedBy: seq,
    cameFrom: null,
    destroyAt: null,
    scheduledBy: null,
    containedBy: null,
    usedUntil: null,
    compromisedAt: null,
    seq,
    imported: type === 'key.imported',
    standby: null,
    enforced: isKind(kind) && enforcedBy(kind, 'probe') === true ? 'probe' : 'enabled',
    effect: null,
    tried: null,
    aliases: [],
    copies: [],
    primaryRegion: null,
    sample: null,
  }
}

/** A member whose form was checked. */
function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : ''
}
