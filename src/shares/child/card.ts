/** A card: one page with the text of a share, the same as a QR code, and room for what is written by hand. */
import {codeLines, facts, heading, notice, writing, type Doc} from '../../paper/document.ts'
import {pdfOf} from '../../paper/pdf/index.ts'
import {qr} from '../../paper/qr.ts'
import type {Share, Wrapped} from '../format.ts'
import type {Head} from '../head.ts'
import {qrText, shareRowLines} from '../text.ts'

/** The longest wrapped secret that a card has room for. */
const mostOnCard = 264

export function cardPdf(share: Share, wrapped: Wrapped, head: Head): Uint8Array {
  return pdfOf(cardDoc(share, wrapped, head), 'a6')
}

function cardDoc(share: Share, wrapped: Wrapped, {holder, ledger, entry}: Head): Doc {
  const whole = wrapped.bytes.length <= mostOnCard
  const set = share.set.toString('hex')
  return {
    title: `Share ${share.index} of ${share.holders}`,
    language: 'en',
    blocks: [
      heading(3, `Share ${share.index} of ${share.holders}, any ${share.threshold} recover`),
      facts([
        ['For', holder ?? ''],
        ['Set', set],
        ['Ledger', `${ledger.slice(0, 16)}…, entry ${entry}`],
      ]),
      codeLines(shareRowLines(share, wrapped.bytes.length).map((row) => row.toString('latin1'))),
      qr(
        qrText(share, wrapped, whole).toString('latin1'),
        whole ? 'these rows, and the wrapped secret' : 'these rows; the wrapped secret is kept elsewhere',
      ),
      notice('warning', 'Whoever reads this has the share. Seal it; copy it nowhere.'),
      writing('Bag number, seal, date, signature'),
    ],
  }
}
