/** The whole record of an incident as a paper: every part, and at its end the entries themselves. */
import type {JsonObject} from '../../base/jcs.ts'
import type {Ledger} from '../../ledger/index.ts'
import {codeLines, heading, notice, paragraph, type Doc} from '../../paper/document.ts'
import {drillMarked} from '../phases.ts'
import type {IncidentRecord} from '../record/index.ts'
import {
  aboutBlocks,
  breachBlocks,
  dutyBlocks,
  evidenceBlocks,
  impactBlocks,
  minute,
  openBlocks,
  reencryptBlocks,
  timelineBlock,
  timesBlock,
} from './sections.ts'

/** @param entries - those of the incident, whole, with private values opened */
export function wholeRecord(
  {view}: Pick<Ledger, 'view'>,
  record: IncidentRecord,
  entries: readonly (JsonObject & {readonly seq: number; readonly type: string})[],
): Doc {
  const {incident, asOf} = record
  const title = drillMarked(incident.drill, `Record of incident ${incident.id}: key ${incident.key}`)
  return {
    title,
    language: 'en',
    dated: new Date(asOf.at),
    rehearsal: view.facts.rehearsal,
    running: {head: title, foot: [`As of ${minute(asOf.at)}. Ledger ${view.facts.fingerprint}`]},
    blocks: [
      heading(1, title),
      notice('warning', 'It holds names, notes and tickets: pass it only to those who may read these.'),
      ...aboutBlocks(record),
      heading(2, 'What is still open'),
      ...openBlocks(record),
      heading(2, 'Impact'),
      ...impactBlocks(record),
      heading(2, 'Times against limits'),
      timesBlock(record),
      heading(2, 'Timeline'),
      timelineBlock(record),
      heading(2, 'Duties'),
      ...dutyBlocks(record),
      heading(2, 'Must somebody be notified?'),
      ...breachBlocks(record),
      heading(2, 'To be encrypted again'),
      ...reencryptBlocks(record),
      heading(2, 'Evidence'),
      ...evidenceBlocks(record),
      heading(2, 'Entries'),
      paragraph(
        'As the ledger has them, with private values opened: so they are not the bytes that were signed.',
      ),
      ...entries.flatMap((entry) => [
        heading(3, `Entry ${String(entry.seq)}: ${entry.type}`),
        codeLines(JSON.stringify(entry, null, 2).split('\n')),
      ]),
    ],
  }
}
