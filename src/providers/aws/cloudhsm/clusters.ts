/** Every cluster of an account in a region, with its HSMs. */
import {X509Certificate} from 'node:crypto'
import {
  DescribeClustersCommand,
  type Certificates,
  type Cluster,
  type DescribeClustersCommandOutput,
} from '@aws-sdk/client-cloudhsm-v2'
import {KeyriteError} from '../../../base/errors.ts'
import type {ClusterCertificate, HsmCluster, HsmClusters} from '../../clusters.ts'
import type {ClusterLine} from './client.ts'

const what = 'list the clusters'
/** As many as the service puts on one page at most. */
const pageSize = 25

export function hsmClusters(line: ClusterLine, own: string): HsmClusters {
  return {
    own,
    async *list() {
      const been = new Set<string>()
      for (let token: string | undefined; ;) {
        const {page, modes} = await onePage(line, token)
        for (const one of page.Clusters ?? []) yield told(one, modes)
        token = page.NextToken === '' ? undefined : page.NextToken
        if (token === undefined) return
        if (been.has(token))
          throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: the list begins again where it was`, {
            hints: ['keyrite profile check PROFILE'],
          })
        been.add(token)
      }
    },
  }
}

interface OnePage {
  readonly page: DescribeClustersCommandOutput
  /** By the id of the cluster. */
  readonly modes: ReadonlyMap<string, string>
}

/** This version of the SDK is older than the modes of clusters, and leaves them out: they are read from the answer as it came. */
async function onePage(line: ClusterLine, token: string | undefined): Promise<OnePage> {
  const modes = new Map<string, string>()
  const command = new DescribeClustersCommand({
    MaxResults: pageSize,
    ...(token === undefined ? {} : {NextToken: token}),
  })
  command.middlewareStack.add(
    (next) => async (args) => {
      const answered = await next(args)
      const response = answered.response as {body: AsyncIterable<Uint8Array> | Uint8Array}
      const parts: Uint8Array[] = []
      for await (const part of response.body as AsyncIterable<Uint8Array>) parts.push(part)
      response.body = Buffer.concat(parts)
      for (const [id, mode] of modesIn(response.body)) modes.set(id, mode)
      return answered
    },
    {step: 'deserialize', priority: 'low', name: 'keyriteModes'},
  )
  const page = await line.call(what, (client, options) => client.send(command, options))
  return {page, modes}
}

/** What is no JSON is the SDK's to refuse. */
function* modesIn(body: Uint8Array): Generator<[string, string]> {
  let answer: unknown
  try {
    answer = JSON.parse(Buffer.from(body).toString('utf8'))
  } catch {
    return
  }
  const {Clusters: all} = (answer ?? {}) as {Clusters?: unknown}
  for (const one of Array.isArray(all) ? (all as unknown[]) : []) {
    const {ClusterId: id, Mode: mode} = (one ?? {}) as Record<string, unknown>
    if (typeof id === 'string' && typeof mode === 'string') yield [id, mode]
  }
}

const state = (said: string | undefined): string => (said ?? 'unknown').toLowerCase()

function told(cluster: Cluster, modes: ReadonlyMap<string, string>): HsmCluster {
  const {ClusterId: id = '', BackupRetentionPolicy: kept, SubnetMapping: subnets = {}} = cluster
  const days = kept?.Type === 'DAYS' ? Number(kept.Value) : NaN
  return {
    id,
    state: state(cluster.State),
    message: cluster.StateMessage ?? null,
    hsmType: cluster.HsmType ?? null,
    mode: modes.get(id) ?? null,
    madeAt: cluster.CreateTimestamp ?? null,
    fromBackup: cluster.SourceBackupId ?? null,
    backupDays: Number.isInteger(days) ? days : null,
    vpc: cluster.VpcId ?? null,
    subnets: Object.entries(subnets).map(([zone, subnet]) => ({zone, subnet})),
    hsms: (cluster.Hsms ?? []).map((hsm) => ({
      id: hsm.HsmId ?? '',
      state: state(hsm.State),
      message: hsm.StateMessage ?? null,
      zone: hsm.AvailabilityZone ?? null,
      subnet: hsm.SubnetId ?? null,
      ip: hsm.EniIp ?? null,
    })),
    certificates: certificatesOf(cluster.Certificates ?? {}),
  }
}

const certificates = [
  ['csr', 'ClusterCsr'],
  ['cluster', 'ClusterCertificate'],
  ['hsm', 'HsmCertificate'],
  ['aws-hardware', 'AwsHardwareCertificate'],
  ['manufacturer-hardware', 'ManufacturerHardwareCertificate'],
] as const satisfies readonly (readonly [ClusterCertificate['which'], keyof Certificates])[]

function certificatesOf(all: Certificates): ClusterCertificate[] {
  return certificates.flatMap(([which, field]): ClusterCertificate[] => {
    const pem = all[field]
    if (pem === undefined || pem === '') return []
    return [{which, ...(which === 'csr' ? unread : readCertificate(pem))}]
  })
}

const unread = {until: null, sha256: null}

function readCertificate(pem: string): Pick<ClusterCertificate, 'until' | 'sha256'> {
  try {
    const read = new X509Certificate(pem)
    const until = new Date(read.validTo)
    return {
      until: Number.isNaN(until.getTime()) ? null : until,
      sha256: read.fingerprint256.replaceAll(':', '').toLowerCase(),
    }
  } catch {
    return unread
  }
}
