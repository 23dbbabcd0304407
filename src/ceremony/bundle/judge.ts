/** Replays the entries of a bundle by the rules of the ledger they come from. */
import {sha256Hex} from '../../base/bytes.ts'
import {jcsBytes} from '../../base/jcs.ts'
import {custodyFold, rosterDocument} from '../../custody/index.ts'
import {
  isBlobRef,
  isPrivate,
  referencesIn,
  Replay,
  type AnyFold,
  type Entry,
  type Handle,
  type Problem,
  type View,
} from '../../ledger/index.ts'
import type {Doc} from '../../paper/document.ts'
import {policyFold} from '../../policy/index.ts'
import type {Operations} from '../../requests/index.ts'
import type {ScriptWanted} from '../script/index.ts'
import {blobPath, entryPath} from './layout.ts'
import {levelProblems} from './level.ts'
import type {Primary} from './primary.ts'

/** What entries are judged by, and plans are put into words with: `app.ts` has it. */
export interface Rules {
  readonly folds: readonly AnyFold[]
  readonly operations: Operations
  /** How a document becomes a PDF: what does that is loaded late. */
  readonly pdf: (doc: Doc) => Uint8Array
  /** The script of the page of minutes, as it is built. */
  readonly page: () => string
  /** How a script is made: what draws it is loaded late. */
  readonly script: (wanted: Omit<ScriptWanted, 'packageRoot'>) => Doc
}

export interface Judged {
  /** The state after the last entry. */
  readonly replay: Replay
  /** Those that can be read, in order. */
  readonly entries: readonly Entry[]
  readonly problems: readonly Problem[]
  /** What stood when the ceremony was opened: roster (JCS), policy (digest), and the state of every fold. */
  readonly standing: {readonly roster: Uint8Array; readonly policy: string; readonly of: View['of']} | null
}

/** Never throws for hostile bytes: whatever is wrong is a problem that names entry and file. */
export function judge(primary: Primary, {folds}: Pick<Rules, 'folds'>): Judged {
  const replay = new Replay(
    folds,
    {
      bytes: (seq) => primary.entries.get(seq),
      blob: (sha256) => primary.blobs.get(sha256),
      opening: (commitment) => primary.openings.get(commitment),
    },
    {gaps: true, withheld: primary.facts.level !== 'full'},
  )
  const entries: Entry[] = []
  const problems: Problem[] = []
  let standing: Judged['standing'] = null
  for (const [seq, bytes] of primary.entries) {
    const file = entryPath(seq)
    const before = replay.opened
      ? {
          roster: replay.of(custodyFold).roster,
          policy: replay.of(policyFold).sha256,
          of: statesOf(replay, folds),
        }
      : null
    try {
      const stepped = replay.step(bytes)
      problems.push(...stepped.problems.map((one) => ({...one, seq, file})))
      const {entry} = stepped
      if (entry === undefined) continue
      if (entry.seq !== seq)
        problems.push({rule: 'seq', seq, file, message: `the file holds entry ${entry.seq}`})
      entries.push(entry)
      if (entry.type === 'ceremony.opened' && entry.ceremony === primary.facts.ceremony && before !== null)
        standing = {...before, roster: jcsBytes(rosterDocument(before.roster.values()))}
    } catch (error) {
      // Nothing in a file may stop the judging of the others; what a fold did not foresee counts against the entry.
      problems.push({
        rule: 'entry',
        seq,
        file,
        message: error instanceof Error ? error.message : 'unreadable',
      })
    }
  }
  for (const one of replay.unexplained())
    problems.push(one.seq === null ? one : {...one, file: entryPath(one.seq)})
  problems.push(
    ...levelProblems(primary.facts.level, entries, primary.openings),
    ...leftOver(primary, entries),
  )
  return {replay, entries, problems, standing}
}

/** Every state as it is now: later entries make new ones. */
function statesOf(replay: View, folds: readonly AnyFold[]): View['of'] {
  const states = new Map(folds.map((fold) => [fold.name, replay.of(fold)]))
  return <S>({name}: Handle<S>) => states.get(name) as S
}

/** Openings and blobs that no entry asks for, and blobs that are not what they are called. */
function leftOver({openings, blobs}: Primary, entries: readonly Entry[]): Problem[] {
  const {privates, files} = referred(entries)
  return [
    ...[...openings.keys()]
      .filter((commitment) => !privates.has(commitment))
      .map((commitment): Problem => ({
        rule: 'opening',
        seq: null,
        file: 'openings.json',
        message: `opening ${commitment.slice(0, 12)}… is of no entry here`,
      })),
    ...[...blobs].flatMap(([sha256, bytes]): Problem[] => {
      const wrong = (message: string): Problem[] => [
        {rule: 'blob', seq: null, file: blobPath(sha256), message},
      ]
      if (sha256Hex(bytes) !== sha256) return wrong('it does not have the digest that it is called by')
      return files.has(sha256) ? [] : wrong('no entry here refers to it')
    }),
  ]
}

/** The private values and blobs that entries refer to. */
export function referred(entries: readonly Entry[]): {
  readonly privates: ReadonlySet<string>
  readonly files: ReadonlySet<string>
} {
  const all = entries.flatMap(({actor, data}) => [...referencesIn(actor.host), ...referencesIn(data)])
  return {
    privates: new Set(all.flatMap((one) => (isPrivate(one) ? [one.$] : []))),
    files: new Set(all.flatMap((one) => (isBlobRef(one) ? [one.blob] : []))),
  }
}
