/** The draft of a post-mortem: everything that the ledger knows is filled in, and what only people know is left to them by name. */
import type {Ledger} from '../../ledger/index.ts'
import {heading, notice, paragraph, type Block, type Doc} from '../../paper/document.ts'
import {drillMarked} from '../phases.ts'
import type {IncidentRecord} from '../record/index.ts'
import {
  aboutBlocks,
  breachBlocks,
  called,
  dutyBlocks,
  evidenceBlocks,
  impactBlocks,
  minute,
  openBlocks,
  plain,
  reencryptBlocks,
  timelineBlock,
  timesBlock,
  toWrite,
} from './sections.ts'

export function postmortem({view}: Pick<Ledger, 'view'>, record: IncidentRecord): Doc {
  const {incident, asOf} = record
  const title = drillMarked(incident.drill, `Post-mortem of incident ${incident.id}: key ${incident.key}`)
  return {
    title,
    language: 'en',
    dated: new Date(asOf.at),
    rehearsal: view.facts.rehearsal,
    running: {head: title, foot: [`Draft as of ${minute(asOf.at)}. Ledger ${view.facts.fingerprint}`]},
    blocks: [
      heading(1, title),
      notice(
        'note',
        'A draft. What stands in it follows from the ledger; what is marked TO BE WRITTEN only people know. It names people and tickets: it is for those who may read these. Nobody is blamed in it: it says what happened, and what will be otherwise.',
      ),
      heading(2, 'In short'),
      summary(record),
      ...aboutBlocks(record),
      heading(2, 'Impact'),
      ...impactBlocks(record),
      toWrite('which customers and systems noticed it, from when to when, and how many'),
      heading(2, 'Times against limits'),
      timesBlock(record),
      heading(2, 'Timeline'),
      timelineBlock(record),
      toWrite('what happened before keyrite was asked: how it was noticed, by whom, at what time'),
      heading(2, 'Why it happened'),
      toWrite('how the key came into foreign hands, or why it was thought so; why nothing stopped that'),
      heading(2, 'What went well, what went badly, where we were lucky'),
      toWrite('each in a line, without names'),
      heading(2, 'What is still open'),
      ...openBlocks(record),
      heading(2, 'Follow-ups'),
      ...dutyBlocks(record),
      toWrite('what will be otherwise, each with one owner and a day'),
      heading(2, 'Must somebody be notified?'),
      ...breachBlocks(record),
      heading(2, 'To be encrypted again'),
      ...reencryptBlocks(record),
      heading(2, 'Evidence'),
      ...evidenceBlocks(record),
    ],
  }
}

/** One sentence after the other, of what is known. */
function summary({incident: one, times}: IncidentRecord): Block {
  const time = (what: string): string => {
    const found = times.find((each) => each.what === what)
    if (found === undefined || found.at === null) return 'is still open'
    return `took ${plain(found.took)}${found.kept === 'no' ? `, longer than the ${plain(found.limit)} that it may` : ''}`
  }
  const last = one.lastSuccess === null ? '' : ` It was last seen to work at ${minute(one.lastSuccess)}.`
  return paragraph(
    `On ${minute(one.startedAt)} ${called(one.openedBy)} began to revoke key ${one.key} (${one.reason}). `,
    `To contain it ${time('Contained')}; to prove that it is dead ${time('Proved dead')}.${last} `,
    `${String(one.open.length)} ${one.open.length === 1 ? 'thing is' : 'things are'} open.`,
  )
}
