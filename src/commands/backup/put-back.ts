import {Args, Flags} from '@oclif/core'
import {keyBackupsFold, keyBackupsOf, openKeyBackup, planPut, takenBackup} from '../../backups/index.ts'
import {sha256Hex} from '../../base/bytes.ts'
import {readPublic} from '../../base/files.ts'
import {profileOf} from '../../keys/index.ts'
import {openFor} from '../../shares/index.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'
import {changeFlags} from '../../ui/key-change.ts'
import {readSecret} from '../../ui/shares/read.ts'

const mostBytes = 4_194_304
const mostIdentity = 65_536

export default class BackupPutBack extends AskingCommand {
  static override summary =
    'Put a key back from a backup that was taken of it: into another mount or server, or where it was lost.'
  static override description =
    'For transit and Azure. It is opened in this process and goes nowhere but to the server. Then it is tried: each version must have the public half that the ledger knows, and verify, decrypt or unwrap what that version made when it was proved. In another profile it is not among the keys of the ledger until it is taken over there: keyrite key adopt. An identity that is split comes from keyrite share combine --out - through a pipe.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> orders-dek.age --profile bao-2 --identity-file backup.agekey --sign-with alice=alice.key --sign-with bob=bob.pub',
    '<%= config.bin %> <%= command.id %> orders-dek.age --profile bao-2 --identity-file - --reason "moved to another server"',
  ]
  static override args = {file: Args.string({description: 'the backup', required: true})}
  static override flags = {
    profile: Flags.string({summary: 'where it shall lie', helpValue: 'NAME', required: true}),
    'identity-file': Flags.string({
      summary: 'the identity that opens it, as age-keygen writes it; - for stdin',
      helpValue: 'FILE',
      required: true,
    }),
    ...changeFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(BackupPutBack)
    const file = readPublic(args.file, mostBytes)
    // What comes through a pipe is waited for before the ledger is read or held: its writer can be keyrite share combine.
    const piped = flags['identity-file'] === '-' && !flags['dry-run'] ? readSecret('-', mostIdentity) : null
    const {app} = this
    const {ledger} = app
    const sha256 = sha256Hex(file)
    const {name: profile} = profileOf(ledger.view, flags.profile)
    const taken = takenBackup(ledger.view, sha256)
    this.concerns = taken.key
    const key = findKey(ledger, taken.key)
    const backups = keyBackupsOf(await app.provider(profile))
    // What was begun and not ended may be there already.
    const begun = openKeyBackup(ledger.of(keyBackupsFold), 'backup.put.intended', profile, key.name)
    const isThere = begun === undefined && (await backups.has(taken.id))
    const planned = planPut(ledger.view, {sha256, profile}, key, isThere)
    const done = (): Shown =>
      this.show(
        {
          schema: 'keyrite.key-put-back/1',
          key: key.name,
          profile,
          id: taken.id,
          versions: [...taken.versions],
        },
        [
          `Key "${key.name}" is back in profile "${profile}" as "${taken.id}", version ${taken.versions.join(', ')}, and reads what it made before.`,
          ...(profile === key.profile
            ? [`Next: keyrite key prove ${key.name}`]
            : [
                `Next: keyrite key adopt --profile ${profile} ${taken.id} --name NAME --class CLASS --owner OWNER`,
              ]),
        ],
      )
    return this.asked(planned, flags, done, {
      material: async () => {
        const identity = piped ?? readSecret(flags['identity-file'], mostIdentity)
        try {
          return await openFor(file, identity)
        } finally {
          identity.wipe()
        }
      },
    })
  }
}
