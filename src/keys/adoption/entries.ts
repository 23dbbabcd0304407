/** What a provider had already and was taken over: the part of the keys' fold that is about adoption. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import {jcs} from '../../base/jcs.ts'
import {lately} from '../../base/lately.ts'
import {shared} from '../../base/shared.ts'
import {isBlobRef, problem, type Entry, type Problem, type View} from '../../ledger/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {requests} from '../../requests/index.ts'
import {availabilityOf} from '../lifecycle.ts'
import {checkPublic} from '../public-half.ts'
import {protectionSchema} from '../protection.ts'
import {keyName, parseSpec} from '../spec.ts'
import type {Key, Keys, Version} from '../state.ts'

/** As a provider says that they are; what waits for its end, or has it behind it, is not taken over. */
export const adoptedStates = ['pre-active', 'active', 'suspended', 'deactivated'] as const
export type AdoptedState = (typeof adoptedStates)[number]

const time = z.iso.datetime({precision: 3})
export const ref = z.strictObject({key: z.string(), version: z.string()})

export const adoptionSchemas = {
  'key.adopted': lately(
    z.strictObject({
      key: keyName,
      profile: z.string(),
      spec: z.record(z.string(), z.json()),
      primary: z.int().min(1),
      versions: z
        .array(
          z.strictObject({
            ref,
            state: z.enum(adoptedStates),
            created: time.nullable(),
            public: z.json().nullable(),
            protection: protectionSchema,
          }),
        )
        .min(1),
      generation: z.int().min(0).nullable(),
    }),
  ),
  'key.adopt.finished': lately(
    z.strictObject({profile: z.string(), adopted: z.int().min(0), left: z.int().min(0)}),
  ),
} as const

/** What a piece of material is called in all of a ledger. */
export function placeKey(profile: string, {key, version}: Version['ref']): string {
  return jcs([profile, key, version])
}

export function checkAdoption(view: View, entry: Entry, state: Keys): readonly Problem[] {
  const wrong = (message: string): Problem[] => [problem('key', entry, message)]
  const parsed = adoptionSchemas[entry.type as keyof typeof adoptionSchemas].safeParse(entry.data)
  if (!parsed.success) return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
  const {profile} = parsed.data
  if (!view.of(profilesFold).profiles.has(profile)) return wrong(`there is no profile "${profile}"`)
  if (!('spec' in parsed.data)) return []
  const {key, spec: said, primary, versions} = parsed.data
  if (state.keys.has(key)) return wrong(`key "${key}" exists already`)
  const spec = parseSpec(said)
  if (spec.key !== key) return wrong('spec and key differ')
  if (primary > versions.length) return wrong(`there is no version ${primary}`)
  const here = versions.map((one) => placeKey(profile, one.ref))
  const known = here.find((one, at) => state.places.has(one) || here.indexOf(one) !== at)
  if (known !== undefined) return wrong(`${known} is a version that is known already`)
  return versions.flatMap((one) => checkPublic(view, entry, spec.algorithm, one.public))
}

/** With the versions that a key has got since: they are only ever added. */
export function withPlaces(
  places: Keys['places'],
  {name, profile, versions}: Key,
  before: Key | undefined,
): Keys['places'] {
  return versions
    .slice(before?.versions.length ?? 0)
    .reduce((all, {ref: at}) => all.with(placeKey(profile, at), name), places)
}

export function adoptedKey(view: View, entry: Entry): Key {
  const {key, profile, spec, primary, versions} = adoptionSchemas['key.adopted'].parse(entry.data)
  const state = view.of(requests)
  const request = state.all.get(state.byMet.get(entry.approved ?? -1) ?? -1)
  const created = versions.flatMap((one) => one.created ?? []).toSorted()[0]
  return {
    name: key,
    profile,
    spec: parseSpec(spec),
    createdAt: created ?? entry.time,
    adoptedAt: entry.time,
    ceremony: entry.ceremony,
    names: request?.names ?? {},
    hidden: request?.hidden ?? {},
    versions: versions.map((one, at) => versionOf(entry, one, at + 1)),
    primary,
    labels: [],
    holds: [],
  }
}

type Adopted = ReturnType<(typeof adoptionSchemas)['key.adopted']['parse']>['versions'][number]

/** Its age is what its place says; of what is out of use already nobody knows since when. */
function versionOf(
  entry: Entry,
  {ref: at, state, created, public: spki, protection}: Adopted,
  version: number,
): Version {
  const since = created ?? entry.time
  return {
    version,
    state,
    ref: at,
    public: isBlobRef(spki) ? spki.blob : null,
    protection: shared(protection),
    createdAt: since,
    changedAt: entry.time,
    activatedAt: state === 'pre-active' ? null : since,
    changedBy: entry.seq,
    cameFrom: null,
    destroyAt: null,
    containedBy: null,
    scheduledBy: null,
    imported: false,
    standby: null,
    usedUntil: state === 'suspended' || state === 'deactivated' ? entry.time : null,
    compromisedAt: null,
    seq: entry.seq,
    enforced: availabilityOf[state],
    effect: null,
    tried: null,
    aliases: [],
    copies: [],
    primaryRegion: null,
    sample: null,
  }
}
