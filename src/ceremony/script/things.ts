/** What is printed of materials: boxes for the numbers of bags, and what a step needs and leaves behind. */
import {boxes, paragraph, strong, writing, type Block} from '../../paper/document.ts'
import type {Filled, Step} from '../template.ts'

type Of<K extends Step['kind']> = Extract<Step, {kind: K}>

const doing = {
  seal: 'Seal bag ',
  check: 'Check bag ',
  open: 'Cut open bag ',
  destroy: 'Destroy bag ',
} as const

export function bagRow({materials}: Filled, step: Of<'bag'>): readonly Block[] {
  const expected = materials.find(({id}) => id === step.bag)?.number
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
  const told = (states: Step['needs']): string =>
    Object.entries(states ?? {})
      .map(([id, state]) => `${id} ${state}`)
      .join(', ')
  const [before, after] = [told(step.needs), told(step.leaves)]
  return [
    ...(before === '' ? [] : [paragraph(`Before: ${before}.`)]),
    ...(after === '' ? [] : [paragraph(`Afterwards: ${after}.`)]),
  ]
}
