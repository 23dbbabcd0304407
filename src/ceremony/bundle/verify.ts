/** Judges a bundle, with no ledger and no network. docs/bundle-format.md, "How it is judged". */
import {base64, fromHex, sameBytes} from '../../base/bytes.ts'
import {
  leafHash,
  openOwn,
  parseProof,
  verifyInclusion,
  type Checkpoint,
  type LedgerFacts,
  type Problem,
  type Tool,
} from '../../ledger/index.ts'
import {ceremonyFold} from '../fold.ts'
import {statusOfCeremony} from '../state.ts'
import {judgeAnchor, type Anchor} from './anchor.ts'
import {closure} from './closure.ts'
import {derived, readableFiles} from './derive.ts'
import {readFolder} from './folder.ts'
import {guideFiles} from './guide.ts'
import {judge, type Judged, type Rules} from './judge.ts'
import {entryPath, proofPath} from './layout.ts'
import {parseFacts, parseOpenings, partsOf, primaryFiles, type Files, type Primary} from './primary.ts'
import {signatureProblems, sumsProblems} from './sums.ts'
import {sameTool, verdictOf, type Verdict} from './verdict.ts'

export interface Verifying {
  readonly rules: Rules
  readonly anchor: Anchor
  /** Whether it is to be the bundle of a rehearsal. */
  readonly rehearsal: boolean
  /** This program: where the bundle was made by the same one, script, minutes and guides are made again and compared. */
  readonly tool: Tool
  readonly packageRoot: string
}

/**
 * Whatever is wrong with the bundle is a problem in the verdict.
 * @throws KeyriteError `FILE_NOT_FOUND` or `UNSAFE_FILE` if there is no folder to read.
 */
export function verifyBundle(dir: string, verifying: Verifying): Verdict {
  return new Judgement(dir, verifying).verdict()
}

class Judgement {
  readonly #files: Files
  readonly #verifying: Verifying
  readonly #problems: Problem[]
  readonly #notes: string[] = []

  constructor(dir: string, verifying: Verifying) {
    const {files, problems} = readFolder(dir)
    this.#files = files
    this.#verifying = verifying
    this.#problems = [...problems, ...sumsProblems(files)]
  }

  verdict(): Verdict {
    const primary = this.#primary()
    if (primary === undefined) return this.#verdict(undefined, undefined)
    const judged = judge(primary, this.#verifying.rules)
    this.#problems.push(...judged.problems)
    const opened = judged.replay.opened
    if (opened) this.#rehearsed(judged)
    if (opened) this.#writer(primary, judged)
    else this.#wrong('entry', entryPath(0), 'it does not open a ledger', 0)
    const anchored = opened ? this.#anchor(primary, judged) : false
    this.#canonical(primary, judged)
    this.#follows(primary, judged)
    return this.#verdict(primary, judged, anchored)
  }

  #verdict(primary: Primary | undefined, judged: Judged | undefined, anchored = false): Verdict {
    const [problems, notes, {tool}] = [this.#problems, this.#notes, this.#verifying]
    return verdictOf({primary, judged, anchored, problems, notes, tool})
  }

  #wrong(rule: string, file: string, message: string, seq: number | null = null): void {
    this.#problems.push({rule, seq, file, message})
  }

