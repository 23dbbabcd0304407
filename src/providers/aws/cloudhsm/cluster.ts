/** Which cluster answers, and how it is. */
import {DescribeClustersCommand, type Cluster} from '@aws-sdk/client-cloudhsm-v2'
import {KeyriteError} from '../../../base/errors.ts'
import type {CheckLine, Identity} from '../../ports.ts'
import {callerOf} from '../credentials.ts'
import {isAwsHost} from '../hosts.ts'
import type {ClusterLine} from './client.ts'

export interface AnsweredCluster {
  readonly account: string
  readonly partition: string
  readonly region: string
  readonly cluster: Cluster
  readonly host: string
  readonly isAws: boolean
}

/** @throws KeyriteError `NOT_FOUND` where there is no such cluster, `PROVIDER_FAILED` where nothing says which account it is. */
export async function whichCluster(line: ClusterLine, id: string): Promise<AnsweredCluster> {
  const {region} = line.place
  const cluster = await clusterOf(line, id)
  const [, partition = '', account = ''] =
    /^arn:(aws[a-z-]*):(?:sts|iam)::(\d{12}):/.exec((await callerOf(line.place)) ?? '') ?? []
  if (account === '')
    throw new KeyriteError('PROVIDER_FAILED', 'cannot tell which account answers: AWS STS does not say', {
      hints: ['aws sts get-caller-identity'],
    })
  const isAws = isAwsHost(line.host, region, ['cloudhsmv2'])
  return {account, partition, region, cluster, host: line.host, isAws}
}

export function clusterIdentity({
  account,
  partition,
  region,
  cluster,
  host,
  isAws,
}: AnsweredCluster): Identity {
  return {
    kind: 'cloudhsm',
    account,
    partition,
    region,
    cluster: cluster.ClusterId ?? '',
    // Whoever answers in AWS's place can say any account.
    ...(isAws ? {} : {not_aws: host}),
  }
}

async function clusterOf(line: ClusterLine, id: string): Promise<Cluster> {
  const what = `find cluster "${id}"`
  const command = new DescribeClustersCommand({Filters: {clusterIds: [id]}})
  const {Clusters: found} = await line.call(what, (client, options) => client.send(command, options))
  const cluster = found?.find(({ClusterId}) => ClusterId === id)
  if (cluster === undefined)
    throw new KeyriteError('NOT_FOUND', `cannot ${what}: there is none in ${line.place.region}`, {
      hints: ['aws cloudhsmv2 describe-clusters', '--region REGION'],
    })
  return cluster
}

/** Of its HSMs, those at work. */
export function activeHsms({Hsms: all}: Cluster): number {
  return (all ?? []).filter(({State}) => State === 'ACTIVE').length
}

/** With fewer than two HSMs in different zones, what is made now is lost with one of them until the next backup. */
export function clusterLines({
  cluster,
  host,
  isAws,
  account,
  region,
  partition,
}: AnsweredCluster): CheckLine[] {
  const all = cluster.Hsms ?? []
  const zones = new Set(all.filter(({State}) => State === 'ACTIVE').map((hsm) => hsm.AvailabilityZone))
  const state = cluster.State ?? 'unknown'
  return [
    {
      name: 'answers',
      ok: true,
      detail: `account ${account} in ${region} (${partition}), from ${host}${isAws ? '' : ', which is not AWS'}`,
      fix: null,
    },
    {
      name: 'cluster',
      ok: state === 'ACTIVE',
      detail: `${cluster.ClusterId ?? ''}, ${cluster.HsmType ?? ''}, ${state.toLowerCase()}${cluster.StateMessage === undefined ? '' : `: ${cluster.StateMessage}`}`,
      fix: state === 'ACTIVE' ? null : 'initialise and activate it, as the CloudHSM User Guide says',
    },
    {
      name: 'HSMs',
      ok: zones.size >= 2,
      detail: `${activeHsms(cluster)} of ${all.length} active, in ${zones.size} zones`,
      fix: zones.size >= 2 ? null : 'two in different zones at least: aws cloudhsmv2 create-hsm',
    },
  ]
}
