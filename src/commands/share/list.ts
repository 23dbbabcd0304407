import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {missingIn, openDrill, sharesFold, statusOfSet} from '../../shares/index.ts'
import {setDocument, statusInWords} from '../../ui/shares/show.ts'

export default class ShareList extends KeyriteCommand {
  static override summary = 'List the sets of shares: who recovers what, and whether everybody holds theirs.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --json',
  ]

  async execute(): Promise<Shown> {
    await this.parse(ShareList)
    const {ledger} = this.app
    const sets = [...ledger.of(sharesFold).sets.values()]
    const waiting = sets.find((one) => statusOfSet(one) === 'given')
    const broken = sets.find((one) => statusOfSet(one) === 'unfinished')
    const drilled = sets.find((one) => openDrill(ledger, one) !== undefined)
    const next =
      broken !== undefined
        ? `keyrite share reseal ${broken.name}`
        : waiting !== undefined
          ? `keyrite share receive ${waiting.name} FILE --sign-with PERSON=KEY`
          : drilled === undefined
            ? null
            : `keyrite share drill ${drilled.name}`
    return this.show({schema: 'keyrite.share-sets/1', sets: sets.map((one) => setDocument(ledger, one))}, [
      ...this.print.table(
        ['Name', 'Set', 'Recovers', 'State', 'Drill'],
        sets.map((one) => {
          const drill = openDrill(ledger, one)
          return [
            one.name,
            one.set.slice(0, 8),
            `${one.threshold} of ${one.holders.length}`,
            statusInWords(one),
            drill === undefined ? '' : `${missingIn(drill, one).length} missing`,
          ]
        }),
        'Nothing is escrowed.',
      ),
      ...(next === null ? [] : ['', `Next: ${next}`]),
    ])
  }
}
