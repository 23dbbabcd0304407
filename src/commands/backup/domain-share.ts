import {Args, Flags} from '@oclif/core'
import {demandNoFile, readPublic, writeNew} from '../../base/files.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {domainsOf, holdersIn, mostDomainBytes} from '../../ui/whole-backup.ts'

export default class BackupDomainShare extends KeyriteCommand {
  static override summary =
    'Take one holder’s share out of a security domain, as it lies there: their private key opens it, at their own place.'
  static override description =
    'Nothing is opened, and no ledger is needed. What openssl writes then is as secret as that share: it opens this one, and nothing else that the holder’s key protects. keyrite never sees the private key.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> domain.json --holder alice.pem --out alice.sealed',
  ]
  static override args = {
    file: Args.string({description: 'the security domain, as it was given out', required: true}),
  }
  static override flags = {
    holder: Flags.string({summary: 'the certificate of the holder, PEM', helpValue: 'FILE', required: true}),
    out: Flags.string({summary: 'a new file (0600)', helpValue: 'FILE', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupDomainShare)
    demandNoFile(flags.out)
    const [holder] = holdersIn([flags.holder])
    const domains = await domainsOf('azure')
    const domain = readPublic(args.file, mostDomainBytes)
    const {needed, holders} = domains.read(domain)
    const {sealed, options} = domains.shareOf(domain, holder?.certificate ?? new Uint8Array())
    writeNew(flags.out, sealed)
    const how = options.map((one) => `-pkeyopt ${one}`).join(' ')
    const open = `(umask 077 && openssl pkeyutl -decrypt -inkey HOLDER.key ${how} -in ${flags.out} -out HOLDER.opened)`
    return this.show(
      {schema: 'keyrite.domain-share/1', file: flags.out, needed, holders: holders.length, open},
      [
        `The share is in ${flags.out}, sealed. ${needed} of ${holders.length} are needed.`,
        'At the holder’s place, with their private key:',
        open,
        'Then: keyrite backup domain-load PROFILE --domain FILE --opened HOLDER.opened …',
      ],
    )
  }
}
