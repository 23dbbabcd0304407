/** What is printed of steps on shares: who gets which share, and room for what each holder says. */
import {boxes, list, paragraph, strong, writing, type Block} from '../../paper/document.ts'
import type {Filled, Step} from '../template.ts'

type Of<K extends Step['kind']> = Extract<Step, {kind: K}>

const ways = {
  passphrase: 'a file under a passphrase of theirs',
  screen: 'shown once on the screen, and typed back',
  card: 'a card',
} as const

export function sharesRow(
  {acts}: Filled,
  step: Of<'shares.split' | 'shares.receive' | 'shares.combine' | 'share.check'>,
): readonly Block[] {
  switch (step.kind) {
    case 'shares.split':
      return splitRow(step)
    case 'shares.receive': {
      const split = acts
        .flatMap(({steps}) => steps)
        .find((one): one is Of<'shares.split'> => one.id === step.of && one.kind === 'shares.split')
      return (split?.holders ?? []).map((holder, at) =>
        writing(`Share ${at + 1}, ${holder}: shown and signed`),
      )
    }
    case 'shares.combine':
      return [
        paragraph(
          'Set ',
          strong(step.set),
          step.key === undefined
            ? ', given out in the clear'
            : `, as key ${step.key} in profile ${step.profile ?? ''}`,
          `; ticket ${step.ticket}.`,
        ),
        writing('Shares that were brought, by number'),
      ]
    case 'share.check':
      return [paragraph('Set ', strong(step.set), '.'), writing('Who is missing')]
  }
}

function splitRow({set, threshold, holders, otherwise, printer, key}: Of<'shares.split'>): readonly Block[] {
  return [
    paragraph(
      'Set ',
      strong(set),
      `: ${holders.length} shares, any ${threshold} recover ${key === undefined ? 'the secret that is brought' : `key ${key}`}.`,
    ),
    list(holders.map((holder, at) => `Share ${at + 1}: ${holder}`)),
    paragraph(
      `Sealed to the age recipient of each holder; whoever has none gets ${ways[otherwise]}${printer === undefined ? '' : `, by printer ${printer}`}.`,
    ),
    boxes('Check value, first digits', 16),
  ]
}
