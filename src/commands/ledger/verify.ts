import {Flags} from '@oclif/core'
import {hex, fromBase64} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic} from '../../base/files.ts'
import {wordLines, words} from '../../base/words.ts'
import {
  forkRisks,
  loadPin,
  storePin,
  verifyLedger,
  type Verification,
  type WriterChange,
} from '../../ledger/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {continuationDocument, continuationFold, continuationInWords} from '../../custody/index.ts'
import {weakness} from '../../ui/weak.ts'
import {counted} from '../../ui/print.ts'

export default class LedgerVerify extends KeyriteCommand {
  static override summary =
    'Verify the whole ledger: files, chain, signatures, and that each entry was allowed.'
  static override description = `Reads only, and names every problem by entry and rule. Exits 6 when there is one.
What was verified is pinned for this user, so that a later rollback is seen.
With --since, what the pin covers is not judged again: its entries are held against the root that the pin signs, and their statements, quorums, blobs and private values are taken as its owner verified them. A pin that does not fit skips nothing.`
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --pin /media/paper/pin-2026-11 --json',
    '<%= config.bin %> <%= command.id %> --deep',
  ]
  static override flags = {
    pin: Flags.string({
      summary: 'a checkpoint that someone kept; the ledger must continue it',
      helpValue: 'FILE',
      multiple: true,
    }),
    since: Flags.string({
      summary: 'judge only what follows this pin, which you or someone you trust made of a verified ledger',
      helpValue: 'PIN',
    }),
    deep: Flags.boolean({summary: 'verify the signature of every stored checkpoint, not only the newest'}),
  }

  /** Says on stderr how far it has come, every five seconds: a short verification says nothing. */
  #progress(): (entries: number, of: number | null) => void {
    const {clock} = this.app.world
    let said = clock.now().getTime()
    return (entries, of) => {
      const now = clock.now().getTime()
      if (now - said < 5_000) return
      said = now
      this.say(
        `${entries.toLocaleString('en')}${of === null ? '' : ` of ${of.toLocaleString('en')}`} entries verified so far.`,
      )
    }
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(LedgerVerify)
    const pins = (flags.pin ?? []).map(readPin)
    const since = flags.since === undefined ? undefined : readPin(flags.since)
    const {home, state} = this.app.world
    const verification = verifyLedger({
      home,
      state,
      folds: this.app.folds,
      pins,
      since,
      deep: flags.deep,
      onProgress: this.#progress(),
    })
    const {problems, findings, entries, root, facts} = verification
    const ok = problems.length === 0
    this.rehearsal = facts?.rehearsal ?? false
    if (ok) this.#pin(verification, since)
    const fingerprint = facts?.fingerprint ?? null
    const document = {
      ok,
      entries,
      size: entries,
      root: root === null ? null : hex(fromBase64(root)),
      pins: verification.pins,
      trusted: verification.trusted,
      erased: verification.erased,
      continues: continuationDocument(verification.view?.of(continuationFold) ?? null),
      deep: flags.deep,
      rehearsal: this.rehearsal,
      ledger: facts?.name ?? null,
      fingerprint,
      words: fingerprint === null ? [] : words(Buffer.from(fingerprint, 'hex')),
      problems: problems.map(({rule, seq, message}) => ({rule, seq, message})),
      findings: findings.map(({rule, seq, message}) => ({rule, seq, message})),
      forkRisks: facts === null ? [] : forkRisks(facts).map(({seq, by}) => ({seq, by})),
      doubtful: verification.doubtful,
      vkey: facts?.vkey ?? null,
    }
    return this.show(
      {schema: 'keyrite.verification/1', exit: ok ? (findings.length === 0 ? 0 : 10) : 6, ...document},
      this.#lines(verification),
    )
  }

  #lines({
    problems,
    findings,
    doubtful,
    entries,
    root,
    facts,
    pins,
    trusted,
    erased,
    view,
  }: Verification): string[] {
    const rows = problems.map(({seq, rule, message}) => [seq === null ? '-' : String(seq), rule, message])
    return [
      problems.length === 0
        ? `The ledger is good: ${entries} entries, ${pinsInWords(pins)}.`
        : `The ledger is NOT good: ${counted(problems.length, 'problem')} in ${entries} entries, ${pinsInWords(pins)}.`,
      ...(trusted === 0
        ? []
        : [
            `The first ${counted(trusted, 'entry')} the pin stands for: they are the same, and were not judged again.`,
          ]),
      ...findings.map(({message}) => `A pin saw what is not here: ${message}.`),
      ...(facts === null ? [] : forkRisks(facts).map(riskLine)),
      ...(doubtful.length === 0
        ? []
        : [
            `Doubtful, as whoever stole the key before it was replaced can have written it: entries ${doubtful.join(', ')}.`,
          ]),
      ...(problems.length === 0 ? [] : ['', ...this.print.table(['Entry', 'Rule', 'Problem'], rows, '')]),
      ...(facts === null
        ? []
        : [
            '',
            ...this.print.facts([
              ['Ledger', facts.name],
              ['This ledger', continuationInWords(view?.of(continuationFold) ?? null)],
              ['Policy', view === null ? null : weakness(view)],
              ['Erased', erased === 0 ? null : `${counted(erased, 'private value')}, as its entries say`],
              ['Root', root === null ? null : hex(fromBase64(root))],
              ['Fingerprint', facts.fingerprint],
            ]),
            ...wordLines(Buffer.from(facts.fingerprint, 'hex')),
          ]),
    ]
  }

  /**
   * A pin that cannot be kept does not make the ledger bad; it is said. What rests on someone else's pin was not verified by
   * this user, and is not pinned for them.
   */
  #pin({facts, note, trusted}: Verification, since: string | undefined): void {
    if (facts === null || note === null) return
    const {state} = this.app.world
    try {
      if (trusted > 0 && loadPin(state, facts.fingerprint) !== since) return
      storePin(state, facts.fingerprint, note)
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error
      this.say(`What was verified could not be pinned: ${error.message}`)
    }
  }
}

function riskLine({seq, by}: WriterChange): string {
  return `FORK RISK since the ${by} at entry ${seq}: the copy of the machine before was not seen yet (keyrite ledger compare OTHER).`
}

function readPin(file: string): string {
  return readPublic(file, 65_536).toString('utf8')
}

function pinsInWords(pins: number): string {
  return pins === 0 ? '0 pins: a rollback cannot be seen' : `continues ${counted(pins, 'pin')}`
}
