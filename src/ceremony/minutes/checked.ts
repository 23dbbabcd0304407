/** The minutes as a page that checks itself for damage: what it carries, and what it says of that. */
import {base64, hex} from '../../base/bytes.ts'
import {isBlobRef, parseProof, type Entry, type LedgerFacts} from '../../ledger/index.ts'
import {checkedHtmlOf} from '../../paper/checked-html.ts'
import {code, notice, paragraph, strong, type Block, type Doc} from '../../paper/document.ts'
import {shownTags, type PageRecord} from './page/record.ts'

/** What a page is checked by: as a bundle holds it. */
export interface Carried {
  readonly ledger: LedgerFacts
  readonly ceremony: string
  readonly level: PageRecord['level']
  readonly checkpoint: string
  /** Exact bytes by seq, and the same entries as they were read. */
  readonly entries: ReadonlyMap<number, Uint8Array>
  readonly read: readonly Entry[]
  readonly proofs: ReadonlyMap<number, string>
  readonly openings: ReadonlyMap<string, {readonly salt: Uint8Array; readonly value: Uint8Array}>
  readonly blobs: ReadonlyMap<string, Uint8Array>
}

/** @param script - the page's own, as it is built. @throws TypeError where what it carries is not of its form. */
export function checkedMinutes(doc: Doc, carried: Carried, script: string): string {
  return checkedHtmlOf(doc, {
    script,
    header,
    tags: shownTags,
    record: (shown): PageRecord => recordOf(carried, shown),
  })
}

const header: readonly Block[] = [
  notice(
    'warning',
    strong('This page has not checked itself. '),
    'It does so when a browser opens it, offline. If this stays here, the browser runs no scripts, or the page was changed so that its own does not run.',
  ),
  paragraph(
    'The check finds damage and changes to a part. ',
    strong('It cannot prove its own honesty:'),
    ' whoever writes a whole page can write one that calls itself whole, with a ledger of their own. Compare the fingerprint below with the paper, and check the ceremony’s bundle as its ',
    code('VERIFY.md'),
    ' says.',
  ),
]

function recordOf(carried: Carried, shown: readonly string[]): PageRecord {
  const {ledger, ceremony, level, checkpoint, entries, proofs, openings} = carried
  return {
    type: 'keyrite.page/1',
    organisation: ledger.organisation,
    ledger: ledger.name,
    fingerprint: ledger.fingerprint,
    rehearsal: ledger.rehearsal,
    ceremony,
    level,
    checkpoint,
    entries: [...entries].map(([seq, bytes]) => [
      seq,
      textOf(bytes),
      parseProof(proofs.get(seq) ?? '').hashes.map((one) => base64(one)),
    ]),
    openings: Object.fromEntries(
      [...openings]
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([name, {salt, value}]) => [name, [hex(salt), textOf(value)]]),
    ),
    documents: documentsOf(carried),
    shown,
  }
}

/** The first roster, and every plan that changes it: what gives people their keys, beside entries. */
function documentsOf({read, blobs}: Carried): readonly string[] {
  const names = read.flatMap(({type, data}) => {
    const given =
      type === 'ledger.opened'
        ? data['roster']
        : type === 'quorum.opened' && data['operation'] === 'custodian.change'
          ? data['plan']
          : undefined
    return isBlobRef(given) ? [given.blob] : []
  })
  return [...new Set(names)].flatMap((name) => {
    const bytes = blobs.get(name)
    return bytes === undefined ? [] : [textOf(bytes)]
  })
}

function textOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('utf8')
}
