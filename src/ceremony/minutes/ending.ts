/** What stopped or failed, and what is owed afterwards. */
import {parseDuration} from '../../base/duration.ts'
import type {Entry} from '../../ledger/index.ts'
import {heading, list, paragraph, strong, table, type Block, type Inline} from '../../paper/document.ts'
import {waived} from '../printed-waivers.ts'
import type {Transcript} from './transcript.ts'
import {materialInWords} from './things.ts'

export function interruptions(record: Transcript): readonly Block[] {
  const rows = record.entries.flatMap((entry): (readonly Inline[])[][] => {
    const what = otherwise(record, entry)
    return what === null ? [] : [[[record.time(entry.time)], what, [String(entry.seq)]]]
  })
  return [
    heading(2, 'Stops, pauses and failures'),
    rows.length === 0
      ? paragraph('None: the ceremony was neither stopped nor paused, and nothing that was begun failed.')
      : table({columns: ['When', 'What', 'Entry'], rows}),
  ]
}

function otherwise(record: Transcript, {type, data}: Entry): readonly Inline[] | null {
  const say = (name: string): string => record.text(data[name])
  const present = data['present']
  switch (type) {
    case 'ceremony.stopped':
      return [strong('Stopped'), ` before step “${say('step')}”: ${say('reason')}`]
    case 'ceremony.resumed':
      return [
        strong('Resumed'),
        ` at step “${say('step')}”; present: ${record.names(Array.isArray(present) ? present.map(String) : [])}`,
      ]
    case 'ceremony.paused':
      return [
        strong('Paused'),
        ` before step “${say('step')}”; remained: ${record.names(Array.isArray(data['remain']) ? data['remain'].map(String) : []) || 'nobody'}`,
      ]
    case 'ceremony.aborted':
      return [strong('Aborted'), `: ${say('reason')}. Left behind: ${say('left')}`]
    case 'attempt.refused':
      return [strong('Refused'), `: ${say('operation')} (${say('code')})`]
    case 'quorum.withdrawn':
      return [strong('Withdrawn'), `: request r${say('opened')}: ${say('reason')}`]
    case 'key.create.failed':
    case 'key.import.failed':
    case 'key.try.failed':
    case 'key.state.failed':
    case 'key.rotate.failed':
    case 'certificate.make.failed':
      return [
        strong('Failed'),
        `: ${type.slice(0, -'.failed'.length)} of “${say('key')}” version ${say('version')} (${say('code')})`,
      ]
    default:
      return null
  }
}

export function duties(record: Transcript): readonly Block[] {
  const {after, materials, waivers, instead} = record.script
  const started = Date.parse(record.ceremony.opened.time)
  const due = (text: string): string => new Date(started + parseDuration(text)).toISOString().slice(0, 10)
  return [
    ...(materials.length === 0 ? [] : [heading(2, 'Materials'), list(materials.map(materialInWords))]),
    ...waived(waivers),
    heading(2, 'To be done afterwards'),
    after.length === 0
      ? paragraph(instead === null ? 'The template names no duties.' : `${instead}: duties are not known.`)
      : table({
          columns: ['Duty', 'Owner', 'Due'],
          rows: after.map((one) => [
            one.text,
            record.holders(one.owner).length === 0
              ? one.owner
              : `${one.owner}: ${record.names(record.holders(one.owner))}`,
            due(one.due),
          ]),
        }),
  ]
}
