import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import type {Entry} from '../../ledger/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {wholeNumber} from '../../ui/flags.ts'
import {entryDocument, entryFacts} from '../../ui/show-entry.ts'

const usual = 20

export default class LedgerShow extends KeyriteCommand {
  static override summary = 'Show entries of the ledger in words, with the names that this home knows.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> 41',
    '<%= config.bin %> <%= command.id %> --last 5',
    {
      description: 'The exact bytes that are hashed:',
      command: '<%= config.bin %> <%= command.id %> 41 --raw',
    },
  ]
  static override args = {
    entry: Args.string({
      description: `the entry, counted from 0 (default: the last ${usual})`,
      parse: async (text) => String(wholeNumber(text, 'an entry', 0)),
    }),
  }
  static override flags = {
    last: Flags.string({
      summary: 'the last N entries',
      helpValue: 'N',
      parse: async (text) => String(wholeNumber(text, 'a number of entries', 1)),
    }),
    raw: Flags.boolean({summary: 'as recorded, private values as commitments'}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(LedgerShow)
    if (args.entry !== undefined && flags.last !== undefined)
      throw new KeyriteError('USAGE', 'cannot show both one entry and the last: give ENTRY or --last')
    const {ledger} = this.app
    const from =
      args.entry === undefined ? Math.max(0, ledger.size - Number(flags.last ?? usual)) : Number(args.entry)
    const to = args.entry === undefined ? ledger.size : from + 1
    const entries = Array.from({length: to - from}, (_, at) => this.#entry(from + at))
    if (flags.raw) return this.#raw(entries)
    const documents = entries.map((entry) => entryDocument(ledger, entry))
    const [first] = documents
    const rows = documents.map(({seq, time, inWords, actor}) => [
      seq,
      time,
      inWords,
      actor?.name ?? actor?.id,
    ])
    return this.show(
      {schema: 'keyrite.entries/1', size: ledger.size, entries: documents},
      first !== undefined && documents.length === 1
        ? this.print.facts(entryFacts(ledger, first))
        : this.print.table(['Entry', 'Time', 'In words', 'By'], rows, ''),
    )
  }

  #raw(entries: readonly Entry[]): Shown {
    const {store, size} = this.app.ledger
    const bytes = entries.map(({seq}) => Buffer.from(store.row(seq)?.bytes ?? []).toString('utf8'))
    return this.show(
      {schema: 'keyrite.entries/1', size, entries: bytes.map((one) => JSON.parse(one) as unknown)},
      bytes,
    )
  }

  #entry(seq: number): Entry {
    const {view, size} = this.app.ledger
    const entry = view.entry(seq)
    if (entry !== undefined) return entry
    throw new KeyriteError('NOT_FOUND', `cannot find entry ${seq}: the ledger has ${size}, counted from 0`, {
      hints: ['keyrite ledger show --last 5'],
    })
  }
}
