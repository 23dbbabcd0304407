/** What is known of backups that a service made by itself: what keyrite did with them. */
import type {Versions} from '../base/versions.ts'

/** What is done with a backup, and the phase that it is done in. */
export const backupActs = ['copy', 'delete', 'restore'] as const
export type BackupAct = (typeof backupActs)[number]

/** The types of entry of each act. */
export const backupTypes = {
  copy: {intended: 'backup.copy.intended', done: 'backup.copied', failed: 'backup.copy.failed'},
  delete: {intended: 'backup.delete.intended', done: 'backup.deleted', failed: 'backup.delete.failed'},
  restore: {intended: 'backup.restore.intended', done: 'backup.restored', failed: 'backup.restore.failed'},
} as const satisfies Record<BackupAct, object>

/** An intent without an outcome. */
export interface OpenBackupAct {
  readonly seq: number
  readonly id: string
  readonly act: BackupAct
  readonly profile: string
  readonly backup: string
  readonly region: string | null
  readonly approved: number | null
}

export interface BackupActs {
  readonly open: Versions<number, OpenBackupAct>
}

/** What was begun of this backup, and has no outcome yet. */
export function openBackupAct(
  {open}: BackupActs,
  profile: string,
  backup: string,
): OpenBackupAct | undefined {
  return [...open.values()].find((one) => one.profile === profile && one.backup === backup)
}
