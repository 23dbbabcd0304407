import {findIncident, incidents, openOn, planPromote} from '../../incidents/index.ts'
import {KeyriteError} from '../../base/errors.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {keyArg, wholeKeyFlags} from '../../ui/key-move.ts'

export default class KeyPromote extends KeyChange {
  static override summary =
    'Put the standby of a key in its place: in an open incident, once the key is contained.'
  static override description =
    'One emergency contact or security lead may (two for root, kek, backup and escrow-master keys), for a quorum approved the standby beforehand; others ratify it with what was contained. It is activated, tried, made primary, and given the aliases of the key where its place has them. Without a standby the emergency quorum replaces the key: keyrite incident replace.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-jwt --sign-with dan=dan.pub --confirm payments-jwt@hsm',
    '<%= config.bin %> <%= command.id %> payments-jwt --dry-run',
  ]
  static override args = keyArg
  static override flags = {...changeFlags, confirm: wholeKeyFlags.confirm}

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyPromote)
    this.concerns = args.key
    const {ledger} = this.app
    const {name} = findKey(ledger, args.key)
    const incident = openOn(ledger.of(incidents), name)
    if (incident === undefined)
      throw new KeyriteError(
        'KEY_STATE',
        `cannot promote a standby of key "${name}": no incident about it is open`,
        {
          hints: [`keyrite rotation plan ${name}`, `keyrite revoke ${name}, if it is in foreign hands`],
        },
      )
    const plan = planPromote(ledger.view, findIncident(ledger, incident.id))
    const final = {
      name: `${name}@${incident.profile}`,
      given: flags.confirm,
      warning: 'From then on it is the version that is used.',
    }
    return this.change(name, {plan, names: {}}, flags, {final})
  }
}
