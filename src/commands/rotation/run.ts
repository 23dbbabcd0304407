import {Args, Flags} from '@oclif/core'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {exitOfRun, keysInTurn, runLine, runRotations} from '../../ui/rotation.ts'

export default class RotationRun extends KeyriteCommand {
  static override summary =
    'Go on with rotations as far as they can go today: one key, or every one that is due. For cron, once a day.'
  static override description =
    'A new version is made, tried, activated and published beside the old one; after the verification period it is primary; after the grace period the old one is deactivated. Where policy makes a class automatic nobody is asked. For other keys people sign one plan for all phases: without them at most one request is opened for a key, and the run ends with 10, never 8. It can be stopped anywhere and run again: nothing is done twice.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> --due',
    '<%= config.bin %> <%= command.id %> payments-jwt --pin-file pin',
    {
      description: 'In a crontab:',
      command: '<%= config.bin %> <%= command.id %> --due --no-input --json',
    },
  ]
  static override args = {
    key: Args.string({description: "the key's name; every key that is due if none is named"}),
  }
  static override flags = {
    due: Flags.boolean({summary: 'every key that is due, or in a rotation: the same as naming none'}),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(RotationRun)
    const {app} = this
    if (args.key !== undefined) this.concerns = args.key
    const names = args.key === undefined ? keysInTurn(app) : [findKey(app.ledger, args.key).name]
    app.ledger.demandWriter()
    const named = flags.as ?? this.outside.env['KEYRITE_AS'] ?? ''
    const runs = await runRotations(app, names, named === '' ? null : await this.actor(), (line) => {
      this.say(line)
    })
    return this.show(
      {schema: 'keyrite.rotation-run/1', exit: exitOfRun(runs), keys: runs},
      runs.length === 0 ? ['No key is due, and no rotation runs.'] : runs.map(runLine),
    )
  }
}
