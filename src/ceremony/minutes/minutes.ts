/** The minutes of a ceremony: a pure function of what the ledger (or a bundle) holds of it. */
import type {Doc} from '../../paper/document.ts'
import {approvals} from './approvals.ts'
import {certificates} from './certificates.ts'
import {deviations} from './deviations.ts'
import {duties, interruptions} from './ending.ts'
import {head} from './head.ts'
import {keys} from './keys.ts'
import {Transcript, type Minuted} from './transcript.ts'
import {stableDoc} from './stable.ts'
import {shares} from './shares.ts'
import {steps} from './steps.ts'
import {signatures} from './signatures.ts'
import {strengths} from './strength.ts'

export type {Minuted} from './transcript.ts'

/**
 * Equal entries give equal minutes: no clock, no machine and no version of the reader is in them.
 * @throws KeyriteError `TEMPLATE_INVALID`.
 */
export function minutesOf(from: Minuted): Doc {
  const record = new Transcript(from)
  return stableDoc({
    title: `Minutes: ${record.script.title}`,
    language: 'en',
    rehearsal: record.view.facts.rehearsal,
    dated: new Date(record.entries.at(-1)?.time ?? record.ceremony.opened.time),
    running: {
      head: `Minutes: ${record.script.title}`,
      foot: [`Ceremony ${record.ceremony.id}`, `Ledger ${record.view.facts.fingerprint}`],
    },
    blocks: [
      ...head(record),
      ...steps(record),
      ...approvals(record),
      ...keys(record),
      ...certificates(record),
      ...shares(record),
      ...deviations(record),
      ...interruptions(record),
      ...signatures(record),
      ...duties(record),
      ...strengths,
    ],
  })
}
