/** A good bundle, and ways to make a bad one of it. */
import type {KeyObject} from 'node:crypto'
import {existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {dirname, join} from 'node:path'
import {folds, operations} from '../../src/app.ts'
import {isObject, jcsBytes, parseJcs, type JsonObject} from '../../src/base/jcs.ts'
import {packageRoot} from '../../src/base/package.ts'
import {
  makeBundle,
  verifyBundle,
  type Anchor,
  type Level,
  type Rules,
  type Verdict,
} from '../../src/ceremony/bundle/index.ts'
import {derived, readableFiles} from '../../src/ceremony/bundle/derive.ts'
import {judge} from '../../src/ceremony/bundle/judge.ts'
import {parseFacts, parseOpenings, partsOf, primaryFiles} from '../../src/ceremony/bundle/primary.ts'
import {signSums, sumsOf} from '../../src/ceremony/bundle/sums.ts'
import {printedScript} from '../../src/ceremony/script/index.ts'
import {inclusionProof, leafHash, proofText, rootOf, type LedgerFacts} from '../../src/ledger/index.ts'
import {parseVkey, signCheckpoint} from '../../src/ledger/note.ts'
import type {Doc} from '../../src/paper/document.ts'
import {pdfOf} from '../../src/paper/pdf/index.ts'
import {pageScript} from '../../build/page.js'
import {finishedCeremony, type Ending, type Finished} from './finished.ts'

/** PDFs that were made: of equal documents they are equal, which test/paper shows. */
const pdfs = new Map<string, Uint8Array>()

let page: string | undefined
let drawn = (doc: Doc): Uint8Array => pdfOf(doc, 'a4')

/** For thousands of verdicts: a PDF is compared with one of the same document, and to draw it takes longer than all else. */
export function leaveUndrawn(): void {
  drawn = (doc) => Buffer.from(JSON.stringify(doc))
}

export const rules: Rules = {
  folds,
  operations,
  pdf: (doc) => {
    const name = JSON.stringify(doc)
    const made = pdfs.get(name) ?? drawn(doc)
    pdfs.set(name, made)
    return made
  },
  page: () => (page ??= pageScript(packageRoot())),
  script: (wanted) => printedScript({...wanted, packageRoot: packageRoot()}).doc,
}
export const tool = {version: '0.0.0', sha256: '0'.repeat(64)}
export const noAnchor: Anchor = {fingerprint: null, pins: []}

export type FileMap = Map<string, Uint8Array>

export interface Bench {
  readonly finished: Finished
  readonly files: ReadonlyMap<string, Uint8Array>
  readonly facts: LedgerFacts
  /** The newest signed note. */
  readonly note: string
  readonly writerKey: KeyObject
}

export async function makeBench(ending: Ending = {}, level: Level = 'full'): Promise<Bench> {
  const finished = await finishedCeremony(ending)
  return finished.using(({ledger}) => {
    const ceremony = finished.ceremonyIn({ledger})
    return {
      finished,
      files: makeBundle({ledger, rules, ceremony, tool, packageRoot: packageRoot(), level}),
      facts: ledger.view.facts,
      note: ledger.note,
      writerKey: ledger.demandWriter().privateKey,
    }
  })
}

/** Each verdict is of a folder of hundreds of files: where there is a disk in memory, there. */
export const memory = existsSync('/dev/shm') ? '/dev/shm' : tmpdir()

/** Does something with these files in a folder of their own. */
export function inFolder<T>(files: ReadonlyMap<string, Uint8Array>, work: (dir: string) => T): T {
  const dir = mkdtempSync(join(memory, 'keyrite-bundle-'))
  try {
    writeFiles(dir, files)
    return work(dir)
  } finally {
    rmSync(dir, {recursive: true, force: true})
  }
}

export function writeFiles(dir: string, files: ReadonlyMap<string, Uint8Array>): void {
  for (const [path, bytes] of files) {
    mkdirSync(dirname(join(dir, path)), {recursive: true})
    writeFileSync(join(dir, path), bytes)
  }
}

/** @param rehearsal - whether the bundle is to be that of one. */
export function verdictIn(dir: string, anchor: Anchor = noAnchor, by = tool, rehearsal = false): Verdict {
  return verifyBundle(dir, {rules, anchor, rehearsal, tool: by, packageRoot: packageRoot()})
}

export function verdictOf(
  files: ReadonlyMap<string, Uint8Array>,
  anchor?: Anchor,
  by = tool,
  rehearsal = false,
): Verdict {
  return inFolder(files, (dir) => verdictIn(dir, anchor, by, rehearsal))
}

/** The list of files and its signature made again, as a thief of the writer key would. */
export function signedAgain({facts, writerKey}: Bench, files: FileMap): FileMap {
  const sums = sumsOf(files)
  files.set('SHA256SUMS', sums)
  files.set('SHA256SUMS.sig', signSums(sums, facts, writerKey))
  return files
}

/** The seqs of the entries of this type, ascending. */
export function seqsOf({files}: Pick<Bench, 'files'>, type: string): number[] {
  return [...partsOf(files).entries].flatMap(([seq, bytes]) => (entryIn(bytes)['type'] === type ? [seq] : []))
}

export function entryIn(bytes: Uint8Array): JsonObject {
  const entry = parseJcs(bytes)
  if (!isObject(entry)) throw new TypeError('an entry is an object')
  return entry
}

/**
 * A whole history written anew by a thief of the writer key: entries changed, chained again, checkpoint and proofs signed again,
 * and everything that follows made again. Only what people signed cannot be made.
 */
export function rewritten(bench: Bench, change: (entry: JsonObject) => JsonObject | null): FileMap {
  const before = partsOf(bench.files)
  const entries = new Map<number, Uint8Array>()
  let prev = '0'.repeat(64)
  for (const bytes of before.entries.values()) {
    const changed = change(entryIn(bytes))
    if (changed === null) continue
    const next = jcsBytes({...changed, seq: entries.size, prev})
    entries.set(entries.size, next)
    prev = leafHash(next)
  }
  return assembled(bench, entries, before.blobs)
}

/** A bundle of other entries and blobs: checkpoint and proofs signed by the real writer key, and all that follows made again. */
export function assembled(
  bench: Bench,
  entries: ReadonlyMap<number, Uint8Array>,
  blobs: ReadonlyMap<string, Uint8Array>,
): FileMap {
  const {facts, writerKey} = bench
  const leaves = [...entries.values()].map((bytes) => Buffer.from(leafHash(bytes), 'hex'))
  const key = parseVkey(facts.vkey)
  const checkpoint = signCheckpoint(
    {origin: facts.name, size: leaves.length, root: rootOf(leaves)},
    key,
    writerKey,
  )
  const all = parseFacts(bench.files.get('bundle.json') ?? Buffer.alloc(0))
  const primary = {
    facts: {...all, entries: [...entries.keys()]},
    entries,
    proofs: new Map(
      leaves.map((_, index) => [
        index,
        proofText({index, hashes: inclusionProof(leaves, index), checkpoint}),
      ]),
    ),
    checkpoint,
    openings: parseOpenings(bench.files.get('openings.json') ?? Buffer.alloc(0)),
    blobs,
  }
  const judged = judge(primary, rules)
  const files: FileMap = new Map(primaryFiles(primary))
  for (const path of ['VERIFY.md', 'verify.py']) files.set(path, bench.files.get(path) ?? Buffer.alloc(0))
  for (const make of [() => derived(judged, all.ceremony), () => readableFiles(primary, judged, rules)]) {
    try {
      for (const [path, bytes] of make()) files.set(path, bytes)
    } catch {
      // The history is so broken that these do not follow: the thief has to leave them out.
    }
  }
  return signedAgain(bench, files)
}
