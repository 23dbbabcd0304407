import {Flags} from '@oclif/core'
import {fromBase64, hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {writeNew} from '../../base/files.ts'
import {wordLines, words} from '../../base/words.ts'
import {verifyLedger, vkeyAt} from '../../ledger/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {counted} from '../../ui/print.ts'

export default class LedgerPin extends KeyriteCommand {
  static override summary =
    'Write the newest signed checkpoint into a file: a pin, which shows a later rollback or fork.'
  static override description =
    'The whole ledger is verified first, as ledger verify does. A pin holds no private value, and each person who keeps one can tell by it.'
  static override examples = ['<%= config.bin %> <%= command.id %> --out /media/stick/pin-2026-11']
  static override flags = {
    out: Flags.string({summary: 'a file that is not there yet', helpValue: 'FILE', required: true}),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(LedgerPin)
    const {home, state} = this.app.world
    const {problems, entries, root, facts, note} = verifyLedger({
      home,
      state,
      folds: this.app.folds,
      pins: [],
    })
    const [first] = problems
    if (first !== undefined || facts === null || note === null || root === null)
      throw new KeyriteError(
        'LEDGER_TAMPERED',
        `cannot pin the ledger: ${first?.message ?? 'it cannot be read'} (${first?.rule ?? 'entry'})`,
        {hints: ['keyrite ledger verify']},
      )
    writeNew(flags.out, Buffer.from(note))
    const fingerprint = Buffer.from(facts.fingerprint, 'hex')
    const document = {
      file: flags.out,
      ledger: facts.name,
      fingerprint: facts.fingerprint,
      words: words(fingerprint),
      size: entries,
      root: hex(fromBase64(root)),
      vkey: vkeyAt(facts, entries),
    }
    return this.show({schema: 'keyrite.pin/1', ...document}, [
      `The pin over ${counted(entries, 'entry')} is in ${flags.out}.`,
      'Keep it where nobody who can change this ledger can change it: on a stick, on paper, with another person.',
      `Later: keyrite ledger verify --pin ${flags.out}`,
      '',
      ...this.print.facts([
        ['Ledger', facts.name],
        ['Entries', entries],
        ['Root', document.root],
        ['Fingerprint', facts.fingerprint],
      ]),
      ...wordLines(fingerprint),
    ])
  }
}
