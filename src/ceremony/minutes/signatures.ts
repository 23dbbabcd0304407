/** Who signed the transcript, round by round. */
import {parsePublicKey} from '../../custody/index.ts'
import type {Entry} from '../../ledger/index.ts'
import {
  code,
  facts,
  heading,
  notice,
  paragraph,
  strong,
  table,
  type Block,
  type Inline,
} from '../../paper/document.ts'
import {missingSignatures, roundIsDue, type Signed} from '../state.ts'
import {keyClassInWords} from './strength.ts'
import {utc, type Transcript} from './transcript.ts'

export function signatures(record: Transcript): readonly Block[] {
  const rounds = record.of('signoff.opened')
  if (rounds.length === 0)
    return [heading(2, 'Signatures'), paragraph('The transcript was not opened for signature.')]
  const due = roundIsDue(record.ceremony)
  return [
    heading(2, 'Signatures'),
    paragraph(
      'Each of these people signed exactly this transcript, and by that the approval of what these minutes say of it.',
    ),
    ...(due
      ? [
          notice(
            'warning',
            `A deviation was recorded after round ${rounds.length} was opened: nobody has signed for it yet. Round ${rounds.length + 1} is not open.`,
          ),
        ]
      : []),
    ...rounds.flatMap((one, at) =>
      roundBlocks(record, one, {number: at + 1, of: rounds.length + (due ? 1 : 0)}),
    ),
  ]
}

interface Round {
  readonly number: number
  readonly of: number
}

function roundBlocks(record: Transcript, opened: Entry, {number, of}: Round): readonly Block[] {
  const {signed, signedBefore} = record.ceremony
  const mine = [...signedBefore, ...signed].filter(({round}) => round === number)
  const missing = number === of ? missingSignatures(record.ceremony) : []
  const {deviations} = opened.data
  const over = Array.isArray(deviations) ? deviations.length : 0
  return [
    ...(of === 1
      ? []
      : [heading(3, number === of ? `Round ${number}, which counts` : `As of round ${number}`)]),
    facts([
      [
        'Transcript',
        `${record.text(opened.data['count'])} entries from ${record.text(opened.data['first'])}, closed ${utc(opened.time)} (entry ${opened.seq})`,
      ],
      [
        'Deviations in it',
        over === 0 ? 'none' : Array.from({length: over}, (_, at) => `D${at + 1}`).join(', '),
      ],
      ['Root', [code(record.text(opened.data['root']))]],
    ]),
    mine.length + missing.length === 0
      ? paragraph('Nobody signed it.')
      : table({
          columns: ['Name', 'Key', 'Signed', 'Entry'],
          rows: [
            ...mine.map((one) => signedRow(record, one)),
            ...missing.map((id) => [[strong(record.name(id))], [strong('MISSING')], '-', '-']),
          ],
        }),
  ]
}

function signedRow(record: Transcript, {person, key, at, seq}: Signed): readonly (readonly Inline[])[] {
  return [[strong(record.name(person))], [keyInWords(record, person, key)], [utc(at)], [String(seq)]]
}

/** The key that somebody signed with, by its fingerprint. */
export function keyInWords(record: Transcript, person: string, key: string): string {
  const enrolled = record.person(person)?.keys.find((one) => parsePublicKey(one.key).fingerprint === key)
  const type = enrolled === undefined ? 'key' : parsePublicKey(enrolled.key).type
  return `${keyClassInWords(enrolled?.class ?? 'stated', type)}, ${key}`
}
