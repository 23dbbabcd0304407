import {Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {acceptClock, clockFault} from '../../ledger/index.ts'
import {requests} from '../../requests/index.ts'
import {skewInWords} from '../../ui/clock.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {pinFileFlag, profileFlag} from '../../ui/flags.ts'

export default class LedgerClock extends KeyriteCommand {
  static override summary =
    "Compare this machine's clock with the ledger's and a provider's, and confirm it where they differ."
  static override description =
    'A clock more than two minutes behind the last entry, or more than two minutes off a provider’s, records nothing until a person has said that it is right. That is an entry of its own. If time goes back by it, whatever was asked before and is not met must be asked again.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> --profile hsm',
    '<%= config.bin %> <%= command.id %> --accept --reason "the clock was a day ahead until this morning" --confirm 2026-11-28',
  ]
  static override flags = {
    profile: profileFlag,
    'pin-file': pinFileFlag,
    accept: Flags.boolean({
      summary: 'record that this clock is right',
      dependsOn: ['reason'],
    }),
    reason: Flags.string({
      summary: 'why they differ, as the ledger will keep it',
      helpValue: 'TEXT',
      dependsOn: ['accept'],
    }),
    confirm: Flags.string({
      summary: 'the day that it is, in UTC, to skip the question',
      helpValue: 'YYYY-MM-DD',
    }),
  }

  async execute(): Promise<Shown> {
    const {flags} = await this.parse(LedgerClock)
    if (flags.profile !== undefined) await this.app.provider(flags.profile)
    // Neither goes without the other.
    const accepted = flags.reason !== undefined
    if (flags.reason !== undefined) await this.#accept(flags.reason, flags.confirm)
    const {ledger} = this.app
    const {wall, last, external} = ledger.times
    const fault = clockFault(ledger.times)
    const quorum = ledger.of(requests).external
    const document = {
      wall: wall.toISOString(),
      last,
      external: external?.toISOString() ?? null,
      quorum,
      agrees: fault === null,
      accepted,
    }
    return this.show({schema: 'keyrite.clock/1', exit: fault === null ? 0 : 10, ...document}, [
      ...(accepted ? [`Recorded as entry ${ledger.size - 1}: this clock is right.`, ''] : []),
      ...this.print.facts([
        ['This clock', document.wall],
        [
          'Last entry',
          last === null ? 'none' : `${last}; this clock is ${skewInWords(wall, new Date(last))}`,
        ],
        [
          'Provider',
          external === null
            ? 'says no time'
            : `${document.external ?? ''}; this clock is ${skewInWords(wall, external)}`,
        ],
        ['Provider at a quorum', quorum ?? 'never said a time'],
      ]),
      ...(fault === null
        ? []
        : [
            '',
            `They do not agree: ${fault.fact}.`,
            'Nothing is recorded until this clock is set, or confirmed by --accept --reason R.',
          ]),
    ])
  }

  async #accept(reason: string, confirm: string | undefined): Promise<void> {
    const {ledger, world} = this.app
    ledger.demandWriter()
    const fault = clockFault(ledger.times)
    if (fault === null)
      throw new KeyriteError('CLOCK_AGREES', 'cannot accept this clock: it differs from no other', {
        hints: ['keyrite ledger clock'],
      })
    const actor = await this.actor()
    this.say(`They do not agree: ${fault.fact}.`)
    const today = ledger.times.wall.toISOString().slice(0, 10)
    const said =
      confirm ??
      (await world.ask.text({
        message: 'Look at a clock that you trust. Type the day that it is, in UTC (YYYY-MM-DD)',
        flag: `--confirm ${today}`,
      }))
    if (said !== today)
      throw new KeyriteError(
        'NOT_CONFIRMED',
        `cannot accept this clock: it says ${today}, not "${said}"; nothing was changed`,
        {hints: ['set the clock of this machine, if it is wrong', 'the same command again']},
      )
    await acceptClock(ledger, {person: actor.id, reason})
  }
}
