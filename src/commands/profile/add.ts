import {existsSync} from 'node:fs'
import {join, resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {sameBytes} from '../../base/bytes.ts'
import type {Secret} from '../../base/secret.ts'
import {profileOf} from '../../keys/index.ts'
import {environments, profileName} from '../../profiles/index.ts'
import {providerKind} from '../../providers/registry.ts'
import {addProfile, demandWelcome, type Wish} from '../../ui/add-profile.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {isStream} from '../../ui/outside.ts'
import {profileDocument, profileLines} from '../../ui/show-profile.ts'

export default class ProfileAdd extends KeyriteCommand {
  static override summary = 'Add a place where keys live, by the identity that it answers with.'
  static override description = `There is one kind: local, a software token in an encrypted file. The file is made if it is not there.
The PIN is asked for, or read from a file whose path is then remembered on this machine.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> trial --kind local --environment test',
    '<%= config.bin %> <%= command.id %> trial --kind local --environment test --pin-file ~/trial.pin',
  ]
  static override args = {
    name: Args.string({
      description: 'what to call it: a-z, 0-9 and -, starting with a letter',
      required: true,
    }),
  }
  static override flags = {
    kind: Flags.string({summary: 'what it is: local', helpValue: 'KIND', required: true}),
    environment: Flags.option({options: environments, summary: 'what its keys are for', required: true})(),
    token: Flags.string({summary: 'the token file (default: HOME/tokens/NAME.token)', helpValue: 'FILE'}),
    'pin-file': pinFileFlag,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ProfileAdd)
    const {ledger, world} = this.app
    const pinFile = flags['pin-file']
    const wish: Wish = {
      name: nameOf(args.name),
      kind: flags.kind,
      environment: flags.environment,
      token: resolve(flags.token ?? join(world.home, 'tokens', `${args.name}.token`)),
      pinFile: pinFile === undefined || isStream(pinFile) ? undefined : resolve(pinFile),
    }
    providerKind(wish.kind)
    ledger.demandWriter()
    demandWelcome(this.app, wish)
    const actor = await this.actor()
    const fresh = !existsSync(wish.token)
    const pin = await this.#pin(wish, fresh && pinFile === undefined)
    try {
      await addProfile(this.app, wish, actor, pin)
    } finally {
      pin.wipe()
    }
    const profile = profileDocument(ledger, world.home, profileOf(ledger.view, wish.name))
    return this.show({schema: 'keyrite.profile/1', ...profile, made: fresh}, [
      `Profile "${wish.name}" is added; ${fresh ? 'a new token was made' : 'the token was there already'}.`,
      ...profileLines(this.print, profile),
    ])
  }

  /** @throws KeyriteError `NOT_CONFIRMED` if the two are not the same. */
  async #pin({name, kind, environment}: Wish, twice: boolean): Promise<Secret> {
    const {ask} = this.app.world
    const about = `of profile "${name}" (${kind}, ${environment})`
    const first = await ask.secret({message: `PIN ${about}`, flag: '--pin-file FILE'})
    if (!twice) return first
    const second = await ask.secret({message: `The same PIN again ${about}`, flag: '--pin-file FILE'})
    if (first.use((one) => second.consume((other) => sameBytes(one, other)))) return first
    first.wipe()
    throw new KeyriteError('NOT_CONFIRMED', 'cannot use the PIN: the two are not the same', {
      hints: ['the same command again'],
    })
  }
}

function nameOf(text: string): string {
  const parsed = profileName.safeParse(text)
  if (parsed.success) return parsed.data
  throw new KeyriteError(
    'USAGE',
    `cannot call a profile "${text}": expected 1 to 63 of a-z, 0-9 and -, starting with a letter`,
  )
}
