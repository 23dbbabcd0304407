/** Clusters, HSMs and backups as the service answers them. */
import type {Json} from '../call.ts'
import {certificatesOf} from './certificates.ts'
import {backupState, type Backup, type Cluster, type Hsm} from './state.ts'

const date = (seconds: number): Date => new Date(seconds * 1000)

export const tagList = (tags: ReadonlyMap<string, string>): Json[] =>
  [...tags].map(([key, value]) => ({Key: key, Value: value}))

export const shownHsm = (cluster: Cluster, hsm: Hsm): Json => ({
  HsmId: hsm.id,
  ClusterId: cluster.id,
  AvailabilityZone: hsm.zone,
  EniIp: hsm.ip,
  HsmType: cluster.hsmType,
  SubnetId: cluster.subnetIds['abc'.indexOf(hsm.zone.slice(-1))] ?? cluster.subnetIds[0],
  State: hsm.state,
})

export const shownCluster = (cluster: Cluster): Json => ({
  ClusterId: cluster.id,
  State: cluster.state,
  CreateTimestamp: date(cluster.createdAt),
  HsmType: cluster.hsmType,
  Mode: cluster.mode,
  BackupPolicy: 'DEFAULT',
  BackupRetentionPolicy: {Type: 'DAYS', Value: String(cluster.retentionDays)},
  Hsms: cluster.hsms.map((hsm) => shownHsm(cluster, hsm)),
  SubnetMapping: Object.fromEntries(
    cluster.subnetIds.map((id, at) => [`${cluster.region}${'abc'.charAt(at)}`, id]),
  ),
  Certificates: certificatesOf(cluster),
  TagList: tagList(cluster.tags),
  ...(cluster.sourceBackupId === undefined ? {} : {SourceBackupId: cluster.sourceBackupId}),
})

export const shownBackup = (backup: Backup, now: number): Json => ({
  BackupId: backup.id,
  BackupArn: `arn:aws:cloudhsm:${backup.region}:${backup.account}:backup/${backup.id}`,
  BackupState: backupState(backup, now),
  ClusterId: backup.clusterId,
  CreateTimestamp: date(backup.createdAt),
  NeverExpires: backup.neverExpires,
  HsmType: backup.hsmType,
  Mode: backup.mode,
  TagList: tagList(backup.tags),
  ...(backup.deleteAt === undefined ? {} : {DeleteTimestamp: date(backup.deleteAt)}),
  ...(backup.copied === undefined
    ? {}
    : {
        CopyTimestamp: date(backup.copied.at),
        SourceRegion: backup.copied.region,
        SourceBackup: backup.copied.backup,
        SourceCluster: backup.copied.cluster,
      }),
})
