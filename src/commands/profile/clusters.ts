import {Args} from '@oclif/core'
import {hsmClustersOf} from '../../backups/index.ts'
import {profileOf} from '../../keys/index.ts'
import {KeyriteCommand, type Shown} from '../../ui/command.ts'
import {clusterDocument, clusterLines} from '../../ui/show-clusters.ts'

export default class ProfileClusters extends KeyriteCommand {
  static override summary =
    'List the CloudHSM clusters of a profile’s account and region, with their HSMs. Changes nothing.'
  static override examples = [
    '<%= config.bin %> <%= command.id %> hsm-cluster',
    '<%= config.bin %> <%= command.id %> hsm-cluster --json',
  ]
  static override args = {
    profile: Args.string({description: 'the profile of kind cloudhsm', required: true}),
  }

  async execute(): Promise<Shown> {
    const {args} = await this.parse(ProfileClusters)
    const {name, identity} = profileOf(this.app.ledger.view, args.profile)
    const clusters = hsmClustersOf(await this.app.provider(name))
    const all = []
    for await (const one of clusters.list()) all.push(one)
    return this.show(
      {
        schema: 'keyrite.clusters/1',
        profile: name,
        region: identity['region'] ?? null,
        clusters: all.map((one) => clusterDocument(one, clusters.own)),
      },
      all.flatMap((one) => clusterLines(this.print, one, clusters.own)).slice(0, -1),
    )
  }
}
