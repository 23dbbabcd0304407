import {Flags} from '@oclif/core'
import {profileOf} from '../keys/index.ts'
import {KeyriteCommand, type Shown} from '../ui/command.ts'
import {doctor} from '../ui/doctor.ts'
import {pinFileFlag, profileFlag} from '../ui/flags.ts'
import {checkLines} from '../ui/show-checks.ts'

export default class Doctor extends KeyriteCommand {
  static override summary = 'Check this machine, this home and its ledger, and say what mends each fault.'
  static override description =
    'Changes nothing, and works without a home. Exits 10 when something is not ok.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile hsm --json',
  ]
  static override flags = {
    profile: profileFlag,
    full: Flags.boolean({summary: 'open every profile'}),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(Doctor)
    if (flags.profile !== undefined) profileOf(this.app.ledger.view, flags.profile)
    const opens = flags.full ? 'all' : flags.profile === undefined ? [] : [flags.profile]
    const checks = await doctor(this.app, this.outside.env, opens)
    const ok = checks.every((check) => check.ok)
    return this.show(
      {schema: 'keyrite.check/1', exit: ok ? 0 : 10, ok, identity: null, checks},
      checkLines(this.print, checks),
    )
  }
}
