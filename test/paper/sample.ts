import {
  code,
  codeLines,
  facts,
  heading,
  list,
  notice,
  pageBreak,
  paragraph,
  strong,
  table,
} from '../../src/paper/document.ts'
import type {Doc} from '../../src/paper/document.ts'

export const digest = 'e58294f2e9a227486e8b061b31cc528fd7fa3f19e58294f2e9a227486e8b061b'

/** One of everything, as a ceremony's record would use it. */
export const sample: Doc = {
  title: 'Root key ceremony',
  language: 'en',
  blocks: [
    heading(1, 'Root key ceremony'),
    paragraph(
      'Held in ',
      strong('Zürich'),
      ' by four people. The plan that they approved has the digest ',
      code(digest),
      ', which everybody compared with the copy of their own before the first step.',
    ),
    facts([
      ['Ceremony', 'root-2026'],
      ['Plan', [code(digest)]],
      ['Location', '東京 office, room 4'],
      ['What the witnesses were told beforehand', 'Nothing but the time and the place.'],
    ]),
    notice('warning', 'Stop if a digest differs. ', strong('Nothing'), ' has been changed until then.'),
    heading(2, 'Steps'),
    table({
      columns: ['Step', 'What was done', 'By', 'Time'],
      rows: [
        ['1', 'The room was searched and locked', 'Ada Lovelace', '10:02'],
        [
          '2',
          ['The key was made; its public half has the digest ', code(digest)],
          'Grace Hopper and Mary Jackson',
          '10:17',
        ],
        ['3', 'The shares were sealed', 'Ada Lovelace', '10:41'],
      ],
    }),
    heading(3, 'Words'),
    codeLines(['topmost    Istanbul   Pluto     vagabond', 'treadmill  Pacific    brackish  dictator']),
    list(['keep the envelope shut', ['show ', code('keyrite ceremony verify root-2026')]]),
    list(['read', 'compare', 'sign'], {ordered: true}),
    pageBreak,
    notice('note', 'This page was left for signatures.'),
  ],
}
