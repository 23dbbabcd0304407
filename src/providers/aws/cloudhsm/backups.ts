/** The backups that CloudHSM makes of a cluster by itself: listed, copied, deleted, and taken back. */
import {
  CopyBackupToRegionCommand,
  DeleteBackupCommand,
  DescribeBackupsCommand,
  RestoreBackupCommand,
  type Backup,
} from '@aws-sdk/client-cloudhsm-v2'
import {KeyriteError} from '../../../base/errors.ts'
import type {IntentId, KeptBackup, KeptBackups} from '../../ports.ts'
import type {ClusterLine} from './client.ts'

/** The tag by which a copy is found again. */
const intentTag = 'keyrite-intent'

const states: Readonly<Record<string, KeptBackup['state']>> = {
  CREATE_IN_PROGRESS: 'being-made',
  READY: 'ready',
  PENDING_DELETION: 'deleted',
}

export function clusterBackups(line: ClusterLine, cluster: string): KeptBackups {
  /** A page at a time. Copies lie in other regions, so what is of this cluster is looked at here. */
  async function* all(region: string | null, filters: Record<string, string[]>): AsyncGenerator<KeptBackup> {
    const how = region === null ? {} : {region}
    for (let token: string | undefined; ;) {
      const command = new DescribeBackupsCommand({
        MaxResults: 50,
        SortAscending: false,
        Filters: filters,
        ...(token === undefined ? {} : {NextToken: token}),
      })
      const page = await line.call(
        'list the backups',
        (client, options) => client.send(command, options),
        how,
      )
      for (const one of page.Backups ?? []) if (isOf(one, cluster)) yield* kept(one)
      token = page.NextToken === '' ? undefined : page.NextToken
      if (token === undefined) return
    }
  }

  async function describe(id: string): Promise<KeptBackup | undefined> {
    try {
      for await (const one of all(null, {backupIds: [id]})) if (one.id === id) return one
    } catch (error) {
      if (!(error instanceof KeyriteError && error.code === 'NOT_FOUND')) throw error
    }
    return undefined
  }

  async function existing(id: string): Promise<KeptBackup> {
    const found = await describe(id)
    if (found !== undefined) return found
    throw new KeyriteError('NOT_FOUND', `cannot find backup "${id}" of cluster "${cluster}"`, {
      hints: ['keyrite backup list PROFILE'],
    })
  }

  async function copied(id: string, region: string, intent: IntentId): Promise<KeptBackup | undefined> {
    for await (const one of all(region, {sourceBackupIds: [id]})) if (one.intent === intent) return one
    return undefined
  }

  return {
    list: (region) => all(region, region === null ? {clusterIds: [cluster]} : {}),
    describe,

    async copy(id, region, intent) {
      await existing(id)
      const command = new CopyBackupToRegionCommand({
        BackupId: id,
        DestinationRegion: region,
        TagList: [{Key: intentTag, Value: intent}],
      })
      const what = `copy backup "${id}" to ${region}`
      await line.call(what, (client, options) => client.send(command, options), {once: true})
      // The answer does not name the copy.
      for (const until = performance.now() + line.patience.settle; ;) {
        const copy = await copied(id, region, intent)
        if (copy !== undefined) return copy
        if (performance.now() > until)
          throw new KeyriteError(
            'PROVIDER_FAILED',
            `cannot ${what}: it was asked for, and does not show there yet`,
            {
              changed: true,
              hints: ['the same command again: it asks what was done'],
            },
          )
        await line.pause()
      }
    },

    async delete(id) {
      const before = await existing(id)
      if (before.state === 'deleted') return before
      const command = new DeleteBackupCommand({BackupId: id})
      await line.call(`delete backup "${id}"`, (client, options) => client.send(command, options), {
        once: true,
      })
      return existing(id)
    },

    async restore(id) {
      const before = await existing(id)
      if (before.state !== 'deleted') return before
      const command = new RestoreBackupCommand({BackupId: id})
      await line.call(`restore backup "${id}"`, (client, options) => client.send(command, options), {
        once: true,
      })
      return existing(id)
    },
  }
}

function isOf(backup: Backup, cluster: string): boolean {
  return backup.ClusterId === cluster || backup.SourceCluster === cluster
}

/** What is gone for good is no backup any more. */
function* kept(backup: Backup): Generator<KeptBackup> {
  const state = states[backup.BackupState ?? '']
  if (backup.BackupId === undefined || state === undefined) return
  const {SourceRegion: region, SourceBackup: source} = backup
  yield {
    id: backup.BackupId,
    state,
    madeAt: backup.CreateTimestamp ?? null,
    goneAt: backup.DeleteTimestamp ?? null,
    keptForEver: backup.NeverExpires ?? false,
    copyOf: region === undefined || source === undefined ? null : {region, backup: source},
    intent: backup.TagList?.find(({Key}) => Key === intentTag)?.Value ?? null,
  }
}
