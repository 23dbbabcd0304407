/** Makes the bundle of a ceremony from the ledger. docs/bundle-format.md. */
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {isBlobRef, openOwn, proofText, type Entry, type Ledger, type Tool} from '../../ledger/index.ts'
import type {Ceremony} from '../state.ts'
import {statusOfCeremony} from '../state.ts'
import {closure} from './closure.ts'
import {derived, readableFiles} from './derive.ts'
import {guideFiles} from './guide.ts'
import {judge, referred, type Rules} from './judge.ts'
import type {Hidden} from './hidden.ts'
import {blobPath, entryPath, type Level} from './layout.ts'
import {openedAt} from './level.ts'
import {primaryFiles, type Files, type Primary} from './primary.ts'
import {signSums, sumsOf} from './sums.ts'

export interface Making {
  readonly ledger: Ledger
  readonly rules: Rules
  readonly ceremony: Ceremony
  readonly tool: Tool
  /** Where this keyrite's own files lie: `verify.py` and `VERIFY.md` come from there. */
  readonly packageRoot: string
  readonly level: Level
  /** Whether it is made although signed bytes say what the level withholds. */
  readonly acceptVisible?: boolean
}

/** The states in which a ceremony has something to be bundled. */
const over = ['waiting-for-signatures', 'signed-off', 'aborted']

/**
 * Every file of the bundle, by path. Nothing is written.
 * @throws KeyriteError `CEREMONY_STATE` while the ceremony goes on, `LEDGER_NOT_WRITER`, `NOT_WITHHELD` if the signed bytes themselves say what the level withholds.
 */
export function makeBundle(making: Making): Files {
  const {ledger, rules, ceremony, packageRoot, level, acceptVisible = false} = making
  const status = statusOfCeremony(ceremony)
  if (!over.includes(status)) {
    throw new KeyriteError(
      'CEREMONY_STATE',
      `cannot bundle ceremony ${ceremony.id.slice(0, 8)}: it is ${status}`,
      {
        hints: [`keyrite ceremony resume ${ceremony.id.slice(0, 8)}`],
      },
    )
  }
  const writer = ledger.demandWriter()
  const {facts} = ledger.view
  const {primary, hidden} = primaryOf(making)
  if (!acceptVisible) demandWithheld(level, primary, hidden)
  const judged = judge(primary, rules)
  const [wrong] = judged.problems
  if (wrong !== undefined)
    throw new TypeError(`a bundle that would not verify: entry ${String(wrong.seq)}: ${wrong.message}`)
  const files = new Map([
    ...primaryFiles(primary),
    ...guideFiles(packageRoot, facts, ceremony.id, level),
    ...derived(judged, ceremony.id),
    ...readableFiles(primary, judged, rules),
  ])
  const sums = sumsOf(files)
  return new Map([
    ...files,
    ['SHA256SUMS', sums],
    ['SHA256SUMS.sig', signSums(sums, facts, writer.privateKey)],
  ])
}

/** What `bundle.made` says of a bundle: the digest of its `SHA256SUMS`, and the checkpoint in it. */
export function bundleDigest(files: Files): string {
  return sha256Hex(files.get('SHA256SUMS') ?? '')
}

/** Records that a bundle was made, after it was written. */
export async function recordBundle(
  ledger: Ledger,
  ceremony: Ceremony,
  files: Files,
  level: Level,
  actor: {readonly person: string | null; readonly evidence: 'stated'},
): Promise<void> {
  const note = Buffer.from(files.get('checkpoint') ?? '').toString('utf8')
  const {root, size} = openOwn(note, ledger.view.facts)
  await ledger.append([
    {
      type: 'bundle.made',
      actor,
      ceremony: ceremony.id,
      data: {
        sha256: bundleDigest(files),
        level,
        checkpoint: {root: Buffer.from(root).toString('base64'), size},
      },
    },
  ])
}

/** Entries, and blobs but templates and wrapped secrets, are the same bytes at every level. */
function demandWithheld(level: Level, {entries, blobs}: Primary, hidden: Hidden): void {
  const places = [
    ...[...entries].map(([seq, bytes]) => [entryPath(seq), bytes] as const),
    ...[...blobs].map(([sha256, bytes]) => [blobPath(sha256), bytes] as const),
  ].flatMap(([path, bytes]) =>
    hidden.foundIn(Buffer.from(bytes).toString('utf8')).map((text) => `${path} says “${text}”`),
  )
  const [first] = places
  if (first === undefined) return
  const more = places.length === 1 ? '' : `, and ${places.length - 1} more places`
  throw new KeyriteError(
    'NOT_WITHHELD',
    `cannot make a bundle of level "${level}": what it withholds stands in bytes that were signed as they are: ${first}${more}`,
    {hints: ['--accept-visible, if its readers may know that', ...places.slice(1, 8)]},
  )
}

/** What a bundle is made of, and what its level withholds. */
export function primaryOf({
  ledger,
  ceremony,
  tool,
  level,
}: Pick<Making, 'ledger' | 'ceremony' | 'tool' | 'level'>): {
  readonly primary: Primary
  readonly hidden: Hidden
} {
  const checkpoint = ledger.note
  const {fingerprint, name} = ledger.view.facts
  const all = allEntries(ledger)
  const seqs = closure(all, ceremony.id)
  const chosen = seqs.flatMap((seq) => all[seq] ?? [])
  const {privates, files} = referred(chosen)
  const there = new Map(
    [...privates].flatMap((name) => {
      const opening = ledger.store.opening(name)
      return opening === undefined ? [] : [[name, opening] as const] // erased, as an entry says
    }),
  )
  const {openings, hidden} = openedAt(level, chosen, there)
  const templates = new Set(chosen.flatMap(templateOf))
  const wrapped = new Set(level === 'full' ? [] : chosen.flatMap(wrappedOf))
  const blobs = [...files]
    .sort()
    .map((sha256) => [sha256, present(ledger.store.blob(sha256), sha256)] as const)
    .filter(
      ([sha256, bytes]) =>
        !wrapped.has(sha256) && !(templates.has(sha256) && hidden.mayStandInTemplate(bytes)),
    )
  const primary: Primary = {
    facts: {
      ceremony: ceremony.id,
      entries: seqs,
      fingerprint,
      ledger: name,
      level,
      tool: {sha256: tool.sha256, version: tool.version},
    },
    entries: new Map(chosen.map(({seq}) => [seq, present(ledger.store.row(seq), `row ${seq}`).bytes])),
    proofs: new Map(
      seqs.map((seq) => [seq, proofText({index: seq, hashes: ledger.inclusion(seq), checkpoint})]),
    ),
    checkpoint,
    openings,
    blobs: new Map(blobs),
  }
  return {primary, hidden}
}

function templateOf({type, data}: Entry): readonly string[] {
  const template = data['template']
  return type === 'ceremony.opened' && isBlobRef(template) ? [template.blob] : []
}

/** What shares open: whoever has enough of them is not to find it lying about. */
function wrappedOf({type, data}: Entry): readonly string[] {
  const {wrapped} = data
  return type === 'shares.split' && isBlobRef(wrapped) ? [wrapped.blob] : []
}

function allEntries(ledger: Ledger): readonly Entry[] {
  return Array.from({length: ledger.size}, (_, seq) => present(ledger.view.entry(seq), `entry ${seq}`))
}

function present<T>(thing: T | undefined, name: string): T {
  if (thing === undefined) throw new TypeError(`the ledger has no ${name}`)
  return thing
}
