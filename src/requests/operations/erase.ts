/** Erasing private values: their openings go, for good; the entries, and every hash over them, stay. */
import {KeyriteError} from '../../base/errors.ts'
import type {Json} from '../../base/jcs.ts'
import {isPrivate, Private, problem, referencesIn, type Entry, type View} from '../../ledger/index.ts'
import type {Operation} from '../operation.ts'
import type {Plan} from '../plan.ts'
import {planFor} from '../plan-for.ts'
import {requests} from '../state.ts'

/** More do not fit into one entry. */
const most = 900

export const ledgerErase: Operation = {
  name: 'ledger.erase',
  writes: {'openings.erased': 'erase'},
  begins: ['openings.erased'],
  formed: commitmentsOf,
  inWords: (plan) => [
    `Erase ${inNumber(commitmentsOf(plan).length)} for good.`,
    'Nobody can bring back what is erased; the entries themselves stay, and verify.',
    ...plan.rests.map((line) => `To be erased: ${line}.`),
    'Copies that were given out, bundles and backups among them, keep what they hold.',
  ],
  stillTrue: (view, plan) => {
    const gone = commitmentsOf(plan).find((one) => view.open({$: one}) === undefined)
    if (gone !== undefined)
      throw new KeyriteError(
        'PLAN_MOVED',
        `cannot erase: private value ${gone.slice(0, 12)}… is gone already`,
        {
          hints: ['the same command again, for what is left'],
        },
      )
  },
  judge: (_view, plan, entry) =>
    JSON.stringify(entry.data['commitments']) === JSON.stringify(commitmentsOf(plan))
      ? []
      : [problem('plan', entry, 'what is erased is not what was approved')],
  matterOf: () => null,
  act: async ({ledger, actor, ceremony, approved}, plan) => {
    const seq = ledger.of(requests).byMet.get(approved)
    const reason = seq === undefined ? undefined : ledger.view.entry(seq)?.data['reason']
    const text = ledger.view.open(reason)
    await ledger.append([
      {
        type: 'openings.erased',
        data: {
          commitments: [...commitmentsOf(plan)],
          reason: new Private(typeof text === 'string' ? text : ''),
        },
        actor,
        ceremony,
        approved,
      },
    ])
  },
}

/** One private value, and where it stands. */
export interface Place {
  readonly commitment: string
  readonly entry: Pick<Entry, 'seq' | 'type'>
}

/**
 * The plan to erase what stands in these places.
 * @throws KeyriteError `NOT_FOUND` if there is nothing left to erase, `USAGE` if it is more than one entry holds, `POLICY_REFUSES`.
 */
export function planErase(view: Pick<View, 'of' | 'open'>, places: readonly Place[]): Plan {
  const left = places.filter(({commitment}) => view.open({$: commitment}) !== undefined)
  const commitments = [...new Set(left.map(({commitment}) => commitment))].sort()
  if (commitments.length === 0)
    throw new KeyriteError('NOT_FOUND', 'cannot erase: no private value of these is here (any more)', {
      hints: ['keyrite ledger show SEQ', 'keyrite ledger erase --entry SEQ --reason R'],
    })
  if (commitments.length > most)
    throw new KeyriteError(
      'USAGE',
      `cannot erase ${commitments.length} private values at once: at most ${most}`,
      {
        hints: ['--entry SEQ, for some of them at a time'],
      },
    )
  return planFor(view, {
    operation: 'ledger.erase',
    class: null,
    change: {commitments},
    phases: ['erase'],
    profile: null,
    rests: [...whereInWords(left)],
  })
}

/** `2 private values of entry 0 (ledger.opened)`. */
function whereInWords(places: readonly Place[]): Iterable<string> {
  const counts = new Map<string, Set<string>>()
  for (const {commitment, entry} of places) {
    const name = `entry ${entry.seq} (${entry.type})`
    counts.set(name, (counts.get(name) ?? new Set()).add(commitment))
  }
  return [...counts].map(([name, found]) => `${inNumber(found.size)} of ${name}`)
}

function inNumber(count: number): string {
  return count === 1 ? 'one private value' : `${count} private values`
}

/** Every private value of an entry: in its data, and the host in its actor. */
export function placesIn(entry: Entry): readonly Place[] {
  return [...referencesIn(entry.actor.host), ...referencesIn(entry.data)].flatMap((one) =>
    isPrivate(one) ? [{commitment: one.$, entry}] : [],
  )
}

/** What says something about a person: name and address where they were brought in, and the reasons of their answers. */
export function placesOf(person: string, entry: Entry): readonly Place[] {
  const {type, data, actor} = entry
  const at = (values: readonly (Json | undefined)[]): readonly Place[] =>
    values.flatMap((one) => (isPrivate(one) ? [{commitment: one.$, entry}] : []))
  if (type === 'ledger.opened') {
    const people = data['people'] as readonly {
      readonly id: string
      readonly name: Json
      readonly address: Json
    }[]
    return people.filter(({id}) => id === person).flatMap(({name, address}) => at([name, address]))
  }
  if (type === 'custodian.enrolled' && data['person'] === person) return at([data['name'], data['address']])
  if (type === 'approval.given' && actor.person === person) return at([data['reason']])
  return []
}

/** The commitments of a plan. @throws TypeError if they are not sorted, different, and 64 hex digits each. */
function commitmentsOf({change}: Plan): readonly string[] {
  const {commitments} = change
  const list: readonly Json[] = Array.isArray(commitments) ? commitments : []
  const texts = list.filter((one) => typeof one === 'string' && /^[0-9a-f]{64}$/.test(one)) as string[]
  const sorted = [...new Set(texts)].sort()
  if (
    Object.keys(change).join() !== 'commitments' ||
    sorted.length === 0 ||
    sorted.join() !== texts.join() ||
    texts.length !== list.length
  )
    throw new TypeError('the plan is not one to erase private values')
  return sorted
}
