/** The two files by which a bundle is checked without keyrite. */
import {join} from 'node:path'
import {fromHex, sha256Hex} from '../../base/bytes.ts'
import {readPublic} from '../../base/files.ts'
import {wordLines} from '../../base/words.ts'
import type {LedgerFacts} from '../../ledger/index.ts'
import type {Files} from './primary.ts'

const limitBytes = 1024 * 1024

/**
 * `VERIFY.md`, with this ledger's own facts in place, and `verify.py`, the same bytes in every bundle.
 * @param packageRoot - where this keyrite's own files lie
 */
export function guideFiles(
  packageRoot: string,
  {fingerprint, organisation}: Pick<LedgerFacts, 'fingerprint' | 'organisation'>,
  ceremony: string,
): Files {
  const folder = join(packageRoot, 'ceremony-templates/bundle')
  const script = readPublic(join(folder, 'verify.py'), limitBytes)
  const values: Readonly<Record<string, string>> = {
    ceremony,
    fingerprint,
    organisation,
    'verify-sha256': sha256Hex(script),
    words: wordLines(fromHex(fingerprint))
      .map((line) => `    ${line}`)
      .join('\n'),
  }
  const text = readPublic(join(folder, 'VERIFY.md'), limitBytes)
    .toString('utf8')
    .replace(/\{\{([a-z0-9-]+)\}\}/g, (whole, name: string) => values[name] ?? whole)
  return new Map<string, Uint8Array>([
    ['VERIFY.md', Buffer.from(text)],
    ['verify.py', script],
  ])
}
