/** Replays sets of shares: split, given out, received, void, replaced; drills; recoveries. docs/ledger-format.md, "Shares". */
import {z} from 'zod'
import {jcs, type Json, type JsonObject} from '../base/jcs.ts'
import {lately} from '../base/lately.ts'
import {Versions} from '../base/versions.ts'
import {custodyFold, judgeStatement, signedStatement} from '../custody/index.ts'
import {isTime, problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {requests, withoutGivenUp} from '../requests/index.ts'
import {wrappedSizes} from './format.ts'
import {parseSplit, personId, setId, setName, whatSchema} from './spec.ts'
import {deliveries, statusOfSet, type Drill, type Holder, type Shares, type ShareSet} from './state.ts'

const hex32 = z.string().regex(/^[0-9a-f]{64}$/)
const time = z.string().refine(isTime)
const index = z.int().min(1).max(255)

const schemas = {
  'shares.split': lately(
    z.strictObject({
      set: setId,
      name: setName,
      what: whatSchema,
      threshold: z.int().min(2).max(255),
      holders: z
        .array(
          z.strictObject({
            person: personId,
            index,
            delivery: z.enum(deliveries),
            to: z.string().nullable(),
            commitment: hex32,
          }),
        )
        .min(2)
        .max(255),
      kcv: hex32,
      wrapped: z.strictObject({blob: hex32, size: z.int(), type: z.literal('application/octet-stream')}),
      replaces: setId.nullable(),
    }),
  ),
  'shares.given': lately(z.strictObject({set: setId, index, covered_by: personId.nullable()})),
  'shares.receipt': lately(
    z.strictObject({
      set: setId,
      index,
      statement: z.record(z.string(), z.json()),
      signature: z.string(),
    }),
  ),
  'shares.void': lately(z.strictObject({set: setId, reason: z.enum(['broken-off', 'refused'])})),
  'shares.drill.opened': lately(z.strictObject({set: setId, until: time, next: time})),
  'shares.combine.intended': lately(z.strictObject({set: setId, to: z.enum(['file', 'key']), intent: setId})),
  'shares.combined': lately(z.strictObject({intended: z.int(), set: setId, indices: z.array(index).min(2)})),
  'shares.combine.failed': lately(z.strictObject({intended: z.int(), set: setId, code: z.string()})),
} as const
type Type = keyof typeof schemas

export const sharesFold: Fold<Shares> = {
  name: 'shares',
  types: [...Object.keys(schemas), 'ceremony.aborted'],
  initial: () => ({sets: new Versions(), drills: new Versions(), open: new Versions()}),

  check(view: View, entry: Entry): readonly Problem[] {
    const wrong = (message: string): Problem[] => [problem('shares', entry, message)]
    if (entry.type === 'ceremony.aborted') return []
    const parsed = schemas[entry.type as Type].safeParse(entry.data)
    if (!parsed.success)
      return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
    if (entry.type === 'shares.split') return checkSplit(view, entry)
    const {sets, drills, open} = view.of(sharesFold)
    const one = sets.get(parsed.data.set)
    if (one === undefined) return wrong('there is no such set')
    if (one.void !== null) return wrong('the set is void')
    switch (entry.type) {
      case 'shares.given': {
        const holder = one.holders.find((each) => each.index === Number(entry.data['index']))
        if (holder === undefined) return wrong('the set has no such share')
        if (holder.given !== null) return wrong('it was given out already')
        if (entry.ceremony !== one.ceremony) return wrong('it is given out where it was split')
        const clear = holder.delivery === 'card' || holder.delivery === 'screen'
        return clear === (entry.data['covered_by'] !== null)
          ? []
          : wrong('who saw that nobody else sees it is said exactly where it is in the clear')
      }
      case 'shares.receipt':
        return checkReceipt(view, entry, one)
      case 'shares.void':
        return statusOfSet(one) === 'unfinished' ? [] : wrong('all of its shares were given out')
      case 'shares.drill.opened': {
        const {until, next} = schemas['shares.drill.opened'].parse(entry.data)
        if (statusOfSet(one) === 'unfinished') return wrong('its shares were not all given out')
        if ([...drills.values()].some((drill) => drill.set === one.set && !isOver(drill, one)))
          return wrong('one is on already')
        return until > entry.time && next > until ? [] : wrong('its dates are not after each other')
      }
      case 'shares.combine.intended':
        return [...open.values()].some((each) => each.set === one.set) ? wrong('one is on already') : []
      default:
        return checkOutcome(view, entry, one)
    }
  },

  apply(view: View, entry: Entry): Shares {
    const state = view.of(sharesFold)
    const {sets, drills, open} = state
    if (entry.type === 'ceremony.aborted') return {...state, open: withoutGivenUp(open, entry)}
    if (entry.type === 'shares.split') {
      const made = setOf(entry)
      const {replaces} = schemas['shares.split'].parse(entry.data)
      const old = replaces === null ? undefined : sets.get(replaces)
      const rest = old === undefined ? sets : sets.with(old.set, {...old, replacedBy: made.set})
      return {...state, sets: rest.with(made.set, made)}
    }
    const one = sets.get(textOf(entry, 'set'))
    if (one === undefined) throw new TypeError('checked before')
    const changed = (next: Partial<ShareSet>): Shares => ({
      ...state,
      sets: sets.with(one.set, {...one, ...next}),
    })
    const holder = (change: (each: Holder) => Holder): readonly Holder[] =>
      one.holders.map((each) => (each.index === Number(entry.data['index']) ? change(each) : each))
    switch (entry.type) {
      case 'shares.given':
        return changed({holders: holder((each) => ({...each, given: entry.seq}))})
      case 'shares.void':
        return changed({void: {seq: entry.seq, reason: textOf(entry, 'reason')}})
      case 'shares.receipt': {
        const about = aboutOf(view, entry)
        const receipt = {seq: entry.seq, at: entry.time, about}
        const after = changed({holders: holder((each) => ({...each, receipt}))})
        const drill = drills.get(about)
        if (drill === undefined) return after
        const receipts = {...drill.receipts, [entry.actor.person ?? '']: entry.seq}
        return {...after, drills: drills.with(drill.seq, {...drill, receipts})}
      }
      case 'shares.drill.opened': {
        const {set, until, next} = schemas['shares.drill.opened'].parse(entry.data)
        const drill: Drill = {seq: entry.seq, at: entry.time, set, until, next, receipts: {}}
        return {...state, drills: drills.with(entry.seq, drill)}
      }
      case 'shares.combine.intended': {
        const begun = {
          seq: entry.seq,
          id: textOf(entry, 'intent'),
          set: one.set,
          approved: entry.approved,
          ceremony: entry.ceremony,
        }
        return {...state, open: open.with(entry.seq, begun)}
      }
      case 'shares.combined':
        return {
          ...changed({recoveries: [...one.recoveries, entry.seq]}),
          open: open.without(Number(entry.data['intended'])),
        }
      default:
        return {...state, open: open.without(Number(entry.data['intended']))}
    }
  },

  *table({sets}: Shares): Generator<readonly [string, Json]> {
    for (const one of sets.values()) yield rowOf(one)
  },

  *changed(before: Shares, after: Shares) {
    for (const set of after.sets.changedSince(before.sets) ?? after.sets.keys()) {
      const one = after.sets.get(set)
      if (one !== undefined) yield rowOf(one)
    }
  },
}

function rowOf(one: ShareSet): readonly [string, Json] {
  const {name, threshold, holders, seq} = one
  return [one.set, {holders: holders.length, name, seq, status: statusOfSet(one), threshold}]
}

/** Whether everybody answered. */
export function isOver(drill: Drill, one: ShareSet): boolean {
  return one.holders.every(({person}) => drill.receipts[person] !== undefined)
}

function checkSplit(view: View, entry: Entry): Problem[] {
  const wrong = (message: string): Problem[] => [problem('shares', entry, message)]
  const {set, holders, threshold, wrapped, what, replaces} = schemas['shares.split'].parse(entry.data)
  const {sets} = view.of(sharesFold)
  if (sets.has(set)) return wrong('there is a set of this id')
  if (threshold > holders.length || holders.some((each, at) => each.index !== at + 1))
    return wrong('its shares are not numbered as they must be')
  if (new Set(holders.map(({commitment}) => commitment)).size !== holders.length)
    return wrong('two shares have one commitment')
  if (!wrappedSizes.includes(wrapped.size)) return wrong('the wrapped secret has another length')
  if (replaces !== null && sets.get(replaces)?.replacedBy !== null)
    return wrong('what it replaces is no set, or was replaced')
  if (what.kind === 'key' && view.of(requests).byMet.get(entry.approved ?? -1) === undefined)
    return wrong('nobody approved it')
  const {roster} = view.of(custodyFold)
  const fault = holders.find(({person, delivery, to}) => {
    const holder = roster.get(person)
    if (holder?.state !== 'active') return true
    return holder.recipient === null
      ? delivery === 'sealed'
      : delivery !== 'sealed' || to !== holder.recipient
  })
  return fault === undefined ? [] : wrong(`"${fault.person}" is not active, or has another age recipient`)
}

function checkReceipt(view: View, entry: Entry, one: ShareSet): Problem[] {
  const wrong = (message: string): Problem[] => [problem('shares', entry, message)]
  const holder = one.holders.find(({index: at}) => at === Number(entry.data['index']))
  if (holder?.given === null || holder?.given === undefined) return wrong('it was not given out')
  const signed = signedStatement(entry.data)
  if (signed.statement.person !== holder.person)
    return wrong(`it is not signed by "${holder.person}", who holds it`)
  const seq = view.seqOf(signed.statement.about)
  const about = seq === undefined ? undefined : view.entry(seq)
  const drill = seq === undefined ? undefined : view.of(sharesFold).drills.get(seq)
  if (about === undefined || (seq !== one.seq && drill?.set !== one.set))
    return wrong('it is about neither this set nor a drill of it')
  if (drill === undefined ? holder.receipt !== null : drill.receipts[holder.person] !== undefined)
    return wrong('they signed for it already')
  return judgeStatement(view, entry, view.of(custodyFold).roster, signed, {
    use: 'receipt',
    decisions: ['attest'],
    about,
    planSha256: null,
    state: 'active',
  })
}

function checkOutcome(view: View, entry: Entry, one: ShareSet): Problem[] {
  const wrong = (message: string): Problem[] => [problem('shares', entry, message)]
  const intent = view.of(sharesFold).open.get(Number(entry.data['intended']))
  if (intent?.set !== one.set) return wrong('it is the outcome of no open intent')
  if (intent.approved !== entry.approved) return wrong('its approval is not that of its intent')
  if (entry.type === 'shares.combine.failed') return []
  const {indices} = schemas['shares.combined'].parse(entry.data)
  const good =
    indices.length === one.threshold &&
    indices.every((at, place) => at <= one.holders.length && at > (indices[place - 1] ?? 0))
  return good ? [] : wrong('it is not by as many shares as the set needs')
}

function aboutOf(view: View, entry: Entry): number {
  return view.seqOf(signedStatement(entry.data).statement.about) ?? -1
}

function setOf(entry: Entry): ShareSet {
  const {set, name, what, threshold, holders, kcv, wrapped} = schemas['shares.split'].parse(entry.data)
  return {
    set,
    seq: entry.seq,
    at: entry.time,
    name,
    what,
    threshold,
    holders: holders.map((each) => ({...each, given: null, receipt: null})),
    kcv,
    wrapped: wrapped.blob,
    ceremony: entry.ceremony,
    approved: entry.approved ?? -1,
    void: null,
    replacedBy: null,
    recoveries: [],
  }
}

/** What the plan of a split says, as its entry must. */
export function sameAsPlanned(change: JsonObject, data: Entry['data']): boolean {
  const spec = parseSplit(change)
  const parsed = schemas['shares.split'].safeParse(data)
  if (!parsed.success) return false
  const {name, what, threshold, holders, replaces} = parsed.data
  const plain = holders.map(({person, delivery, to}) => ({person, delivery, to}))
  return jcs({name, what, threshold, holders: plain, replaces}) === jcs({...spec})
}

/** A member whose form was checked. */
function textOf({data}: Entry, name: string): string {
  const value = data[name]
  return typeof value === 'string' ? value : ''
}
