/** Clusters of HSMs, for people and as a document (`keyrite.clusters/1`). */
import type {JsonObject} from '../base/jcs.ts'
import type {HsmCluster} from '../providers/ports.ts'
import type {Print} from './print.ts'

export function clusterDocument(cluster: HsmCluster, own: string): JsonObject {
  return {
    ...cluster,
    own: cluster.id === own,
    madeAt: timeOf(cluster.madeAt),
    subnets: cluster.subnets.map((one) => ({...one})),
    hsms: cluster.hsms.map((one) => ({...one})),
    certificates: cluster.certificates.map((one) => ({...one, until: timeOf(one.until)})),
  }
}

export function clusterLines(print: Print, cluster: HsmCluster, own: string): string[] {
  const {hsms, certificates, subnets, fromBackup} = cluster
  return [
    ...print.facts([
      ['Cluster', `${cluster.id}${cluster.id === own ? ', which is this profile' : ''}`],
      ['State', stateOf(cluster)],
      ['HSMs', [cluster.hsmType, cluster.mode].filter((one) => one !== null)],
      ['Made', timeOf(cluster.madeAt)],
      ['From backup', fromBackup],
      ['Keeps backups', cluster.backupDays === null ? null : `${cluster.backupDays} days`],
      ['VPC', cluster.vpc],
      ['Subnets', subnets.map(({zone, subnet}) => `${zone} ${subnet}`)],
      [
        'Certificates',
        certificates.length === 0
          ? 'none'
          : certificates.map(({which, until}) =>
              until === null ? which : `${which} until ${until.toISOString()}`,
            ),
      ],
    ]),
    ...print.table(
      ['HSM', 'State', 'Zone', 'Subnet', 'IP'],
      hsms.map((hsm) => [hsm.id, stateOf(hsm), hsm.zone, hsm.subnet, hsm.ip]),
      'It has no HSM: nothing can be done with its keys.',
    ),
    '',
  ]
}

const stateOf = ({state, message}: {readonly state: string; readonly message: string | null}): string =>
  message === null ? state : `${state}: ${message}`

const timeOf = (at: Date | null): string | null => at?.toISOString() ?? null
