/** Replays comparisons of the ledger with its places: what was seen the last time. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import {lately} from '../../base/lately.ts'
import {parseJcs} from '../../base/jcs.ts'
import {Versions} from '../../base/versions.ts'
import {isBlobRef, problem, type Entry, type Fold, type Problem, type View} from '../../ledger/index.ts'
import {profilesFold} from '../../profiles/index.ts'
import {keyName} from '../spec.ts'

export const findingKinds = ['missing', 'unknown', 'state', 'schedule', 'policy', 'changed'] as const
export type FindingKind = (typeof findingKinds)[number]

const finding = z.strictObject({
  kind: z.enum(findingKinds),
  key: keyName.nullable(),
  version: z.int().min(1).nullable(),
  /** What the place calls it. */
  id: z.string(),
  fact: z.string(),
})
export type Finding = z.infer<typeof finding>

/** Of one key: what others can change of it at its place without a trace here; null where the place does not say. */
const watched = z.strictObject({
  policy: z.string().nullable(),
  schedule: z.record(z.string(), z.number().nullable()).nullable(),
})
export type Watched = z.infer<typeof watched>

const document = z.strictObject({
  type: z.literal('keyrite.sync/1'),
  findings: z.array(finding),
  /** What counts as agreed to, by key. */
  keys: z.record(keyName, watched),
})
export interface Seen extends Readonly<Omit<z.infer<typeof document>, 'findings'>> {
  readonly findings: readonly Finding[]
}

const schema = lately(
  z.strictObject({
    profile: z.string(),
    compared: z.int().min(0),
    findings: z.int().min(0),
    accepted: z.array(keyName),
    seen: z.json(),
  }),
)

export interface Sync {
  readonly seq: number
  readonly at: string
  readonly compared: number
  readonly findings: number
  /** The blob of what was seen. */
  readonly seen: string
}

/** By profile: the last comparison. */
export type Syncs = Versions<string, Sync>

export const syncsFold: Fold<Syncs> = {
  name: 'syncs',
  types: ['key.synced'],
  initial: () => new Versions(),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('sync', entry, message)]
    const parsed = schema.safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    const {profile, findings, accepted, seen} = parsed.data
    if (!view.of(profilesFold).profiles.has(profile)) return wrong(`there is no profile "${profile}"`)
    if (entry.approved !== null || entry.ceremony !== null)
      return wrong('nothing approves it, and it belongs to no ceremony')
    if (accepted.length > 0 && entry.actor.person === null) return wrong('nobody says that they accept it')
    if (!isBlobRef(seen)) return wrong('what was seen is not a blob')
    const said = document.safeParse(parseJcs(view.blob(seen.blob)))
    if (!said.success) return wrong('what was seen is not of its form')
    return said.data.findings.length === findings ? [] : wrong('it has another number of findings')
  },

  apply(view: View, entry: Entry): Syncs {
    const {profile, compared, findings, seen} = schema.parse(entry.data)
    const blob = isBlobRef(seen) ? seen.blob : ''
    return view.of(syncsFold).with(profile, {seq: entry.seq, at: entry.time, compared, findings, seen: blob})
  },
}

/** What was seen the last time; nothing where nobody looked yet. */
export function lastSeen(
  view: Pick<View, 'of' | 'blob'>,
  profile: string,
): (Seen & {readonly seq: number}) | undefined {
  const last = view.of(syncsFold).get(profile)
  if (last === undefined) return undefined
  return {...document.parse(parseJcs(view.blob(last.seen))), seq: last.seq}
}
