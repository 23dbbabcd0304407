/** One row a step: number, what is done and by whom, room for initials and time. */
import {aloud, boxes, heading, paragraph, sheet, strong, writing, type Block} from '../../paper/document.ts'
import {isPair} from '../../providers/algorithms.ts'
import type {Step} from '../template.ts'
import {specInWords, specOf} from '../../certificates/index.ts'
import {
  certificateWishOf,
  planReadBy,
  type CertificateRequestStep,
  type CertificateSelfSignStep,
} from '../steps/index.ts'
import {sharesRow} from './shares.ts'
import {attestRow, bagRow, thingsIn} from './things.ts'
import {digest} from './digest.ts'
import type {Printing} from './printing.ts'
import {beginningOf, lasting, minutesOf, moment} from './times.ts'

const columns = [
  {name: 'Step', share: 8},
  {name: 'Activity', share: 66},
  {name: 'Initials', share: 12},
  {name: 'Time (UTC)', share: 14},
]

export function acts(printing: Printing): readonly Block[] {
  const {filled, standby, zone} = printing
  const minutes = minutesOf(filled)
  return filled.acts.flatMap(({title, steps}, act): readonly Block[] => {
    const begins = beginningOf(filled, standby, act)
    const rows = steps.map((step, at) => ({
      cells: [[paragraph(strong(`${act + 1}.${at + 1}`))], activity(printing, step), '', ''],
      room: 2,
    }))
    return [
      heading(2, `Act ${act + 1}: ${title} (${lasting(minutes[act] ?? 0)})`),
      ...(begins === null ? [] : [paragraph('Planned to begin at ', strong(moment(begins, zone)), '.')]),
      sheet({columns, rows}),
    ]
  })
}

function activity(printing: Printing, step: Step): readonly Block[] {
  return [
    paragraph(strong(step.by), `, ${step.minutes} min, step “${step.id}”`),
    ...(step.kind === 'read-aloud' && step.what === 'text' ? [aloud(step.text)] : [paragraph(step.text)]),
    ...more(printing, step),
    ...thingsIn(step),
  ]
}

/** What a step of its kind has beyond its text. */
function more(printing: Printing, step: Step): readonly Block[] {
  switch (step.kind) {
    case 'read-aloud':
      return step.what === 'text' ? [] : readAloud(printing, step)
    case 'record':
      return step.fields.map(({text}) => (isNumber(text) ? boxes(text, 16) : writing(text)))
    case 'clock':
      return [writing('Time on the other clock (UTC)')]
    case 'machine':
      return [writing('Machine'), writing('Device, with its serial number')]
    case 'quorum':
      return [
        paragraph(
          'It approves: ',
          strong(step.for.join(', ')),
          '. Whoever says no says why, on an exception sheet.',
        ),
      ]
    case 'key.create':
      return [
        paragraph(
          strong(step.key),
          `: ${step.algorithm}, ${step.purpose}, class ${step.class}, in profile ${step.profile}; answered for by ${step.owner}.`,
        ),
      ]
    case 'key.import':
      return [
        paragraph(
          strong(step.key),
          `, from a file: ${step.algorithm}, ${step.purpose}, class ${step.class}, into profile ${step.profile}; answered for by ${step.owner}.`,
        ),
        paragraph(
          isPair(step.algorithm)
            ? 'SHA-256 of its public half, as the plan has it:'
            : 'Its SHA-256, as the plan has it:',
        ),
        digest(step.sha256),
        writing('What it was brought on, and who destroys that'),
      ]
    case 'key.rotate':
    case 'key.destroy':
      return changeRow(step)
    case 'bag':
      return bagRow(printing.filled, step)
    case 'photo':
      return [
        paragraph('The picture shows: ', strong(step.subject)),
        writing('Reference of the picture'),
        ...(step.file === true ? [writing('SHA-256 of its file, first and last four digits')] : []),
      ]
    case 'attest':
      return attestRow(step)
    case 'pause':
      return [writing('Who stays in the room'), writing('Who is back')]
    case 'certificate.self-sign':
    case 'certificate.request':
      return [paragraph(strong(step.key), ':'), ...certificateInWords(step).map((line) => paragraph(line))]
    case 'certificate.verify':
      return [writing('First and last four digits of the fingerprint')]
    case 'shares.split':
    case 'shares.receive':
    case 'shares.combine':
    case 'share.check':
      return sharesRow(printing.filled, step)
    case 'confirm':
    case 'key.verify':
    case 'key.activate':
    case 'sign-off':
      return []
  }
}

/** What the same signatures allow later, where people read it before they sign. */
function changeRow(step: Extract<Step, {kind: 'key.rotate' | 'key.destroy'}>): readonly Block[] {
  const rotates = step.kind === 'key.rotate'
  const done = rotates
    ? `: its next version is made, proved and accepted here. From ${step.on} on the dates of the plan count.`
    : `${step.version === undefined ? '' : ` version ${step.version}`}: it is taken out of use here; it signs and encrypts nothing new.`
  const left = rotates
    ? `The signatures are for the whole plan. On its days, outside this ceremony and without anybody being asked again, "keyrite rotation run ${step.key}" makes the new version primary and retires the old one.`
    : `The signatures are for the whole plan. When its grace and its wait are over, outside this ceremony and without anybody being asked again, "keyrite key destroy ${step.key}" schedules it, and destroys it. A hold ("keyrite key hold ${step.key}") stops that; once it is scheduled, "keyrite key cancel-destroy ${step.key}" takes it back until its wait is over.`
  return [
    paragraph(strong(step.key), done),
    paragraph(left),
    paragraph('If this ceremony is aborted, nothing more is done by these signatures.'),
  ]
}

/** Numbers that stand on things are written one character a box: what is asked begins with them. */
function isNumber(text: string): boolean {
  return /^(?:the )?(?:serial )?number\b/i.test(text)
}

function readAloud(printing: Printing, step: Extract<Step, {kind: 'read-aloud'}>): readonly Block[] {
  const hex = digestOf(printing, step)
  if (hex === null)
    return [
      aloud(
        'What the screen shows; it could not be printed here, so there is nothing on paper to compare it with.',
      ),
    ]
  return [paragraph(strong('Read aloud, a line at a time:')), digest(hex)]
}

function digestOf(
  {filled, ledger, plans}: Printing,
  step: Extract<Step, {kind: 'read-aloud'}>,
): string | null {
  if (step.what === 'template') return filled.sha256
  if (step.what === 'ledger') return ledger?.fingerprint ?? null
  return plans.find((plan) => plan.step === planReadBy(step))?.sha256 ?? null
}

/** What it will say; the key's class stands in its own plan. */
function certificateInWords(step: CertificateRequestStep | CertificateSelfSignStep): readonly string[] {
  const {profile, validity} = certificateWishOf(step, null)
  return specInWords(specOf({key: step.key, class: 'root', version: 1}, profile, validity))
}
