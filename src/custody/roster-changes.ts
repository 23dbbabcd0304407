/** How entries about people change the roster, and which of them fit it as it stands. Who approved them is judged elsewhere. */
import type {Json} from '../base/jcs.ts'
import {problem, type Entry, type Problem, type View} from '../ledger/index.ts'
import {entrySchemas, isRosterEntry, type RosterEntryType} from './change.ts'
import type {Custody} from './custody.ts'
import {signedStatement} from './judge.ts'
import type {EnrolledKey, Person, PersonState} from './roster.ts'
import {parsePublicKey} from './ssh/public-key.ts'
import {ended, untilOf} from './suspension.ts'

/** In which states a person is for each change to fit. */
const fits: Readonly<Record<Exclude<RosterEntryType, 'custodian.enrolled'>, readonly PersonState[]>> = {
  'custodian.suspended': ['active'],
  'custodian.confirmed': ['suspended'],
  'custodian.restored': ['suspended'],
  'custodian.retired': ['unsigned', 'active', 'suspended'],
  'custodian.key.replaced': ['unsigned', 'active', 'suspended'],
  'custodian.recipient.set': ['active'],
}

/** Why a change does not fit a person as they are; undefined if it does. */
export function stateFault(
  type: Exclude<RosterEntryType, 'custodian.enrolled'>,
  person: Person,
  custody: Pick<Custody, 'suspensions'> | null,
): string | undefined {
  if (!fits[type].includes(person.state)) return `they are ${person.state}`
  if (type === 'custodian.confirmed' && custody?.suspensions.get(person.id)?.until === null)
    return 'their suspension lasts already'
  return undefined
}

/** What is wrong with keys that somebody is to have; undefined if nothing. At most one of them is new, and proved by a statement. */
export function keysFault(
  {holders}: Pick<Custody, 'holders'>,
  keys: readonly EnrolledKey[],
  before: readonly EnrolledKey[],
  attested: boolean,
): string | undefined {
  const known = new Map(before.map((key) => [key.key, key.class]))
  const parsed = keys.map((key) => ({...key, parsed: parsePublicKey(key.key)}))
  if (parsed.some(({key, parsed: one}) => one.text !== key)) return 'a key is not in its one spelling'
  if (new Set(parsed.map(({parsed: {pair}}) => pair)).size !== keys.length) return 'a key stands there twice'
  const added = parsed.filter(({key}) => !known.has(key))
  const [one] = added
  if (one === undefined || added.length > 1) return 'exactly one key is new in each change'
  const holder = holders.get(one.parsed.pair)
  if (holder !== undefined) return `key ${one.parsed.fingerprint} stands, or stood, under "${holder}"`
  if (parsed.some(({key, class: said}) => known.has(key) && known.get(key) !== said))
    return 'a key that stays changes its class'
  const plain = one.parsed.sk ? 'asserted' : 'stated'
  if (one.class !== (attested ? 'attested' : plain))
    return `a key is said to be ${one.class}, and is ${attested ? 'attested' : plain}`
  return attested && !one.parsed.sk ? 'only the key of a security key can be attested' : undefined
}

export function checkRosterEntry(view: View, custody: Custody, entry: Entry): Problem[] {
  const wrong = (message: string): Problem[] => [problem('roster', entry, message)]
  if (!isRosterEntry(entry.type)) throw new TypeError('no entry about people')
  const parsed = entrySchemas[entry.type].safeParse(entry.data)
  if (!parsed.success) return wrong(`${parsed.error.issues[0]?.path.join('.') ?? 'data'} is not of its form`)
  const id = parsed.data.person
  const person = custody.roster.get(id)
  if (entry.type === 'custodian.enrolled') {
    if (person !== undefined) return wrong(`"${id}" is in the roster already`)
  } else {
    if (person === undefined) return wrong(`"${id}" is not in the roster`)
    const fault = stateFault(entry.type, person, custody)
    if (fault !== undefined) return wrong(`"${id}": ${fault}`)
  }
  if (entry.type === 'custodian.enrolled' || entry.type === 'custodian.key.replaced') {
    const {keys, attestation} = entrySchemas['custodian.key.replaced']
      .pick({keys: true, attestation: true})
      .parse({keys: entry.data['keys'], attestation: entry.data['attestation']})
    const fault = keysFault(custody, keys, person?.keys ?? [], attestation !== null)
    if (fault !== undefined) return wrong(fault)
  }
  return entry.type === 'custodian.suspended' ? checkSuspended(view, custody, entry) : []
}

