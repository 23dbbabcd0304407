import {Args, Flags} from '@oclif/core'
import {planWhole, wholeBackupsOf} from '../../backups/index.ts'
import {sha256Hex} from '../../base/bytes.ts'
import {readPublic} from '../../base/files.ts'
import {profileOf} from '../../keys/index.ts'
import {demandShares} from '../../providers/security-domain.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {changeFlags} from '../../ui/key-change.ts'
import {domainsOf, mostDomainBytes, sealedBy} from '../../ui/whole-backup.ts'

export default class BackupDomainLoad extends AskingCommand {
  static override summary =
    'Have a new Managed HSM of Azure take in the security domain of another one, opened by as many of its holders as it needs.'
  static override description =
    'The Managed HSM waits for it: made new, and not activated. Each holder opens their share at their own place (keyrite backup domain-share); their private keys never come here. What they open together is in the memory of this process for a moment: run it where you would trust one person with all of it. What they brought can be destroyed afterwards.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> azure-new --domain domain.json --opened alice.opened --opened bob.opened --dry-run',
  ]
  static override args = {
    profile: Args.string({description: 'the profile of a new Managed HSM', required: true}),
  }
  static override flags = {
    domain: Flags.string({
      summary: 'the security domain, as it was given out',
      helpValue: 'FILE',
      required: true,
    }),
    opened: Flags.string({
      summary: 'what a holder’s key opened; as many as are needed',
      helpValue: 'FILE',
      multiple: true,
      required: true,
    }),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupDomainLoad)
    const {ledger} = this.app
    const profile = profileOf(ledger.view, args.profile)
    const {name} = profile
    const domains = await domainsOf(profile.kind)
    const bytes = readPublic(flags.domain, mostDomainBytes)
    const {needed} = domains.read(bytes)
    // Before anybody signs: what they sign is used up by an act that fails.
    if (!flags['dry-run']) demandShares({needed}, flags.opened.length)
    const certificate = await wholeBackupsOf(await this.app.provider(name)).transferKey()
    const [domain, under] = [sha256Hex(bytes), sha256Hex(certificate)]
    const planned = planWhole(ledger.view, 'domain-load', name, {domain, needed, under})
    const done = (): Shown =>
      this.show({schema: 'keyrite.security-domain-load/1', profile: name, domain, needed, under}, [
        `The security domain with SHA-256 ${domain} was taken in by profile "${name}".`,
        `Next: keyrite backup load ${name} --from URL`,
        `And destroy what the holders opened: shred -u ${flags.opened.join(' ')}`,
      ])
    const material = sealedBy(domains, bytes, flags.opened, certificate)
    return this.asked(planned, flags, done, {material})
  }
}
