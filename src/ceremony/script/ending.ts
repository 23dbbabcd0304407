/** The pages after the last step: what is owed, and sheets for what went otherwise. */
import {parseDuration, plainDuration} from '../../base/duration.ts'
import {heading, pageBreak, paragraph, sheet, strong, type Block} from '../../paper/document.ts'
import type {Filled} from '../template.ts'
import type {Printing} from './printing.ts'

export function ending({filled}: Printing): readonly Block[] {
  return [
    ...duties(filled),
    ...Array.from({length: sheetsFor(filled)}, (_, at) => exceptionSheet(at + 1)).flat(),
  ]
}

function duties({after}: Filled): readonly Block[] {
  if (after.length === 0)
    return [heading(2, 'To be done afterwards'), paragraph('The template names no duties.')]
  return [
    heading(2, 'To be done afterwards'),
    paragraph(
      'Whoever owes it takes it aloud, with their initials. It is owed until the record says that it is done.',
    ),
    sheet({
      columns: [
        {name: 'Duty', share: 56},
        {name: 'Owner', share: 19},
        {name: 'Within', share: 13},
        {name: 'Initials', share: 12},
      ],
      rows: after.map(({text, owner, due}) => ({
        cells: [text, owner, plainDuration(parseDuration(due)), ''],
        room: 1.6,
      })),
    }),
  ]
}

/** Long ceremonies deviate more often: the room should not have to copy a page. */
function sheetsFor({acts}: Filled): number {
  const steps = acts.reduce((sum, act) => sum + act.steps.length, 0)
  return Math.min(8, Math.max(2, Math.ceil(steps / 30)))
}

/** One deviation, with what the record will ask of it. */
function exceptionSheet(number: number): readonly Block[] {
  const asked = (name: string, room: number): {cells: (string | Block[])[]; room: number} => ({
    cells: [[paragraph(strong(name))], ''],
    room,
  })
  const signed = (name: string): {cells: (string | Block[])[]; room: number} => ({
    cells: [[paragraph(strong(name))], '', '', '', ''],
    room: 1.4,
  })
  return [
    pageBreak,
    heading(2, `Exception sheet ${number}`),
    paragraph(
      'For one thing that was not done as it is written. It is decided before anybody goes on, typed into the record as a deviation, and read aloud from this sheet, which stays with the script. Copy this page where there are more.',
    ),
    sheet({
      columns: [
        {name: 'Asked', share: 24},
        {name: 'Answer', share: 76},
      ],
      rows: [
        asked('Step; deviation D', 1.3),
        asked('Begun and settled (UTC)', 1.3),
        asked('What was not as written', 3.5),
        asked('Why', 2.5),
        asked('What was done instead', 3),
      ],
    }),
    sheet({
      columns: [
        {name: 'Signed', share: 16},
        {name: 'Printed name', share: 27},
        {name: 'Role', share: 18},
        {name: 'Signature', share: 26},
        {name: 'Time (UTC)', share: 13},
      ],
      rows: [signed('Decided by'), ...Array.from({length: 4}, () => signed('Agreed by'))],
    }),
  ]
}
