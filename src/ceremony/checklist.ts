/** What is settled before a key is made (C1), by steps that say so in `checks`. */
export const checkpoints = [
  'device',
  'access',
  'multi-person',
  'backup',
  'documented',
  'witnesses',
  'audit-log',
  'recording',
] as const
export type Checkpoint = (typeof checkpoints)[number]

export const checkpointWords: Readonly<Record<Checkpoint, string>> = {
  device: 'the device was commissioned and tested',
  access: 'only those who may can reach it',
  'multi-person': 'no one person can approve alone',
  backup: 'the backup of the device is configured and tested',
  documented: 'the ceremony was documented and reviewed',
  witnesses: 'the witnesses are there and can see',
  'audit-log': 'the audit log is switched on',
  recording: 'the recording runs',
}
