import {Flags} from '@oclif/core'
import {keyDocument, planDestroy} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {destructionUnderWay, endingLines, goOn, ownWaitAt} from '../../ui/destroy.ts'
import {findKey} from '../../ui/find-key.ts'
import {dateFlag, daysFlag} from '../../ui/key-flags.ts'
import {finalFlags, keyArg, KeyMove} from '../../ui/key-move.ts'
import {keyLines} from '../../ui/show-key.ts'

export default class KeyDestroy extends KeyMove {
  static override summary =
    'Destroy a key: out of use, a time of grace, a wait in which it can be cancelled, then gone for good.'
  static override description =
    'People approve all of it once. The same command again, after the wait, completes it; until then it says what it waits for.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> payments-2024 --wait P30D --reason "replaced by payments-2025" --confirm payments-2024@hsm',
    '<%= config.bin %> <%= command.id %> customer-4711 --reason gdpr-erasure --due 2027-01-15 --confirm customer-4711@hsm',
    '<%= config.bin %> <%= command.id %> vault-2024 --wait P14D --purge --reason "the vault is given up" --confirm vault-2024@vault',
    '<%= config.bin %> <%= command.id %> payments-2024 --reason "the wait is over" --confirm payments-2024@hsm',
  ]
  static override args = keyArg
  static override flags = {
    ...finalFlags,
    reason: Flags.string({
      summary:
        'why, as the ledger will keep it (private); gdpr-erasure is an order to erase, and no private text',
      helpValue: 'R|gdpr-erasure',
      required: true,
    }),
    wait: daysFlag(
      'how long it can be cancelled once it is scheduled; what the policy asks, or its place always waits, unless told',
    ),
    grace: daysFlag(
      'how long what it made is still read after it was deactivated; what the policy asks unless told',
    ),
    purge: Flags.boolean({
      summary: 'after the wait, have the provider cut its own wait short (azure): nobody can recover it then',
    }),
    due: dateFlag('the day by which an order has it gone'),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyDestroy)
    this.concerns = args.key
    const {ledger} = this.app
    const key = findKey(ledger, args.key)
    const {name, profile} = key
    const final = {name: `${name}@${profile}`, given: flags.confirm}
    const under = destructionUnderWay(this.app, name, flags.version ?? null)
    if (under !== undefined && !flags['dry-run']) {
      ledger.demandWriter()
      const say = (line: string): void => {
        this.say(line)
      }
      await goOn(this.app, under, {actor: await this.actor(), final, say})
      return this.#shown(name)
    }
    const wish = {
      key: name,
      version: flags.version ?? null,
      waitDays: flags.wait ?? null,
      placeDays: await ownWaitAt(this.app, key, flags.version ?? null, flags.purge),
      graceDays: flags.grace ?? null,
      order: flags.reason === 'gdpr-erasure' ? ('gdpr-erasure' as const) : null,
      due: flags.due ?? null,
      scheduleOnly: false,
      purge: flags.purge,
    }
    const planned = planDestroy(ledger.view, wish, ledger.time.toISOString())
    return this.asked(planned, flags, () => this.#shown(name), {final})
  }

  #shown(name: string): Shown {
    const key = keyDocument(this.app.ledger, findKey(this.app.ledger, name))
    return this.show({schema: 'keyrite.key/1', ...key}, [
      ...keyLines(this.print, key),
      '',
      ...endingLines(this.app, key),
    ])
  }
}
