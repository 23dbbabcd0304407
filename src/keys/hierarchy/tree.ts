/** Keys by the key above them (K3): what stands under what, and what each is called in a drawing. */
import {plainDuration, parseDuration} from '../../base/duration.ts'
import type {Ledger} from '../../ledger/index.ts'
import {keysFold} from '../fold.ts'
import type {KeyState} from '../lifecycle.ts'
import {standing} from '../rotation/standing.ts'
import type {Key} from '../state.ts'

/** A key as it is drawn. Every text is of words and names that keyrite made: it can go into any format as it is. */
export interface Node {
  readonly name: string
  /** `kek, aes-256`. */
  readonly what: string
  readonly state: KeyState
  /** How late its rotation is, in words; null where it is not. */
  readonly overdue: string | null
  readonly children: readonly Node[]
}

/** The keys above which none stands, by name, each with what is under it. Every key occurs once. */
export function keyForest(ledger: Pick<Ledger, 'of' | 'time'>): readonly Node[] {
  const all = [...ledger.of(keysFold).keys.values()].sort((a, b) => (a.name < b.name ? -1 : 1))
  const names = new Set(all.map(({name}) => name))
  const under = Map.groupBy(all, ({spec}) =>
    spec.parent !== null && names.has(spec.parent) ? spec.parent : null,
  )
  const drawn = new Set<string>()
  const draw = (key: Key): Node => {
    drawn.add(key.name)
    const children = (under.get(key.name) ?? []).filter(({name}) => !drawn.has(name))
    return {...nodeOf(ledger, key), children: children.map(draw)}
  }
  return (under.get(null) ?? []).map(draw)
}

function nodeOf(ledger: Pick<Ledger, 'of' | 'time'>, key: Key): Omit<Node, 'children'> {
  const {overdueBy} = standing(ledger, key)
  return {
    name: key.name,
    what: `${key.spec.class}, ${key.spec.algorithm}`,
    state: key.versions.find(({version}) => version === key.primary)?.state ?? 'destroyed',
    overdue: overdueBy === null ? null : `OVERDUE by ${plainDuration(parseDuration(overdueBy))}`,
  }
}

/** The words under a name: what it is, its state, and whether it is late. */
export function captionOf({what, state, overdue}: Node): readonly string[] {
  return [what, state, ...(overdue === null ? [] : [overdue])]
}
