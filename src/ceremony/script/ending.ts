/** The pages after the last step: what is owed, and sheets for what went otherwise. */
import {heading, list, pageBreak, paragraph, sheet, strong, table, type Block} from '../../paper/document.ts'
import type {Printing} from './printing.ts'

const sheets = 2

export function ending({filled}: Printing): readonly Block[] {
  return [
    heading(2, 'To be done afterwards'),
    filled.after.length === 0
      ? paragraph('The template names no duties.')
      : table({
          columns: ['Duty', 'Owner', 'Within'],
          rows: filled.after.map(({text, owner, due}) => [text, owner, due]),
        }),
    ...Array.from({length: sheets}, (_, at) => exceptionSheet(at + 1)).flat(),
  ]
}

/** A deviation, with what the record will ask of it. */
function exceptionSheet(number: number): readonly Block[] {
  const row = (name: string, room: number): {cells: (string | Block[])[]; room: number} => ({
    cells: [[paragraph(strong(name))], ''],
    room,
  })
  return [
    pageBreak,
    heading(2, `Exception sheet ${number}`),
    paragraph(
      'For whatever was not done as it is written. One sheet for each; copy this page where there are more.',
    ),
    sheet({
      columns: [
        {name: 'Asked', share: 28},
        {name: 'Answer', share: 72},
      ],
      rows: [
        row('Step', 1.3),
        row('Date and time (UTC)', 1.3),
        row('What happened', 6),
        row('Why', 4),
        row('What was done instead', 5),
        row('Decided by: name, role, signature', 2),
        row('Agreed by: names, roles, signatures', 4),
        row('Settled at: date and time (UTC)', 1.3),
      ],
    }),
    list(['The officer reads it aloud before anybody goes on.', 'The sheet stays with the script.']),
  ]
}
