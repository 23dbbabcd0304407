/** Where everything lies in a bundle, and how large it may be. docs/bundle-format.md. */

export type Level = 'full' | 'restricted' | 'public'
export const levels: readonly Level[] = ['full', 'restricted', 'public']

/** At most: a bundle that is larger is not looked at. */
export const limits = {files: 100_000, fileBytes: 32 * 1024 * 1024, bytes: 512 * 1024 * 1024} as const

/** The folders in a bundle. */
export const folders: readonly string[] = ['blobs', 'certificates', 'entries', 'keys', 'proofs', 'statements']

const plain = [
  'VERIFY.md',
  'verify.py',
  'bundle.json',
  'checkpoint',
  'openings.json',
  'allowed_signers',
  'roster.json',
  'policy.json',
  'template.yaml',
  'minutes.html',
  'minutes.pdf',
  'minutes.txt',
  'script.html',
  'script.pdf',
  'SHA256SUMS',
  'SHA256SUMS.sig',
]
const seq = '(?:\\d{6}|[1-9]\\d{6,15})'
const patterns = [
  new RegExp(`^entries/${seq}\\.json$`),
  new RegExp(`^proofs/${seq}\\.tlog-proof$`),
  new RegExp(`^statements/${seq}\\.(?:json|sig)$`),
  /^blobs\/[0-9a-f]{64}$/,
  new RegExp(`^certificates/[a-z][a-z0-9-]{0,62}-v[1-9]\\d{0,15}-${seq}\\.pem$`),
  /^keys\/[a-z][a-z0-9-]{0,62}-v[1-9]\d{0,15}\.pem$/,
]

/** Whether a bundle may hold a file of this path. */
export function isKnownPath(path: string): boolean {
  return plain.includes(path) || patterns.some((pattern) => pattern.test(path))
}

/** A seq as it stands in file names: at least six digits. */
export function seqName(at: number): string {
  return String(at).padStart(6, '0')
}

export const entryPath = (at: number): string => `entries/${seqName(at)}.json`
export const proofPath = (at: number): string => `proofs/${seqName(at)}.tlog-proof`
export const certificatePath = (key: string, version: number, at: number): string =>
  `certificates/${key}-v${version}-${seqName(at)}.pem`
export const blobPath = (sha256: string): string => `blobs/${sha256}`
export const statementPaths = (at: number): readonly [json: string, sig: string] => [
  `statements/${seqName(at)}.json`,
  `statements/${seqName(at)}.sig`,
]

/** The seq that a file of `entries/` or `proofs/` is called by; undefined for any other path. */
export function seqOfPath(path: string): number | undefined {
  const digits = /^(?:entries|proofs|statements)\/(\d{6,16})\./.exec(path)?.[1]
  const at = Number(digits ?? Number.NaN)
  return Number.isSafeInteger(at) ? at : undefined
}

/** The bytes of paths decide their order, as `LC_ALL=C sort` has it. */
export function byPath(a: string, b: string): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b))
}
