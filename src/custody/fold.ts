/** Replays people: founding, changes of the roster, suspensions, and the counters of their security keys. */
import {z} from 'zod'
import {parseJcs, type Json} from '../base/jcs.ts'
import {problem, type Entry, type Fold, type Problem, type View} from '../ledger/index.ts'
import {entrySchemas, isRosterEntry, keysSchema, personId} from './change.ts'
import {checkCounter, counted, noCounters} from './counters.ts'
import type {Custody} from './custody.ts'
import {judgeStatement, signedStatement} from './judge.ts'
import {roles} from './roles.ts'
import {personStates, type Person} from './roster.ts'
import {applyRosterEntry, checkRosterEntry} from './roster-changes.ts'
import {parsePublicKey} from './ssh/public-key.ts'
import {lapsed} from './suspension.ts'

const blobRef = z.strictObject({blob: z.string(), size: z.int(), type: z.literal('application/json')})
const hidden = z.strictObject({$: z.string()})

const openedSchema = z.strictObject({
  organisation: z.string(),
  vkey: z.string(),
  policy: blobRef,
  roster: blobRef,
  people: z.array(z.strictObject({id: personId, name: hidden, address: hidden})),
  /** Judged by the fold of continuations. */
  continues: z.json(),
  rehearsal: z.literal(true).optional(),
})

/** The form of a roster document: docs/ledger-format.md, section 4. */
export const rosterSchema = z.strictObject({
  people: z.array(
    z.strictObject({
      id: personId,
      keys: keysSchema,
      recipient: z.string().nullable(),
      roles: z.array(z.enum(roles)),
      state: z.enum(personStates),
    }),
  ),
  type: z.literal('keyrite.roster/1'),
})

/** Entries that hold a statement: each is held against the counters of security keys. */
const statements = [
  'founder.signed',
  'possession.signed',
  'proposal.signed',
  'approval.given',
  'participant.present',
  'transcript.signed',
  'destruction.signed',
]

export const custodyFold: Fold<Custody> = {
  name: 'custody',
  types: ['ledger.opened', ...statements, ...Object.keys(entrySchemas)],
  initial: () => ({
    roster: new Map(),
    unsigned: [],
    hidden: new Map(),
    suspensions: new Map(),
    contested: new Map(),
    holders: new Map(),
    counters: noCounters(),
  }),

  /** Nobody acts who is not in the roster. The first entry brings it, and is judged with it. */
  every(view: View, entry: Entry): readonly Problem[] {
    // Whoever shows that they hold a key may not be in it yet: that is judged by what asks for it.
    if (entry.type === 'ledger.opened' || entry.type === 'possession.signed') return []
    return judgeActor(entry, view.of(custodyFold).roster)
  },

  check(view: View, entry: Entry): readonly Problem[] {
    if (entry.type === 'ledger.opened') return checkFounding(view, entry)
    const custody = view.of(custodyFold)
    if (isRosterEntry(entry.type)) return checkRosterEntry(view, custody, entry)
    return [
      ...(entry.type === 'founder.signed' ? checkFounder(view, entry) : []),
      ...checkCounter(custody.counters, entry),
    ]
  },

  apply(view: View, entry: Entry): Custody {
    const before = view.of(custodyFold)
    if (entry.type === 'ledger.opened') return founded(view, entry, before)
    if (isRosterEntry(entry.type)) return applyRosterEntry(view, before, entry)
    const counters = counted(before.counters, entry)
    const custody = counters === before.counters ? before : {...before, counters}
    if (entry.type !== 'founder.signed') return custody
    const {statement} = signedStatement(entry.data)
    const person = custody.roster.get(statement.person)
    if (person === undefined) throw new TypeError('checked before')
    return {
      ...custody,
      roster: new Map([...custody.roster, [person.id, {...person, state: 'active'}]]),
      unsigned: custody.unsigned.filter((id) => id !== person.id),
    }
  },

  tick: lapsed,

  *table({roster, hidden: names}): Generator<readonly [string, Json]> {
    for (const {id, roles: held, state} of roster.values())
      yield [id, {...names.get(id), roles: [...held], state}]
  },
}

function founded(view: View, entry: Entry, before: Custody): Custody {
  const people = founders(view, entry)
  return {
    ...before,
    roster: new Map(people.map((person) => [person.id, person])),
    unsigned: people.map((person) => person.id),
    hidden: new Map(
      openedSchema.parse(entry.data).people.map(({id, name, address}) => [id, {name, address}]),
    ),
    holders: new Map(people.flatMap(({id, keys}) => keys.map(({key}) => [parsePublicKey(key).pair, id]))),
  }
}

function founders(view: View, entry: Entry): Person[] {
  const opened = openedSchema.parse(entry.data)
  const document = rosterSchema.parse(parseJcs(view.blob(opened.roster.blob)))
  return document.people.map((person) => {
    const names = opened.people.find((one) => one.id === person.id)
    return {...person, name: textOf(view.open(names?.name)), address: textOf(view.open(names?.address))}
  })
}

function checkFounding(view: View, entry: Entry): Problem[] {
  const wrong = (message: string): Problem[] => [problem('founding', entry, message)]
  const opened = openedSchema.safeParse(entry.data)
  if (!opened.success) return wrong('data is not of its form')
  const document = rosterSchema.safeParse(parseJcs(view.blob(opened.data.roster.blob)))
  if (!document.success) return wrong('the roster is not of its form')
  const ids = document.data.people.map((person) => person.id)
  const keys = document.data.people.flatMap((person) => person.keys.map((key) => parsePublicKey(key.key)))
  if (ids.join() !== [...new Set(ids)].sort().join())
    return wrong('the roster is not sorted, or names someone twice')
  if (ids.join() !== opened.data.people.map((person) => person.id).join())
    return wrong('people and roster differ')
  if (new Set(keys.map(({pair}) => pair)).size !== keys.length) return wrong('one key stands under two names')
  if (document.data.people.some((person) => person.state !== 'unsigned'))
    return wrong('a founder counts before having signed')
  // Nothing at founding vouches for hardware: a key is asserted by its type, or only stated.
  if (
    document.data.people.some((person) =>
      person.keys.some(({class: said, key}) => said !== (parsePublicKey(key).sk ? 'asserted' : 'stated')),
    )
  )
    return wrong('a key is said to be of a class that founding cannot give it')
  if (document.data.people.some((person) => [...person.roles].sort().join() !== person.roles.join()))
    return wrong('roles are not sorted')
  return judgeActor(entry, new Set(ids))
}

function judgeActor(entry: Entry, ids: {has(id: string): boolean}): Problem[] {
  const {person} = entry.actor
  return person === null || ids.has(person)
    ? []
    : [problem('actor', entry, `"${person}" is not in the roster`)]
}

function checkFounder(view: View, entry: Entry): Problem[] {
  const first = view.entry(0)
  if (first === undefined) return [problem('founding', entry, 'the first entry is not here')]
  if (Object.keys(entry.data).join() !== 'signature,statement')
    return [problem('founding', entry, 'data is not of its form')]
  return judgeStatement(view, entry, view.of(custodyFold).roster, signedStatement(entry.data), {
    use: 'founding',
    decisions: ['attest'],
    about: first,
    planSha256: null,
    state: 'unsigned',
  })
}

function textOf(value: Json | undefined): string | null {
  return typeof value === 'string' ? value : null
}
