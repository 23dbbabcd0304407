/** Holds: while one lasts, a key is not destroyed. One person may place one; taking it away needs Legal. */
import {z} from 'zod'
import {jcs, type Json, type JsonObject} from '../../base/jcs.ts'
import {KeyriteError} from '../../base/errors.ts'
import {lately} from '../../base/lately.ts'
import {problem, type Entry, type View} from '../../ledger/index.ts'
import {formed, requests, type Operation} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import {keyName} from '../spec.ts'
import {holdKinds} from '../state.ts'

const holdSchema = lately(
  z.strictObject({
    class: z.string(),
    key: keyName,
    kind: z.enum(holdKinds),
    until: z.iso.datetime({precision: 3}),
  }),
)
const releaseSchema = lately(z.strictObject({class: z.string(), key: keyName, hold: z.int().min(0)}))

export const keyHold: Operation = {
  name: 'key.hold',
  writes: {'key.held': 'hold'},
  begins: ['key.held'],
  formed: (plan) => void formed(holdSchema, plan),
  inWords: (plan) => {
    const {key, kind, until} = formed(holdSchema, plan)
    return [
      `Hold key "${key}" until ${until} (${kind}): it is not destroyed before, and what is scheduled is not carried out by keyrite.`,
      'A wait that the provider itself keeps goes on: cancel it, if there is one.',
    ]
  },
  stillTrue: (view, plan) => {
    demandKey(view, formed(holdSchema, plan).key)
  },
  judge: (view, plan, entry) => {
    const {key, kind, until} = formed(holdSchema, plan)
    return said(view, entry, {key, kind, until})
  },
  matterOf: () => null,
  act: async ({ledger, actor, ceremony, approved}, plan) => {
    const {key, kind, until} = formed(holdSchema, plan)
    const data = {key, kind, until, reason: reasonOf(ledger.view, approved)}
    await ledger.append([{type: 'key.held', data, actor, ceremony, approved}])
  },
}

export const keyReleaseHold: Operation = {
  name: 'key.release-hold',
  writes: {'key.released': 'release'},
  begins: ['key.released'],
  formed: (plan) => void formed(releaseSchema, plan),
  inWords: (plan) => {
    const {key, hold} = formed(releaseSchema, plan)
    return [`Take hold ${hold} off key "${key}": nothing of it stands against destroying the key any more.`]
  },
  stillTrue: (view, plan) => {
    const {key, hold} = formed(releaseSchema, plan)
    demandHold(view, key, hold)
  },
  judge: (view, plan, entry) => {
    const {key, hold} = formed(releaseSchema, plan)
    return said(view, entry, {key, hold})
  },
  matterOf: () => null,
  act: async ({ledger, actor, ceremony, approved}, plan) => {
    const {key, hold} = formed(releaseSchema, plan)
    const data = {key, hold, reason: reasonOf(ledger.view, approved)}
    await ledger.append([{type: 'key.released', data, actor, ceremony, approved}])
  },
}

/** The reason is that of the question. */
function said(view: View, entry: Entry, facts: JsonObject) {
  const {reason, ...rest} = entry.data
  const same = jcs(rest) === jcs(facts) && jcs(reason ?? null) === jcs(reasonOf(view, entry.approved))
  return same ? [] : [problem('plan', entry, 'it is not what was approved')]
}

function reasonOf(view: Pick<View, 'of' | 'entry'>, approved: number | null): Json {
  const seq = view.of(requests).byMet.get(approved ?? -1)
  return (seq === undefined ? undefined : view.entry(seq)?.data['reason']) ?? null
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE` if there is nothing left to hold. */
export function demandKey(view: Pick<View, 'of'>, name: string): void {
  const key = view.of(keysFold).keys.get(name)
  if (key === undefined)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${name}"`, {hints: ['keyrite key list']})
  if (key.versions.every(({state}) => state === 'destroyed'))
    throw new KeyriteError('KEY_STATE', `cannot hold key "${name}": it is destroyed`, {
      hints: [`keyrite key show ${name}`],
    })
}

/** @throws KeyriteError `KEY_STATE`. */
export function demandHold(view: Pick<View, 'of'>, name: string, hold: number): void {
  const holds = view.of(keysFold).keys.get(name)?.holds ?? []
  if (holds.some(({seq}) => seq === hold)) return
  throw new KeyriteError('KEY_STATE', `cannot release hold ${hold} of key "${name}": it is not there`, {
    hints: [
      holds.length === 0 ? `keyrite key show ${name}` : `--hold ${holds.map(({seq}) => seq).join('|')}`,
    ],
  })
}
