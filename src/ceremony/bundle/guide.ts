/** The two files by which a bundle is checked without keyrite. */
import {join} from 'node:path'
import {fromHex, sha256Hex} from '../../base/bytes.ts'
import {readPublic} from '../../base/files.ts'
import {rehearsalMark} from '../../base/rehearsal.ts'
import {wordLines} from '../../base/words.ts'
import {namespaceOf} from '../../custody/index.ts'
import type {LedgerFacts} from '../../ledger/index.ts'
import type {Level} from './layout.ts'
import type {Files} from './primary.ts'

const limitBytes = 1024 * 1024

/**
 * `VERIFY.md`, with this ledger's own facts in place, and `verify.py`, the same bytes in every bundle.
 * @param packageRoot - where this keyrite's own files lie
 */
export function guideFiles(
  packageRoot: string,
  facts: Pick<LedgerFacts, 'fingerprint' | 'organisation' | 'rehearsal'>,
  ceremony: string,
  level: Level,
): Files {
  const folder = join(packageRoot, 'ceremony-templates/bundle')
  const script = readPublic(join(folder, 'verify.py'), limitBytes)
  const {fingerprint, organisation, rehearsal} = facts
  const values: Readonly<Record<string, string>> = {
    'bundle-namespace': namespaceOf('bundle', facts),
    ceremony,
    fingerprint,
    flag: rehearsal ? ' --rehearsal' : '',
    mark: rehearsal ? `${rehearsalMark}: ` : '',
    note: rehearsal
      ? `This is a **${rehearsalMark}**. It proves nothing but itself: every signature in it is for namespace \`${namespaceOf('bundle', facts)}\`,\nand counts nowhere else. In section 6 each line begins with ${rehearsalMark}.\n\n`
      : '',
    level,
    organisation,
    'statement-namespace': rehearsal ? namespaceOf('bundle', facts) : `keyrite-$use-v1@${organisation}`,
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
