import {Args} from '@oclif/core'
import {custodyFold, personRef} from '../../custody/index.ts'
import {KeyriteError} from '../../base/errors.ts'
import {findSet, holderOf} from '../../shares/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {identityFlag} from '../../ui/shares/flags.ts'
import {readShare} from '../../ui/shares/read.ts'
import {typeShare} from '../../ui/shares/typing.ts'
import {statusInWords} from '../../ui/shares/show.ts'

export default class ShareCheck extends KeyriteCommand {
  static override summary = 'Check that a share is the one that was recorded; nothing is put together.'
  static override description =
    'Without a file it is typed row by row, or scanned, on the terminal. Exit 6 where it is not the one.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> share-3.age --identity dave.agekey',
    '<%= config.bin %> <%= command.id %> - < share-3.txt',
  ]
  static override args = {
    file: Args.string({description: 'a file, or "-" for stdin; without it the share is typed'}),
  }
  static override flags = {identity: identityFlag}

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ShareCheck)
    const {ledger, world} = this.app
    const {ask} = world
    const say = (line: string): void => {
      this.say(line)
    }
    const share =
      args.file === undefined
        ? await typeShare({ask, say, state: '', flag: 'FILE'})
        : await readShare(args.file, {ask, identities: flags.identity})
    const id = share.set.toString('hex')
    const set = findSet(ledger, id)
    if (set.set !== id) throw new KeyriteError('SET_NOT_FOUND', `cannot find set ${id}`)
    const holder = holderOf(set, share)
    share.raw.fill(0)
    const person = personRef(ledger.of(custodyFold).roster, holder.person)
    return this.show(
      {schema: 'keyrite.share/1', ok: true, set: id, name: set.name, index: holder.index, holder: person},
      [
        `This is share ${holder.index} of ${set.holders.length} of set "${set.name}", as it was recorded (entry ${set.seq}).`,
        ...this.print.facts([
          ['Holder', person.name ?? person.id],
          ['Recovers', `any ${set.threshold} of ${set.holders.length}`],
          ['State', statusInWords(set)],
        ]),
      ],
    )
  }
}
