/** Waivers as script and minutes print them. */
import {heading, paragraph, table, type Block} from '../paper/document.ts'
import type {Waiver} from './outline.ts'
import {waivedRule} from './waived.ts'

export function waived(waivers: readonly Waiver[]): readonly Block[] {
  if (waivers.length === 0) return []
  return [
    heading(2, 'Waived'),
    paragraph('What a rule of lint would not let pass, and somebody does: they answer for it.'),
    table({
      columns: ['Rule', 'Step', 'Why', 'By', 'Until'],
      rows: waivers.map((one) => [waivedRule(one), one.step ?? 'everywhere', one.reason, one.by, one.until]),
    }),
  ]
}
