/** What lies on the table of a ceremony, and what may become of it. */

/** A kind of thing: its states, what each may become, and how it comes out of a bag. */
interface MaterialRule {
  /** From each state those that may follow. `in-bag` is entered and left by `bag` steps alone. */
  readonly next: Readonly<Partial<Record<MaterialState, readonly MaterialState[]>>>
  /** The state at the start where the template names none, and that in which it goes into a bag and comes out. */
  readonly first: MaterialState
  /** Whether it can lie in a bag. */
  readonly bagged: boolean
  /** States that nothing may be left in at the end, unless it was in them from the start. */
  readonly open: readonly MaterialState[]
}

export const materialStates = [
  'in-bag',
  'out',
  'off',
  'on',
  'connected',
  'logged-in',
  'wiped',
  'new',
  'sealed',
  'locked',
  'open',
  'destroyed',
] as const
export type MaterialState = (typeof materialStates)[number]

export const materialKinds = ['hsm', 'bag', 'medium', 'token', 'machine', 'paper', 'safe', 'other'] as const
export type MaterialKind = (typeof materialKinds)[number]

export const materialRules: Readonly<Record<MaterialKind, MaterialRule>> = {
  hsm: {
    next: {
      off: ['on', 'connected'],
      on: ['off', 'connected', 'wiped'],
      connected: ['on', 'off', 'wiped'],
      wiped: ['off', 'on', 'connected'],
    },
    first: 'off',
    bagged: true,
    open: ['connected'],
  },
  // A bag that was cut open is never sealed again: that is what it is for.
  bag: {
    next: {new: ['sealed', 'destroyed'], sealed: ['open'], open: ['destroyed'], destroyed: []},
    first: 'new',
    bagged: false,
    open: ['open'],
  },
  medium: {
    next: {
      out: ['connected', 'destroyed'],
      connected: ['out', 'wiped'],
      wiped: ['out', 'connected', 'destroyed'],
      destroyed: [],
    },
    first: 'out',
    bagged: true,
    open: ['connected'],
  },
  token: {
    next: {
      out: ['connected', 'destroyed'],
      connected: ['out', 'logged-in'],
      'logged-in': ['connected'],
      destroyed: [],
    },
    first: 'out',
    bagged: true,
    open: ['connected', 'logged-in'],
  },
  machine: {
    next: {off: ['on'], on: ['off', 'wiped'], wiped: ['off', 'on']},
    first: 'off',
    bagged: true,
    open: [],
  },
  paper: {next: {out: ['destroyed'], destroyed: []}, first: 'out', bagged: true, open: []},
  safe: {next: {locked: ['open'], open: ['locked']}, first: 'locked', bagged: false, open: ['open']},
  other: {next: {out: ['destroyed'], destroyed: []}, first: 'out', bagged: true, open: []},
}

/** The states that a thing of this kind can be in. */
export function statesOf(kind: MaterialKind): readonly MaterialState[] {
  const {next, bagged} = materialRules[kind]
  return materialStates.filter((state) => (state === 'in-bag' ? bagged : next[state] !== undefined))
}

interface Declared {
  readonly id: string
  readonly kind: MaterialKind
  readonly state?: MaterialState | undefined
  readonly in?: string | undefined
}

/** The state that a thing is in before the first step. */
export function firstState(material: Declared, all: readonly Declared[]): MaterialState {
  if (material.state !== undefined) return material.state
  if (material.in !== undefined) return 'in-bag'
  const holds = all.some((one) => one.in === material.id)
  return material.kind === 'bag' && holds ? 'sealed' : materialRules[material.kind].first
}

interface Changing {
  readonly needs?: Readonly<Record<string, MaterialState>> | undefined
  readonly leaves?: Readonly<Record<string, MaterialState>> | undefined
}

/** What a step needs of the materials and leaves, a line each, for those who look whether it is so. */
export function statesInWords({needs, leaves}: Changing): readonly string[] {
  const told = (when: string, states: Changing['needs']): readonly string[] => {
    const all = Object.entries(states ?? {}).map(([id, state]) => `${id} ${state}`)
    return all.length === 0 ? [] : [`${when}: ${all.join(', ')}.`]
  }
  return [...told('Before', needs), ...told('Afterwards', leaves)]
}
