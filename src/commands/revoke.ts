import {Args, Flags} from '@oclif/core'
import {
  demandReplaced,
  demandTestKey,
  openIncident,
  openOn,
  incidents,
  reasons,
  type Reason,
} from '../incidents/index.ts'
import {KeyriteError} from '../base/errors.ts'
import type {Shown} from '../ui/command.ts'
import {findKey} from '../ui/find-key.ts'
import {contextFor} from '../ui/gather.ts'
import {containFlags, most} from '../ui/incident/contain.ts'
import {UnrecordedCommand} from '../ui/incident/unrecorded-command.ts'
import {demandYes, unwritable} from '../ui/incident/unrecorded.ts'
import {whichKey, whyRevoked} from '../ui/incident/questions.ts'

export default class Revoke extends UnrecordedCommand {
  static override summary =
    'Take a key out of use now, everywhere, and prove it: for the middle of the night.'
  static override description =
    'One person contains (roles emergency-contact or security-lead; two for root, kek, backup and escrow-master keys): every version is disabled, nothing is made and nothing destroyed. A clock runs from the first second, under one hour. A standby that waits takes its place by the same signature; without one the emergency quorum replaces it, afterwards or, with --replace-first, before. Others ratify it within a day; keyrite unrevoke takes it back with the full quorum. The same command again goes on where it was broken off; what took the place of the key is contained, too, only by --again.'
  static override examples = [
    '<%= config.bin %> <%= command.id %>',
    '<%= config.bin %> <%= command.id %> payments-jwt --reason key-compromise --ticket INC-123',
    '<%= config.bin %> <%= command.id %> payments-jwt --reason departure --replace-first --sign-with carol=carol.pub --sign-with dan=dan.pub',
    '<%= config.bin %> <%= command.id %> drill-key --drill --reason key-compromise',
    '<%= config.bin %> <%= command.id %> payments-jwt --reason departure --confirm payments-jwt@hsm --sign-with dan=dan.pub',
  ]
  static override args = {key: Args.string({description: "the key's name; asked for on a terminal"})}
  static override flags = {
    ...containFlags,
    reason: Flags.option({summary: 'why; asked for on a terminal', options: reasons})(),
    ticket: Flags.string({summary: 'the ticket it belongs to (private); the incident’s own id without one'}),
    unrecorded: Flags.boolean({
      summary: 'where the ledger cannot be written, and only there: contain by a signed journal',
    }),
    journal: Flags.string({
      summary: 'where that journal is written',
      helpValue: 'PATH',
      dependsOn: ['unrecorded'],
    }),
    drill: Flags.boolean({
      summary:
        'an exercise, on a key of a test profile: everything is done and timed, and nothing counts as an incident',
      exclusive: ['unrecorded'],
    }),
    contain: Flags.boolean({
      summary: 'contain it before anything else, which is what is done unless told',
      exclusive: ['replace-first'],
    }),
    again: Flags.boolean({
      summary: 'in an incident that is open: contain what took the place of the key, too',
      exclusive: ['unrecorded', 'replace-first', 'drill'],
    }),
    'replace-first': Flags.boolean({
      summary: 'have the emergency quorum put another key in its place before it is contained',
      exclusive: ['unrecorded'],
    }),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(Revoke)
    const {ledger} = this.app
    const key = findKey(ledger, args.key ?? (await this.question(whichKey(this.app, flags.drill))))
    this.concerns = key.name
    if (flags.drill) demandTestKey(ledger, key)
    const open = openOn(ledger.of(incidents), key.name)
    if (flags.again) demandReplaced(key.name, open)
    const person = await this.whoActs(flags.as ?? this.outside.env['KEYRITE_AS'])
    const reason: Reason = flags.reason ?? open?.reason ?? (await this.#why())
    const opening = {
      reason,
      ticket: flags.ticket ?? null,
      order: flags['replace-first'] ? 'replace' : 'contain',
      drill: flags.drill || (flags.again && open?.drill === true),
    } as const
    const order = flags.contain || flags.again ? 'contain' : flags['replace-first'] ? 'replace' : open?.order
    try {
      return await this.contain(
        await openIncident(contextFor(this.app, person), key, opening),
        flags,
        person,
        order,
        flags.again,
      )
    } catch (error) {
      if (!(error instanceof KeyriteError) || !unwritable.includes(error.code)) throw error
      // Where its name is still to be typed, that is the yes: nobody is asked a fourth thing.
      const typesName = this.typed === undefined && flags.confirm === undefined
      if (typesName && this.app.world.ask.interactive)
        this.say(`The ledger cannot be written here: ${error.message}.`)
      else await demandYes(this.app, error, flags.unrecorded, this.asked < most)
      this.app.readAgain()
      return this.containUnrecorded(key, reason, flags, person)
    }
  }

  /** Whoever had to say who they are and which key is not asked a third thing before its name. */
  async #why(): Promise<Reason> {
    if (this.asked < 2) return this.question(whyRevoked(this.app))
    this.say(
      'Why was not asked: key-compromise is recorded. Another reason is given by --reason; keyrite incident note says more.',
    )
    return 'key-compromise'
  }
}
