/** What the folders above use of backups. */
export {backupsFold} from './fold.ts'
export {
  backupCopy,
  backupDelete,
  backupRestore,
  findBackup,
  hsmClustersOf,
  keptBackups,
} from './operations.ts'
export {keyBackupsFold, openKeyBackup, type TakenBackup} from './key-fold.ts'
export {backupPutBack, backupTake} from './key-operations.ts'
export {keyBackupsOf, planPut, planTake, takenBackup} from './key-plans.ts'
export {planBackup} from './plans.ts'
export {
  backupDomain,
  backupDomainLoad,
  backupLoad,
  backupStart,
  planWhole,
  profileSetting,
} from './whole-operations.ts'
export {placeSettingsOf, wholeBackupsOf} from './whole-acts.ts'
export {wholeFold} from './whole-state.ts'
export {openBackupAct, type BackupAct} from './state.ts'
