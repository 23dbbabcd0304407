import {Flags} from '@oclif/core'
import {writeWhole} from '../../ledger/index.ts'
import {writerPlan} from '../../requests/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {askFlags} from '../../ui/key-change.ts'
import {demandFreeFile, newKey, ruleId, wholeDocument, wholeFacts} from '../../ui/writer.ts'

export default class LedgerHandOver extends AskingCommand {
  static override summary = 'Hand the ledger over to another machine: from then on only that one writes it.'
  static override description = `The key is what "ledger take-over --prepare" printed there. The quorum for the ledger approves it, the change is the last entry that is written here, and FILE is the whole ledger for the other machine: "ledger take-over FILE" there goes on.
The same command again writes FILE once more, or for the first time where the approvals came from afar.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> --to example.com/ledger/0123…+89abcdef+AQ… --out /media/stick/ledger --sign-with alice@example.com=alice.pub',
  ]
  static override flags = {
    to: Flags.string({
      summary: 'the verifier key that take-over --prepare printed on the other machine',
      helpValue: 'VKEY',
      required: true,
    }),
    out: Flags.string({summary: 'a file that is not there yet', helpValue: 'FILE', required: true}),
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(LedgerHandOver)
    const {app} = this
    demandFreeFile(flags.out)
    if (this.#isDone(flags.to)) return this.#write(flags.out)
    const vkey = newKey(app.ledger.view.facts, flags.to)
    const plan = writerPlan(
      app.ledger.view,
      {by: 'hand-over', vkey, stolenSince: null},
      ruleId(app, 'ledger.writer'),
    )
    const {document, lines} = await this.asked({plan, names: {}}, flags, () => this.#write(flags.out))
    const waits = document.schema === 'keyrite.request/1'
    const more = waits ? [`Once it is applied, the same command again writes ${flags.out}.`] : []
    return {document, lines: [...lines, ...more]}
  }

  /** Whether this is what was done last: only the file is wanted then. */
  #isDone(typed: string): boolean {
    const {view, size} = this.app.ledger
    const last = view.facts.writers.at(-1)
    return last?.by === 'hand-over' && last.vkey === typed && size === last.seq + 1
  }

  async #write(out: string): Promise<Shown> {
    const {home} = this.app.world
    const whole = await writeWhole(home, out, this.app.folds)
    const entry = whole.facts.writers.at(-1)?.seq ?? null
    return this.show({schema: 'keyrite.hand-over/1', file: out, entry, ...wholeDocument(whole)}, [
      `The ledger is handed over. This machine only reads it from now on.`,
      `It is in ${out}, whole and verified. On the other machine: keyrite ledger take-over ${out}`,
      'Settings and tokens of profiles do not go along: docs/moving-a-ledger.md says how they move.',
      '',
      ...this.print.facts(wholeFacts(whole)),
    ])
  }
}