  /** Does something with what is not trusted yet; whatever it throws is a problem. */
  #try<T>(rule: string, file: string, act: () => T): T | undefined {
    try {
      return act()
    } catch (error) {
      this.#wrong(rule, file, error instanceof Error ? error.message : 'it cannot be read')
      return undefined
    }
  }

  #bytes(path: string): Uint8Array {
    const bytes = this.#files.get(path)
    if (bytes === undefined) throw new TypeError('it is missing')
    return bytes
  }

  #primary(): Primary | undefined {
    const facts = this.#try('bundle', 'bundle.json', () => parseFacts(this.#bytes('bundle.json')))
    if (facts === undefined) return undefined
    const openings = this.#try('opening', 'openings.json', () => parseOpenings(this.#bytes('openings.json')))
    const checkpoint = this.#try('checkpoint', 'checkpoint', () =>
      Buffer.from(this.#bytes('checkpoint')).toString('utf8'),
    )
    return {facts, ...partsOf(this.#files), openings: openings ?? new Map(), checkpoint: checkpoint ?? ''}
  }

  /** A rehearsal is never taken for the real thing, nor that for a rehearsal. */
  #rehearsed({replay}: Judged): void {
    const {rehearsal} = replay.facts
    if (rehearsal === this.#verifying.rehearsal) return
    const message = rehearsal
      ? 'it is a rehearsal, and proves nothing else: --rehearsal checks it as one'
      : 'it is not a rehearsal, and was to be checked as one'
    this.#wrong('rehearsal', entryPath(0), message, 0)
  }

  /** The writer's signatures, and that every entry is in the ledger that it signed. */
  #writer(primary: Primary, {replay}: Judged): void {
    const {facts} = replay
    if (primary.facts.fingerprint !== facts.fingerprint || primary.facts.ledger !== facts.name)
      this.#wrong('bundle', 'bundle.json', 'ledger and fingerprint are not those of entry 0')
    this.#problems.push(...signatureProblems(this.#files, facts))
    const checkpoint = this.#checkpoint(primary, facts)
    if (checkpoint === undefined) return
    for (const [seq, bytes] of primary.entries) this.#proof(primary, checkpoint, seq, bytes)
    for (const seq of primary.proofs.keys())
      if (!primary.entries.has(seq)) this.#wrong('proof', proofPath(seq), 'its entry is not here', seq)
    const root = replay.rootAt(checkpoint.size)
    if (primary.entries.size === checkpoint.size && root !== base64(checkpoint.root))
      this.#wrong('root', 'checkpoint', 'its root is not the one over the entries here')
  }

  #checkpoint({checkpoint}: Primary, facts: LedgerFacts): Checkpoint | undefined {
    return this.#try('checkpoint', 'checkpoint', () => openOwn(checkpoint, facts))
  }

  #proof({proofs, checkpoint: note}: Primary, checkpoint: Checkpoint, seq: number, bytes: Uint8Array): void {
    const file = proofPath(seq)
    const wrong = (message: string): void => {
      this.#wrong('proof', file, message, seq)
    }
    const text = proofs.get(seq)
    if (text === undefined) {
      wrong('it is missing')
      return
    }
    const proof = this.#try('proof', file, () => parseProof(text))
    if (proof === undefined) return
    if (proof.checkpoint !== note) wrong('it leads to another checkpoint than the one here')
    else if (proof.index !== seq) wrong(`it is of entry ${proof.index}`)
    else if (!verifyInclusion(fromHex(leafHash(bytes)), seq, checkpoint.size, proof.hashes, checkpoint.root))
      // Which of the two was changed cannot be told: the entry is what matters.
      this.#wrong('proof', entryPath(seq), `${file} does not lead from it to the root of the checkpoint`, seq)
  }

  #anchor(primary: Primary, {replay}: Judged): boolean {
    const {anchored, problems, notes} = judgeAnchor(this.#verifying.anchor, {
      facts: replay.facts,
      checkpoint: openedOr(primary, replay.facts),
      rootAt: (size) => replay.rootAt(size),
    })
    this.#problems.push(...problems)
    this.#notes.push(...notes)
    return anchored
  }

  /** The files that hold the parts are spelled as they would be written, and the entries are those that a bundle holds. */
  #canonical(primary: Primary, {entries}: Judged): void {
    const seqs = [...primary.entries.keys()]
    if (seqs.join() !== primary.facts.entries.join())
      this.#wrong('bundle', 'bundle.json', 'it does not list the entries that are here')
    const wanted = new Set(closure(entries, primary.facts.ceremony))
    for (const seq of seqs)
      if (!wanted.has(seq))
        this.#wrong('closure', entryPath(seq), 'nothing in this ceremony rests on it', seq)
    this.#compare(() => primaryFiles(primary))
  }

  /** Everything that follows from the entries is made again and compared. */
  #follows(primary: Primary, judged: Judged): void {
    const {ceremony: id, tool} = primary.facts
    const ceremony = judged.replay.opened ? judged.replay.of(ceremonyFold).get(id) : undefined
    if (ceremony === undefined) {
      this.#wrong('ceremony', 'bundle.json', 'its ceremony is not among the entries that count')
      return
    }
    if (ceremony.signOff === null && !ceremony.aborted)
      this.#wrong(
        'signoff',
        'bundle.json',
        `the ceremony is ${statusOfCeremony(ceremony)}: nothing was signed off`,
      )
    const made = this.#compare(() => derived(judged, id)) ?? new Map<string, Uint8Array>()
    if (!judged.replay.holds(ceremony.template))
      this.#notes.push('the template is withheld: that the steps are its steps, in its order')
    for (const path of this.#files.keys())
      if (/^(?:(?:statements|keys)\/|template\.yaml$)/.test(path) && !made.has(path))
        this.#wrong('derived', path, 'it follows from no entry here')
    if (!sameTool(tool, this.#verifying.tool)) {
      this.#notes.push(
        `the bundle was made by keyrite ${tool.version} (${tool.sha256.slice(0, 12)}…), not by this program: script, minutes, VERIFY.md and verify.py were not made again; SHA256SUMS covers them`,
      )
      return
    }
    const readable = this.#compare(() => readableFiles(primary, judged, this.#verifying.rules))
    for (const path of this.#files.keys())
      if (readable !== undefined && path.startsWith('script.') && !readable.has(path))
        this.#wrong('derived', path, 'it follows from no entry here')
    this.#compare(() => guideFiles(this.#verifying.packageRoot, judged.replay.facts, id, primary.facts.level))
  }

  #compare(make: () => Files): Files | undefined {
    const made = this.#try('derived', 'bundle.json', make)
    for (const [path, bytes] of made ?? []) {
      const found = this.#files.get(path)
      if (found === undefined) this.#wrong('derived', path, 'it is missing')
      else if (!sameBytes(found, bytes))
        this.#wrong('derived', path, 'it is not what follows from the entries', seqIn(path))
    }
    return made
  }
}

function openedOr({checkpoint}: Primary, facts: LedgerFacts): Checkpoint | null {
  try {
    return openOwn(checkpoint, facts)
  } catch {
    return null // said before, as a problem of the checkpoint
  }
}

function seqIn(path: string): number | null {
  const digits = /^(?:entries|statements)\/(\d{6,15})\./.exec(path)?.[1]
  return digits === undefined ? null : Number(digits)
}
