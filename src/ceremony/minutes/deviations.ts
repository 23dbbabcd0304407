/** What was done otherwise than the script has it: by whose word, and who agreed. */
import {heading, paragraph, strong, table, type Block, type Inline} from '../../paper/document.ts'
import type {Transcript} from './transcript.ts'

export function deviations(record: Transcript): readonly Block[] {
  const rounds = record.of('signoff.opened')
  const rows = record
    .of('deviation.recorded')
    .map(({seq, time, data}, at): readonly (readonly Inline[])[] => {
      const say = (name: string): string => record.text(data[name])
      const after = rounds.filter((round) => round.seq < seq).length
      const agreed = Array.isArray(data['agreed_by']) ? record.names(data['agreed_by'].map(String)) : ''
      return [
        [strong(`D${at + 1}`)],
        [record.time(time), ...(after === 0 ? [] : [` (after round ${after} of signatures was opened)`])],
        [say('step')],
        [say('what'), ' ', strong('Because: '), say('why')],
        [
          strong('Decided: '),
          record.names([say('decided_by')]),
          '; ',
          strong('agreed: '),
          agreed === '' ? 'nobody' : agreed,
        ],
        [String(seq)],
      ]
    })
  return [
    heading(2, 'Deviations'),
    rows.length === 0
      ? paragraph('None was recorded.')
      : table({columns: ['No.', 'When', 'Step', 'What, and why', 'By whom', 'Entry'], rows}),
  ]
}
