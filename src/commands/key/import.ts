import {Args, Flags} from '@oclif/core'
import {materialSha256, parseSpec, planImport, proveKey} from '../../keys/index.ts'
import type {Shown} from '../../ui/command.ts'
import {contextFor} from '../../ui/gather.ts'
import {changeFlags, KeyChange} from '../../ui/key-change.ts'
import {dateFlag} from '../../ui/key-flags.ts'
import {wishFlags, wishOf} from '../../ui/key-wish.ts'
import {isInTheClear, materialIn} from '../../ui/key-material.ts'

export default class KeyImport extends KeyChange {
  static override summary =
    'Bring a key from outside, from a file: people approve it, the provider takes it, and it is proved to be the same.'
  static override description =
    'A pair comes as PKCS#8 (PEM or DER; under a passphrase, which is asked for, as PEM), a secret key as its 32 bytes. A file in the clear is a copy of the key: whoever has had it may have the key. Nothing of it is written anywhere but into the provider.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> orders-jwt --from orders.pem --profile hsm --algorithm rsa-4096 --purpose sign --class jwt-signing --owner alice@example.com',
    '<%= config.bin %> <%= command.id %> orders-mac --from orders.mac --profile kms --algorithm hmac-sha256 --purpose mac --class mac --owner Orders --material-ends 2027-03-31',
    '<%= config.bin %> <%= command.id %> orders-dek --from orders.bin --profile kms --algorithm aes-256 --purpose encrypt --class dek --owner "Orders team" --activate',
  ]
  static override args = {
    name: Args.string({description: 'a name for its purpose: a-z, 0-9 and -', required: true}),
  }
  static override flags = {
    from: Flags.string({summary: 'the file', helpValue: 'FILE', required: true}),
    'material-ends': dateFlag('when its service deletes it by itself: aws, within 365 days'),
    ...wishFlags,
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(KeyImport)
    this.concerns = args.name
    const {from, algorithm, activate, 'material-ends': materialEnds = null} = flags
    const {app} = this
    const material = () =>
      materialIn(from, algorithm, () =>
        app.world.ask.secret({message: `Passphrase of ${from}`, flag: 'a terminal'}),
      )
    if (isInTheClear(from))
      this.say(
        `WARNING: ${from} holds the key in the clear. Whoever has had this file, a backup of it or this disk may have the key.`,
      )
    const looked = await material()
    const planned = (() => {
      try {
        return planImport(
          app.ledger.view,
          {...wishOf(args.name, flags), materialEnds},
          materialSha256(algorithm, looked),
          app.ledger.time,
        )
      } finally {
        looked.wipe()
      }
    })()
    await this.demandOffered(parseSpec(planned.plan.change), planned.plan, 'bring')
    const shown = await this.change(args.name, planned, flags, {material})
    if (shown.document.exit !== 0 || flags['dry-run']) return shown
    if (!activate) await proveKey({...contextFor(app, await this.actor()), approved: 0}, args.name, 1)
    this.say(`Now destroy ${from} and every copy of it: shred -u ${from}`)
    return this.shown(args.name)
  }
}
