import {Args, Flags} from '@oclif/core'
import {keyBackupsOf, planTake} from '../../backups/index.ts'
import {sha256Hex} from '../../base/bytes.ts'
import {demandNoFile, writeNew} from '../../base/files.ts'
import {demandPlainRecipient, sealFor} from '../../shares/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {changeFlags} from '../../ui/key-change.ts'

export default class BackupTake extends AskingCommand {
  static override summary =
    'Take a backup of one key with all its versions, sealed to an age recipient before it is written anywhere.'
  static override description =
    'For keys in transit that others made exportable and with plaintext backup, and that were taken over: keyrite makes none so. The backup comes in the clear into this process, and leaves it sealed. Of Azure any key: there the service encrypts it, and takes it in itself, in the same geography and subscription alone. Whoever holds the identity of the recipient has the key: let people split that identity, and destroy it. The digest of the file is recorded; the file is in nobody’s keeping but yours.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> orders-dek --recipient age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p --out orders-dek.age --dry-run',
  ]
  static override args = {key: Args.string({description: "the key's name", required: true})}
  static override flags = {
    recipient: Flags.string({summary: 'to whom it is sealed', helpValue: 'age1…', required: true}),
    out: Flags.string({summary: 'a new file (0600)', helpValue: 'FILE', required: true}),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupTake)
    this.concerns = args.key
    const {app} = this
    demandNoFile(flags.out)
    const recipient = demandPlainRecipient(flags.recipient)
    const key = findKey(app.ledger, args.key)
    const backups = keyBackupsOf(await app.provider(key.profile))
    const id = key.versions.find(({version}) => version === key.primary)?.ref.key ?? ''
    const planned = planTake(app.ledger.view, key, recipient, {
      refusal: await backups.refusal(id),
      openedBy: backups.openedBy,
    })
    let sha256 = ''
    const done = (): Shown =>
      this.show(
        {
          schema: 'keyrite.key-backup/1',
          key: key.name,
          profile: key.profile,
          recipient,
          file: flags.out,
          sha256,
        },
        [
          `The backup of key "${key.name}" was taken, and is sealed.`,
          ...this.print.facts([
            ['File', flags.out],
            ['Recipient', recipient],
            ['SHA-256', sha256],
          ]),
          `Next: keyrite backup put-back ${flags.out} --profile PROFILE --identity-file FILE`,
        ],
      )
    return this.asked(planned, flags, done, {
      keep: async (secret) => {
        const sealed = await sealFor(recipient, secret)
        writeNew(flags.out, sealed)
        sha256 = sha256Hex(sealed)
        return sha256
      },
    })
  }
}
