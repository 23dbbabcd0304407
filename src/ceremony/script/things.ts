/** What is printed of materials: boxes for the numbers of bags, and what a step needs and leaves behind. */
import {boxes, heading, paragraph, sheet, strong, writing, type Block} from '../../paper/document.ts'
import {firstState, statesInWords} from '../materials.ts'
import type {Filled, Material, Step} from '../template.ts'

type Of<K extends Step['kind']> = Extract<Step, {kind: K}>

const doing = {
  seal: 'Seal bag ',
  check: 'Check bag ',
  open: 'Cut open bag ',
  destroy: 'Destroy bag ',
} as const

export function bagRow({materials}: Filled, step: Of<'bag'>): readonly Block[] {
  const expected = known(materials.find(({id}) => id === step.bag)?.number)
  const contents = step.contents ?? []
  const moved =
    contents.length === 0
      ? []
      : [step.action === 'seal' ? '; goes in: ' : '; comes out: ', strong(contents.join(', '))]
  return [
    paragraph(
      doing[step.action],
      strong(step.bag),
      ...moved,
      ...(step.reads === undefined ? [] : [`; ${step.reads} reads the number aloud`]),
      '.',
    ),
    ...(step.action === 'destroy' ? [] : [boxes('Number on it', 16)]),
    ...(expected === undefined || step.action === 'destroy'
      ? []
      : [paragraph('It must be ', strong(expected), '; if not, stop.')]),
  ]
}

export function attestRow(step: Of<'attest'>): readonly Block[] {
  const demands = [
    ...(step.level === undefined ? [] : [step.level]),
    ...(step.evidence === undefined ? [] : [`evidence at least ${step.evidence}`]),
    ...(step.material === undefined ? [] : [`the serial number of ${step.material}`]),
  ]
  return [
    ...(demands.length === 0
      ? []
      : [paragraph('It must say: ', strong(demands.join(', ')), '; if not, stop.')]),
    writing('What it says, and how strong'),
  ]
}

/** The states of materials around a step, for those who look whether they are so. */
export function thingsIn(step: Step): readonly Block[] {
  return statesInWords(step).map((line) => paragraph(line))
}

const spares = {cells: ['', '', [boxes('', 10)], ''], room: 1.7}

/** Bags, media and devices, with one box for each character of what stands on them. */
export function materials({materials: named}: Filled): readonly Block[] {
  const rows = named.map((one) => ({
    cells: [
      [paragraph(strong(one.id), ` (${one.kind}): ${one.text}`)],
      one.in === undefined ? firstState(one, named) : `in ${one.in}`,
      numberOf(one),
      '',
    ],
    room: 1.7,
  }))
  return [
    heading(2, 'Materials'),
    paragraph(
      named.length === 0
        ? 'The template names none. Bags, media and devices that are used all the same are written down here.'
        : 'What lies on the table before the first step. Each is looked at, and its number written down as it stands on it. What is used and not named here goes into the last rows.',
    ),
    sheet({
      columns: [
        {name: 'What', share: 33},
        {name: 'At the start', share: 14},
        {name: 'Number on it', share: 42},
        {name: 'Initials', share: 11},
      ],
      rows: [...rows, ...Array.from({length: named.length === 0 ? 3 : 2}, () => spares)],
    }),
  ]
}

function numberOf({number, kind}: Material): readonly Block[] {
  if (kind === 'safe' || kind === 'paper') return []
  const expected = known(number)
  return [...(expected === undefined ? [] : [paragraph('It must be ', strong(expected))]), boxes('', 10)]
}

/** A number that was set: one that stands as a blank is written in on the day. */
function known(number: string | undefined): string | undefined {
  return number?.startsWith('____') === true ? undefined : number
}
