import {existsSync} from 'node:fs'
import {resolve} from 'node:path'
import {Args, Flags} from '@oclif/core'
import {KeyriteError} from '../../base/errors.ts'
import {sameBytes} from '../../base/bytes.ts'
import type {Secret} from '../../base/secret.ts'
import {profileOf} from '../../keys/index.ts'
import {environments} from '../../profiles/index.ts'
import {secretToAsk} from '../../providers/of-kind.ts'
import {providerKind, providerKinds} from '../../providers/registry.ts'
import {
  demandWelcome,
  peopleFor,
  planProfile,
  profileNamed,
  recordProfile,
  rememberPlace,
  type Place,
} from '../../ui/add-profile.ts'
import {AskingCommand} from '../../ui/asking-command.ts'
import type {Shown} from '../../ui/command.ts'
import {pinFileFlag} from '../../ui/flags.ts'
import {askFlags} from '../../ui/key-change.ts'
import {isStream} from '../../ui/outside.ts'
import {placeFlags, placeFlagsIn, settingsFrom} from '../../ui/place-flags.ts'
import {demandLongWait} from '../../ui/place-wait.ts'
import {profileDocument, profileLines} from '../../ui/show-profile.ts'

export default class ProfileAdd extends AskingCommand {
  static override summary = 'Add a place where keys live, by the identity that it answers with.'
  static override description = `Kind local is a software token in an encrypted file: it is made if it is not there, and needs nobody. Kind pkcs11 is an HSM, through the module of its maker; kind transit is OpenBao or Vault, over HTTPS. Kinds aws, azure and gcp are the services of these clouds, kind cloudhsm a cluster of AWS CloudHSM. For all but local the policy says who must agree, and the place answers before they are asked.
The PIN or token is asked for, or read from a file whose path is then remembered on this machine. Of a cloud the credentials are those that its own tools find.`
  static override examples = [
    '<%= config.bin %> <%= command.id %> trial --kind local --environment test',
    '<%= config.bin %> <%= command.id %> trial --kind local --environment test --pin-file ~/trial.pin',
    '<%= config.bin %> <%= command.id %> vault-room --kind pkcs11 --environment production --module /usr/lib/libCryptoki2_64.so --token-serial 1238696',
    '<%= config.bin %> <%= command.id %> bao --kind transit --environment staging --address https://bao.example.com:8200 --token-file ~/.bao-token --ca-file ca.pem',
    '<%= config.bin %> <%= command.id %> vault --kind azure --environment staging --vault-url https://acme-payments.vault.azure.net',
    '<%= config.bin %> <%= command.id %> ring --kind gcp --environment staging --key-ring projects/acme-keys/locations/europe-west3/keyRings/payments',
  ]
  static override args = {
    name: Args.string({
      description: 'what to call it: a-z, 0-9 and -, starting with a letter',
      required: true,
    }),
  }
  static override flags = {
    kind: Flags.string({
      summary: `what it is: ${Object.keys(providerKinds).join(', ')}`,
      helpValue: 'KIND',
      required: true,
    }),
    prover: Flags.string({
      summary:
        'another profile of the same place, whose identity may use keys and not administer: it tries them',
      helpValue: 'PROFILE',
    }),
    environment: Flags.option({options: environments, summary: 'what its keys are for', required: true})(),
    ...placeFlags,
    'pin-file': pinFileFlag,
    ...askFlags,
  }

  async execute(): Promise<Shown> {
    const {args, flags} = await this.parse(ProfileAdd)
    const {ledger, world} = this.app
    const {'pin-file': pinFile} = flags
    const name = profileNamed(args.name)
    const place: Place = {
      name,
      kind: flags.kind,
      environment: flags.environment,
      settings: settingsFrom(flags.kind, name, placeFlagsIn(flags), world.home),
      prover: flags.prover ?? null,
      pinFile: pinFile === undefined || isStream(pinFile) ? undefined : resolve(pinFile),
    }
    ledger.demandWriter()
    demandWelcome(this.app, place)
    await demandLongWait(this.app, place, (line) => {
      this.say(line)
    })
    const actor = await this.actor()
    const fresh = place.kind === 'local' && !existsSync(place.settings['path'] ?? '')
    if (fresh && flags['dry-run'])
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot plan profile "${name}": its token would have to be made first`,
        {
          hints: ['the same command without --dry-run: a local token needs nobody, and can be removed'],
        },
      )
    const pin = await this.#pin(place, fresh && pinFile === undefined)
    let plan
    try {
      plan = await planProfile(this.app, place, pin)
    } finally {
      pin?.wipe()
    }
    if (peopleFor(this.app, place.kind) > 0 || flags['dry-run']) {
      if (!flags['dry-run']) rememberPlace(this.app, place)
      return this.asked({plan, names: {}}, flags, () => this.#added(name, null))
    }
    await recordProfile(this.app, place, plan, actor)
    return this.#added(name, fresh)
  }

  #added(name: string, fresh: boolean | null): Shown {
    const {ledger, world} = this.app
    const profile = profileDocument(ledger, world.home, profileOf(ledger.view, name))
    const how = fresh === null ? '' : fresh ? '; a new token was made' : '; the token was there already'
    return this.show({schema: 'keyrite.profile/1', ...profile, made: fresh ?? false}, [
      `Profile "${name}" is added${how}.`,
      ...profileLines(this.print, profile),
    ])
  }

  /** Null where the kind takes none. @throws KeyriteError `NOT_CONFIRMED` if the two are not the same. */
  async #pin({name, kind, environment, settings}: Place, twice: boolean): Promise<Secret | null> {
    const called = secretToAsk(kind, settings)
    if (called === null) return null
    const {ask} = this.app.world
    const before = await providerKind(kind).beforeSecret?.(settings)
    for (const {ok, detail} of before?.lines ?? []) if (!ok) this.say(`Warning: ${detail}.`)
    if (before?.here === false) return null
    const about = `of profile "${name}" (${kind}, ${environment})`
    const first = await ask.secret({message: `${called} ${about}`, flag: '--pin-file FILE'})
    if (!twice) return first
    const second = await ask.secret({message: `The same ${called} again ${about}`, flag: '--pin-file FILE'})
    if (first.use((one) => second.consume((other) => sameBytes(one, other)))) return first
    first.wipe()
    throw new KeyriteError('NOT_CONFIRMED', `cannot use the ${called}: the two are not the same`, {
      hints: ['the same command again'],
    })
  }
}
