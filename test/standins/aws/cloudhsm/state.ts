/** Clusters, HSMs and backups of CloudHSM v2: their states by the stand-in's clock. No key is in them. */
import {randomBytes} from 'node:crypto'
import type {Where} from '../upstream.ts'

export interface Hsm {
  readonly id: string
  readonly zone: string
  readonly ip: string
  state: 'CREATE_IN_PROGRESS' | 'ACTIVE' | 'DEGRADED'
  readonly readyAt: number
}

export interface Cluster extends Where {
  readonly id: string
  readonly createdAt: number
  readonly hsmType: string
  readonly mode: string
  readonly subnetIds: readonly string[]
  readonly sourceBackupId?: string
  readonly hsms: Hsm[]
  state: 'CREATE_IN_PROGRESS' | 'UNINITIALIZED' | 'INITIALIZED' | 'ACTIVE' | 'DELETED'
  readonly readyAt: number
  retentionDays: number
  tags: Map<string, string>
}

export interface Backup extends Where {
  readonly id: string
  readonly clusterId: string
  readonly createdAt: number
  readonly hsmType: string
  readonly mode: string
  readonly readyAt: number
  readonly copied?: {
    readonly at: number
    readonly region: string
    readonly backup: string
    readonly cluster: string
  }
  neverExpires: boolean
  /** Deleted: when it will be gone. */
  deleteAt?: number
  tags: Map<string, string>
}

export interface CloudHsm {
  readonly clusters: Map<string, Cluster>
  readonly backups: Map<string, Backup>
}

export const newCloudHsm = (): CloudHsm => ({clusters: new Map(), backups: new Map()})

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567'

export function newId(kind: 'cluster' | 'hsm' | 'backup'): string {
  const letters = [...randomBytes(11)].map((byte) => alphabet[byte & 31]).join('')
  return `${kind}-${letters}`
}

export const clusterAt = (
  {clusters}: CloudHsm,
  {account, region}: Where,
  id: string,
): Cluster | undefined => {
  const found = clusters.get(id)
  return found?.account === account && found.region === region ? found : undefined
}

/** What a backup is now. After its seven days it is gone. */
export function backupState(
  backup: Backup,
  now: number,
): 'CREATE_IN_PROGRESS' | 'READY' | 'PENDING_DELETION' {
  if (backup.deleteAt !== undefined) return 'PENDING_DELETION'
  return backup.readyAt > now ? 'CREATE_IN_PROGRESS' : 'READY'
}

/** What time did: clusters and HSMs become ready, backups pass away. */
export function settle({clusters, backups}: CloudHsm, now: number): void {
  for (const cluster of clusters.values()) {
    if (cluster.state === 'CREATE_IN_PROGRESS' && cluster.readyAt <= now)
      cluster.state = cluster.sourceBackupId === undefined ? 'UNINITIALIZED' : 'INITIALIZED'
    for (const hsm of cluster.hsms)
      if (hsm.state === 'CREATE_IN_PROGRESS' && hsm.readyAt <= now) hsm.state = 'ACTIVE'
  }
  for (const backup of backups.values()) {
    const days = clusters.get(backup.clusterId)?.retentionDays
    if (backup.deleteAt === undefined && !backup.neverExpires && days !== undefined) {
      const until = backup.createdAt + days * 86_400
      if (until <= now) backups.delete(backup.id)
    }
    if (backup.deleteAt !== undefined && backup.deleteAt <= now) backups.delete(backup.id)
  }
}