function checkSuspended(view: View, {contested}: Custody, entry: Entry): Problem[] {
  const wrong = (message: string): Problem[] => [problem('suspension', entry, message)]
  const {person, by, until} = entrySchemas['custodian.suspended'].parse(entry.data)
  const people = approversOf(view, entry)
  const really = people.includes(person) ? 'holder' : 'security-lead'
  if (by !== really) return wrong(`it is by "${really}", and says otherwise`)
  if (until !== untilOf(by, new Date(entry.time)))
    return wrong('it does not end 72 hours after it began, or it is by its holder and says that it ends')
  const again = by === 'holder' ? undefined : people.find((one) => contested.get(person)?.has(one))
  return again === undefined
    ? []
    : wrong(`a suspension by "${again}" ended unconfirmed: they cannot suspend "${person}" again`)
}

/** Who said yes to what an entry does: the signers of the answers that its `quorum.met` cites. */
export function approversOf(
  view: Pick<View, 'entry'>,
  {approved}: Pick<Entry, 'approved'>,
): readonly string[] {
  const met = approved === null ? undefined : view.entry(approved)
  const cited = met?.type === 'quorum.met' ? met.data['approvals'] : undefined
  const seqs = Array.isArray(cited) ? (cited as readonly Json[]) : []
  return seqs.flatMap((seq) => {
    const answer = typeof seq === 'number' ? view.entry(seq) : undefined
    return answer?.type === 'approval.given' ? [signedStatement(answer.data).statement.person] : []
  })
}

export function applyRosterEntry(view: View, custody: Custody, entry: Entry): Custody {
  switch (entry.type as RosterEntryType) {
    case 'custodian.enrolled':
      return enrolled(view, custody, entry)
    case 'custodian.key.replaced': {
      const {person, keys} = entrySchemas['custodian.key.replaced'].parse(entry.data)
      return withPerson(custody, {...personIn(custody, person), keys})
    }
    case 'custodian.recipient.set': {
      const {person, recipient} = entrySchemas['custodian.recipient.set'].parse(entry.data)
      return withPerson(custody, {...personIn(custody, person), recipient})
    }
    case 'custodian.suspended': {
      const {person, by, until} = entrySchemas['custodian.suspended'].parse(entry.data)
      const suspension = {by, until, people: approversOf(view, entry), since: entry.time}
      return {
        ...withPerson(custody, {...personIn(custody, person), state: 'suspended'}),
        suspensions: new Map([...custody.suspensions, [person, suspension]]),
      }
    }
    case 'custodian.confirmed': {
      const {person} = entrySchemas['custodian.confirmed'].parse(entry.data)
      const suspension = custody.suspensions.get(person)
      if (suspension === undefined) throw new TypeError('checked before')
      return {
        ...custody,
        suspensions: new Map([...custody.suspensions, [person, {...suspension, until: null}]]),
      }
    }
    case 'custodian.restored':
      return ended(custody, personIn(custody, entrySchemas['custodian.restored'].parse(entry.data).person))
    case 'custodian.retired': {
      const person = personIn(custody, entrySchemas['custodian.retired'].parse(entry.data).person)
      const suspensions = new Map(custody.suspensions)
      suspensions.delete(person.id)
      return {
        ...withPerson(custody, {...person, state: 'retired'}),
        suspensions,
        unsigned: custody.unsigned.filter((id) => id !== person.id),
      }
    }
  }
}

function enrolled(view: View, custody: Custody, entry: Entry): Custody {
  const {
    person: id,
    name,
    address,
    keys,
    roles,
    recipient,
  } = entrySchemas['custodian.enrolled'].parse(entry.data)
  const text = (field: Json): string | null => {
    const value = view.open(field)
    return typeof value === 'string' ? value : null
  }
  const person: Person = {
    id,
    name: text(name),
    address: text(address),
    keys,
    recipient,
    roles,
    state: 'active',
  }
  return {
    ...withPerson(custody, person),
    hidden: new Map([...custody.hidden, [id, {name, address}]]),
  }
}

function personIn({roster}: Custody, id: string): Person {
  const person = roster.get(id)
  if (person === undefined) throw new TypeError('checked before')
  return person
}

/** The state with this person as they are now; a key that was ever somebody's stays known as theirs. */
function withPerson(custody: Custody, person: Person): Custody {
  return {
    ...custody,
    roster: new Map([...custody.roster, [person.id, person]]),
    holders: new Map([
      ...custody.holders,
      ...person.keys.map(({key}) => [parsePublicKey(key).pair, person.id] as const),
    ]),
  }
}
