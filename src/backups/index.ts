/** What the folders above use of backups. */
export {backupsFold} from './fold.ts'
export {backupCopy, backupDelete, backupRestore, findBackup, keptBackups} from './operations.ts'
export {keyBackupsFold, openKeyBackup, type TakenBackup} from './key-fold.ts'
export {backupPutBack, backupTake} from './key-operations.ts'
export {keyBackupsOf, planPut, planTake, takenBackup} from './key-plans.ts'
export {planBackup} from './plans.ts'
export {openBackupAct, type BackupAct} from './state.ts'
