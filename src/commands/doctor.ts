import {Flags} from '@oclif/core'
import {profileOf} from '../keys/index.ts'
import {KeyriteCommand, type Shown} from '../ui/command.ts'
import {doctor} from '../ui/doctor/doctor.ts'
import {pinFileFlag, profileFlag} from '../ui/flags.ts'
import {checkLines} from '../ui/show-checks.ts'

export default class Doctor extends KeyriteCommand {
  static override summary = 'Check this machine, this home and its ledger, and say what mends each fault.'
  static override description =
    'Changes nothing, and works without a home. Exits 10 when something is not ok. Worst first; a note is no finding.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile hsm --json',
  ]
  static override flags = {
    profile: profileFlag,
    full: Flags.boolean({summary: 'what takes longer too: verify the whole ledger, open every profile'}),
    'pin-file': pinFileFlag,
  }

  protected override readonly looks = true

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(Doctor)
    if (flags.profile !== undefined) profileOf(this.app.ledger.view, flags.profile)
    const opens = flags.full ? 'all' : flags.profile === undefined ? [] : [flags.profile]
    const checks = await doctor(this.app, {env: this.outside.env, opens, full: flags.full})
    const ok = checks.every((check) => check.ok)
    return this.show(
      {schema: 'keyrite.doctor/1', exit: ok ? 0 : 10, ok, checks},
      checkLines(this.print, checks),
    )
  }
}
