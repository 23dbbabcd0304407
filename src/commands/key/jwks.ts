import {Args} from '@oclif/core'
import {isPublished, jwksOf, keysFold} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {findKey} from '../../ui/find-key.ts'

export default class KeyJwks extends KeyriteCommand {
  static override summary =
    'Print the JSON Web Key Set (RFC 7517) that verifiers are given: every active version of the keys that are named.'
  static override description =
    'Without a name: every key of class jwt-signing that has an active version. The `kid` of a key is its thumbprint (RFC 7638). Of a key that is named, at least one version must be active.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> > jwks.json',
    '<%= config.bin %> <%= command.id %> payments-jwt orders-jwt --json',
  ]
  static override args = {key: Args.string({description: 'the names of keys; any number'})}
  static override strict = false

  async execute(): Promise<Shown> {
    const {argv} = await this.parse(KeyJwks)
    const {ledger} = this.app
    const names = [...new Set(argv.map(String))]
    const keys =
      names.length > 0
        ? names.map((name) => findKey(ledger, name))
        : [...ledger.of(keysFold).keys.values()]
            .filter(
              ({spec, versions}) =>
                spec.class === 'jwt-signing' &&
                versions.some((one) => isPublished(one.state) && one.public !== null),
            )
            .sort((a, b) => (a.name < b.name ? -1 : 1))
    const set = jwksOf(ledger.view, keys)
    return this.show({schema: 'keyrite.jwks/1', keys: set}, JSON.stringify({keys: set}, null, 2).split('\n'))
  }
}
