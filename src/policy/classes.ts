/** Classes of keys, by what losing one costs. */
export const classes = [
  'root',
  'kek',
  'dek',
  'jwt-signing',
  'artifact-signing',
  'tls',
  'webhook',
  'backup',
  'escrow-master',
  'mac',
] as const
export type KeyClassName = (typeof classes)[number]

/** How secret what a key protects is. */
export const classifications = ['restricted', 'confidential', 'internal', 'public'] as const
export type Classification = (typeof classifications)[number]
