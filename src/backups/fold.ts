/** Replays what was done with backups that a service keeps. docs/ledger-format.md, section 6. */
import {z} from 'zod'
import {Versions} from '../base/versions.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {profilesFold} from '../profiles/index.ts'
import {backupActs, backupTypes, openBackupAct, type BackupAct, type BackupActs} from './state.ts'

/** An id of the service: never anything that could be mistaken for words. */
export const backupId = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,127}$/)
export const regionName = z.string().regex(/^[a-z]{2,5}(-[a-z]{2,12}){1,3}-\d{1,2}$/)

const about = {profile: z.string(), backup: backupId, region: regionName.nullable()}
const intended = z.strictObject({...about, intent: z.string().regex(/^[0-9a-f]{32}$/)})
const done = z.strictObject({
  ...about,
  intended: z.int(),
  state: z.enum(['being-made', 'ready', 'deleted']),
  copy: backupId.nullable(),
  gone_at: z.iso.datetime({precision: 3}).nullable(),
})
const failed = z.strictObject({...about, intended: z.int(), code: z.string()})

type Step = 'intended' | 'done' | 'failed'
const schemas = {intended, done, failed} as const satisfies Record<Step, z.ZodType>

/** Which act and which step of it a type of entry is. */
const steps: ReadonlyMap<string, readonly [BackupAct, Step]> = new Map(
  backupActs.flatMap((act) =>
    (Object.entries(backupTypes[act]) as [Step, string][]).map(
      ([step, type]) => [type, [act, step]] as const,
    ),
  ),
)

function stepOf({type}: Pick<Entry, 'type'>): readonly [BackupAct, Step] {
  const step = steps.get(type)
  if (step === undefined) throw new TypeError(`${type} is about no backup`)
  return step
}

export const backupsFold: Fold<BackupActs> = {
  name: 'backups',
  types: [...steps.keys()],
  initial: () => ({open: new Versions()}),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('backup', entry, message)]
    const [act, step] = stepOf(entry)
    const parsed = schemas[step].safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    const {profile, backup, region} = parsed.data
    if (!view.of(profilesFold).profiles.has(profile)) return wrong(`there is no profile "${profile}"`)
    if ((region === null) !== (act !== 'copy')) return wrong('a copy names its region, and nothing else does')
    if (entry.ceremony !== null) return wrong('it belongs to no ceremony')
    const acts = view.of(backupsFold)
    if ('intent' in parsed.data) {
      const open = openBackupAct(acts, profile, backup)
      return open === undefined ? [] : wrong(`an intent of entry ${open.seq} is still open`)
    }
    const intent = acts.open.get(parsed.data.intended)
    if (
      intent?.act !== act ||
      intent.profile !== profile ||
      intent.backup !== backup ||
      intent.region !== region
    )
      return wrong('it is the outcome of no open intent')
    if (intent.approved !== entry.approved) return wrong('its approval is not that of its intent')
    return 'state' in parsed.data ? checkDone(parsed.data, act).flatMap(wrong) : []
  },

  apply(view: View, entry: Entry): BackupActs {
    const {open} = view.of(backupsFold)
    const [act, step] = stepOf(entry)
    if (step !== 'intended') return {open: open.without(Number(entry.data['intended']))}
    const {intent, ...said} = intended.parse(entry.data)
    return {open: open.with(entry.seq, {...said, act, id: intent, seq: entry.seq, approved: entry.approved})}
  },
}

function checkDone({state, copy, gone_at: goneAt}: z.infer<typeof done>, act: BackupAct): string[] {
  if ((copy !== null) !== (act === 'copy')) return ['a copy has an id, and nothing else does']
  if (act === 'delete' && (state !== 'deleted' || goneAt === null)) return ['it is not deleted']
  if (act !== 'delete' && (state === 'deleted' || goneAt !== null)) return ['it is deleted']
  return []
}
