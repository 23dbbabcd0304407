import {readFileSync} from 'node:fs'
import {Args, Flags} from '@oclif/core'
import {planWhole, wholeBackupsOf} from '../../backups/index.ts'
import {sha256Hex} from '../../base/bytes.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {profileOf} from '../../keys/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {changeFlags} from '../../ui/key-change.ts'
import {holderLines, holdersIn} from '../../ui/whole-backup.ts'

export default class BackupDomain extends AskingCommand {
  static override summary =
    'Have a Managed HSM of Azure give out its security domain, sealed to holders of whom some together open it.'
  static override description =
    'The quorum of it is Azure’s own: so many of the holders’ private keys. A new Managed HSM is activated by this; from then on Azure uses it for nothing, and only with it a backup is taken in elsewhere. Each holder makes an RSA key of their own and gives its certificate. keyrite backup domain-share and domain-load bring it into another HSM.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> azure-hsm --holder alice.pem --holder bob.pem --holder carol.pem --needed 2 --out domain.json --dry-run',
  ]
  static override args = {profile: Args.string({description: 'the profile of a Managed HSM', required: true})}
  static override flags = {
    holder: Flags.string({
      summary: 'the certificate of a holder, PEM; 3 to 10 of them',
      helpValue: 'FILE',
      multiple: true,
      required: true,
    }),
    needed: Flags.integer({summary: 'how many of them open it', helpValue: 'K', required: true}),
    out: Flags.string({summary: 'a new file (0600)', helpValue: 'FILE', required: true}),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupDomain)
    const {ledger} = this.app
    const {name} = profileOf(ledger.view, args.profile)
    demandNoFile(flags.out)
    const holders = holdersIn(flags.holder)
    const digests = holders.map(({certificate}) => sha256Hex(certificate))
    const planned = planWhole(ledger.view, 'domain', name, {holders: digests, needed: flags.needed})
    wholeBackupsOf(await this.app.provider(name))
    for (const line of holderLines(flags.holder, holders)) this.say(line)
    const done = (): Shown => {
      const sha256 = sha256Hex(readFileSync(flags.out))
      return this.show(
        {
          ...{schema: 'keyrite.security-domain/1', profile: name, file: flags.out, sha256},
          ...{holders: digests, needed: flags.needed},
        },
        [
          `The security domain of profile "${name}" is in ${flags.out}, SHA-256 ${sha256}.`,
          `Any ${flags.needed} of the ${digests.length} holders open it, with the private keys of their certificates.`,
          `Next, when another Managed HSM is to take it in: keyrite backup domain-share ${flags.out} --holder FILE --out FILE`,
        ],
      )
    }
    const keep = async (domain: {use<T>(work: (bytes: Uint8Array) => T): T}): Promise<string> =>
      domain.use((bytes) => {
        writeNew(flags.out, bytes)
        return sha256Hex(bytes)
      })
    return this.asked(planned, flags, done, {keep, holders})
  }
}
