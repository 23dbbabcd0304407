/** The pages before the first step: what this is, against what it is compared, and who is there. */
import {fromHex} from '../../base/bytes.ts'
import {wordLines} from '../../base/words.ts'
import {
  code,
  codeLines,
  facts,
  heading,
  list,
  notice,
  pageBreak,
  paragraph,
  sheet,
  strong,
  table,
  type Block,
} from '../../paper/document.ts'
import {qr} from '../../paper/qr.ts'
import {digest} from './digest.ts'
import type {Printing} from './printing.ts'
import {lasting, minutesOf, moment, timePlan} from './times.ts'
import {materials} from './things.ts'
import {abbreviationsIn} from './abbreviations.ts'
import {waived} from '../printed-waivers.ts'

export function cover(printing: Printing): readonly Block[] {
  const {filled, standby, zone, absent} = printing
  const steps = filled.acts.reduce((sum, act) => sum + act.steps.length, 0)
  const minutes = minutesOf(filled).reduce((sum, one) => sum + one, 0)
  return [
    heading(1, filled.title),
    paragraph(filled.purpose),
    facts([
      ['Place', filled.location],
      ['Recording', filled.recording ?? 'not said'],
      ['Begins', standby === null ? '______________________' : moment(standby, zone)],
      ['Planned', `${steps} steps in ${filled.acts.length} acts, ${lasting(minutes)}`],
      ['This copy is for', '______________________'],
      ['Template', [filled.id, ', SHA-256 ', code(filled.sha256)]],
    ]),
    ...(absent.length === 0
      ? []
      : [
          notice(
            'note',
            `Blank here, because it is withheld or was erased: ${absent.map((name) => `“${name}”`).join(', ')}.`,
          ),
        ]),
    heading(3, 'SHA-256 of the template, in words'),
    codeLines(wordLines(fromHex(filled.sha256))),
    qr(`sha256:${filled.sha256}`, 'The same digest, for a camera'),
    paragraph(
      'The same digest stands at the foot of every page. A page that bears another one does not belong to this script.',
    ),
    ...against(printing),
    ...participants(printing),
    ...timePlan(filled, standby, zone),
    ...abbreviationsIn(filled),
    ...materials(filled),
    ...waived(filled.waivers),
  ]
}

/** What is read from a screen in the room must be the same as here. */
function against({ledger, verifier, plans}: Printing): readonly Block[] {
  return [
    pageBreak,
    heading(2, 'To be compared in the room'),
    heading(3, 'Fingerprint of the ledger'),
    ...(ledger === null
      ? [
          notice(
            'warning',
            'There was no ledger when this was printed: its fingerprint is not here, and cannot be compared.',
          ),
        ]
      : [paragraph(code(ledger.name)), digest(ledger.fingerprint)]),
    ...plans.flatMap((plan): readonly Block[] => [
      heading(3, `Plan of step “${plan.step}”`),
      ...(plan.sha256 === null
        ? [notice('warning', `The digest of this plan cannot be printed: ${plan.because}.`)]
        : [digest(plan.sha256)]),
    ]),
    heading(3, 'SHA-256 of verify.py'),
    paragraph(
      'The program by which a stranger checks the bundle. Whoever gets one compares it with these words first.',
    ),
    digest(verifier),
  ]
}

function participants({filled}: Printing): readonly Block[] {
  const rows = [...filled.roles].flatMap(([name, role]) => {
    const places = role.count ?? (role.minimum ?? 1) + 1
    return Array.from({length: places}, () => ({cells: [name, '', '', '', '', ''], room: 1.3}))
  })
  const said = [...filled.roles].filter(([, {text}]) => text !== '')
  return [
    pageBreak,
    heading(2, 'Participants'),
    paragraph(
      'Each writes their name in capitals, signs, and gives the initials that they will use, with date and time in UTC, before the first step. Lines that stay empty are struck out.',
    ),
    sheet({
      columns: [
        {name: 'Role', share: 19},
        {name: 'Printed name', share: 25},
        {name: 'Signature', share: 23},
        {name: 'Initials', share: 10},
        {name: 'Date', share: 12},
        {name: 'Time', share: 11},
      ],
      rows,
    }),
    ...(said.length === 0 ? [] : [list(said.map(([name, {text}]) => [strong(`${name}: `), text]))]),
    ...awhile(filled),
    ...excluding(filled.roles),
  ]
}

/** Roles that are not in the room all the time. */
function awhile({roles, acts}: Printing['filled']): readonly Block[] {
  const rows = [...roles].flatMap(([name, {acts: there}]) =>
    there === undefined
      ? []
      : [
          [
            name,
            acts.flatMap(({id, title}, at) => (there.includes(id) ? [`${at + 1}. ${title}`] : [])).join(', '),
          ],
        ],
  )
  return rows.length === 0 ? [] : [table({columns: ['In the room only', 'in these acts'], rows})]
}

function excluding(roles: Printing['filled']['roles']): readonly Block[] {
  const rows = [...roles].filter(([, {excludes}]) => excludes.length > 0)
  if (rows.length === 0) return []
  return [
    table({
      columns: ['Nobody is both', 'and'],
      rows: rows.map(([name, {excludes}]) => [name, excludes.join(', ')]),
    }),
  ]
}
