/** What the folders above use of backups. */
export {backupsFold} from './fold.ts'
export {backupCopy, backupDelete, backupRestore, findBackup, keptBackups} from './operations.ts'
export {planBackup} from './plans.ts'
export {openBackupAct, type BackupAct} from './state.ts'
