import {Flags} from '@oclif/core'
import {keysFold, standing, worstRotationFirst} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {rotationRows} from '../../ui/show-rotation.ts'

export default class RotationStatus extends KeyriteCommand {
  static override summary =
    'List the keys by when they are to be rotated, worst first; exit 10 when something is overdue.'
  static override description =
    'It follows from the ledger alone: the policy has a schedule for each class (keyrite policy show), and a key is due that long after its newest version became active. No provider is asked.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --overdue --json',
  ]
  static override flags = {
    overdue: Flags.boolean({summary: 'only what is overdue', exclusive: ['all']}),
    all: Flags.boolean({summary: 'also keys that are not active'}),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(RotationStatus)
    const {ledger} = this.app
    const keys = worstRotationFirst(
      [...ledger.of(keysFold).keys.values()]
        .map((key) => standing(ledger, key))
        .filter(
          ({reason, overdueBy}) =>
            (flags.all || reason !== 'not-active') && (!flags.overdue || overdueBy !== null),
        ),
    )
    const overdue = keys.filter(({overdueBy}) => overdueBy !== null).length
    return this.show(
      {schema: 'keyrite.rotation/1', exit: overdue === 0 ? 0 : 10, keys, overdue},
      rotationRows(
        this.print,
        keys,
        flags.overdue ? 'No rotation is overdue.' : 'There are no keys to rotate.',
      ),
    )
  }
}
