import {Args} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {custodyFold, findPerson, personRef, type Person} from '../../custody/index.ts'
import {findSet, giveReceipt, missingIn, openDrill, settleSplit} from '../../shares/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {signers, signWithFlag} from '../../ui/flags.ts'
import {signerAt} from '../../ui/gather.ts'
import {identityFlag, setArg} from '../../ui/shares/flags.ts'
import {readShare} from '../../ui/shares/read.ts'
import {typeShareOf} from '../../ui/shares/typing.ts'
import {factsOf} from '../../shares/index.ts'

export default class ShareReceive extends KeyriteCommand {
  static override summary = 'A holder shows that they have their share, and signs for it.'
  static override description =
    'The share is compared with what was recorded before anybody saw it, and the holder signs a receipt about that entry; while a drill is on, about the drill. Nothing is put together.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> escrow-1 share-3.age --identity dave.agekey --sign-with dave=dave.pub',
    '<%= config.bin %> <%= command.id %> escrow-1 --sign-with dave=dave.pub',
  ]
  static override args = {
    set: setArg,
    file: Args.string({description: 'a file, or "-" for stdin; without it the share is typed'}),
  }
  static override flags = {identity: identityFlag, 'sign-with': signWithFlag}

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ShareReceive)
    const {app} = this
    app.ledger.demandWriter()
    const set = findSet(app.ledger, args.set)
    const {ask} = app.world
    const say = (line: string): void => {
      this.say(line)
    }
    const share =
      args.file === undefined
        ? await typeShareOf({ask, say, state: '', flag: 'FILE'}, factsOf(set), [])
        : await readShare(args.file, {ask, identities: flags.identity})
    const signer = async (person: Person) =>
      signerAt(app, await this.keyOf(person, flags['sign-with']), false)
    const holder = await giveReceipt(app.ledger, set, share, {signer, ceremony: null})
    share.raw.fill(0)
    await settleSplit(app.ledger, set, holder.person)
    const {roster} = app.ledger.of(custodyFold)
    const now = findSet(app.ledger, set.set)
    const drill = openDrill(app.ledger, now)
    const missing = (
      drill === undefined ? now.holders.filter(({receipt}) => receipt === null) : missingIn(drill, now)
    ).map(({person}) => personRef(roster, person))
    const person = personRef(roster, holder.person)
    return this.show(
      {
        schema: 'keyrite.receipt/1',
        ...{set: set.set, name: set.name, index: holder.index, holder: person},
        ...{entry: holder.receipt?.seq ?? null, missing},
      },
      [
        `${person.name ?? person.id} holds share ${holder.index} of set "${set.name}": signed, entry ${holder.receipt?.seq ?? ''}.`,
        missing.length === 0
          ? 'Everybody has signed.'
          : `Still missing: ${missing.map(({id, name}) => name ?? id).join(', ')}.`,
      ],
    )
  }

  /** The key that the holder signs with. @throws KeyriteError `USAGE` where only others were named. */
  private async keyOf(person: Person, given: readonly string[] | undefined): Promise<string> {
    const {roster} = this.app.ledger.of(custodyFold)
    const all = signers(given)
    const own = all.find(({person: typed}) => findPerson(roster, typed).id === person.id)
    if (own !== undefined) return own.path
    const name = person.address ?? person.id
    if (all.length > 0)
      throw new KeyriteError(
        'USAGE',
        `cannot receive this share: it is ${name}'s, who is not the one that signs`,
        {
          hints: [`--sign-with ${name}=KEY`],
        },
      )
    return this.app.world.ask.text({
      message: `${person.name ?? name}: key file to sign the receipt with`,
      flag: `--sign-with ${name}=KEY`,
    })
  }
}
