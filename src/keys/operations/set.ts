/** What is known of a key and may change while its material stays: who answers for it and uses it, what it protects, until when. */
import {z} from 'zod'
import {jcs, type JsonObject} from '../../base/jcs.ts'
import {KeyriteError} from '../../base/errors.ts'
import {lately} from '../../base/lately.ts'
import {problem, type View} from '../../ledger/index.ts'
import type {Operation, Plan} from '../../requests/index.ts'
import {datesInWords} from '../../providers/dates.ts'
import {datesOf, datesSchema} from '../dates.ts'
import {keysFold} from '../fold.ts'
import {changesSchema, keyName, type KeyChanges} from '../spec.ts'
import {dateWrites, judgeDates, setDates} from './set-dates.ts'

const schema = lately(
  z.strictObject({
    class: z.string(),
    key: keyName,
    changes: changesSchema,
    /** What its service is told first, of a key whose service keeps dates. */
    version: z.int().min(1).exactOptional(),
    dates: datesSchema.exactOptional(),
  }),
)

/** @throws TypeError. */
function formed({change}: Plan): ReturnType<(typeof schema)['parse']> {
  const parsed = schema.safeParse(change)
  if (!parsed.success) throw new TypeError('the plan is not one to set what is known of a key')
  return parsed.data
}

export const keySet: Operation = {
  name: 'key.set',
  writes: {'key.set': 'set', ...dateWrites},
  begins: ['key.set', 'key.dates.intended'],
  formed: (plan) => void formed(plan),
  inWords: (plan) => {
    const {key, changes, dates} = formed(plan)
    return [
      `Set, of key "${key}": ${changesInWords(changes).join('; ')}.`,
      dates === undefined
        ? 'Nothing is done at its provider.'
        : `Its service, in profile "${plan.profile?.name ?? ''}", is told first to sign, encrypt and wrap with its versions only ${datesInWords(datesOf(dates))}. Outside of that it is tried that the service refuses.`,
    ]
  },
  stillTrue: (view, plan) => {
    const {key, changes} = formed(plan)
    demandSettable(view, key, changes)
  },
  judge: (_view, plan, entry) => {
    if (entry.type !== 'key.set') return judgeDates(plan, entry)
    const {key, changes} = formed(plan)
    return jcs(entry.data) === jcs({key, changes: changes as unknown as JsonObject})
      ? []
      : [problem('plan', entry, 'it is not what was approved')]
  },
  matterOf: () => null,
  act: async (context, plan, phase) => {
    const {ledger, actor, ceremony, approved} = context
    const {key, changes, version, dates} = formed(plan)
    if (phase === 'dates' && version !== undefined && dates !== undefined)
      return setDates(context, {key, version, dates})
    const data = {key, changes: {...changes} as unknown as JsonObject}
    await ledger.append([{type: 'key.set', data, actor, ceremony, approved}])
  },
}

function changesInWords(changes: KeyChanges): readonly string[] {
  const {owner, consumers, classification, expires, not_before: from, parent, labels} = changes
  return [
    ...(owner === undefined ? [] : [`owner {${owner}}`]),
    ...(consumers === undefined
      ? []
      : [
          consumers.length === 0
            ? 'no consumer any more'
            : `used by ${consumers.map((one) => `{${one}}`).join(', ')}, and by nobody else`,
        ]),
    ...(classification === undefined ? [] : [`classification ${classification}`]),
    ...(expires === undefined ? [] : [expires === null ? 'no expiry date' : `expires ${expires}`]),
    ...(from === undefined ? [] : [`not before ${from}`]),
    ...(parent === undefined ? [] : [parent === null ? 'under no key' : `under key "${parent}"`]),
    ...(labels === undefined ? [] : [labels.length === 0 ? 'no labels' : `labels ${labels.join(', ')}`]),
  ]
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `USAGE` where keys would stand above themselves, `KEY_STATE` under a key that is gone. */
export function demandSettable(view: Pick<View, 'of'>, name: string, {parent}: KeyChanges): void {
  const {keys} = view.of(keysFold)
  const find = (wanted: string) => {
    const key = keys.get(wanted)
    if (key !== undefined) return key
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${wanted}"`, {hints: ['keyrite key list']})
  }
  find(name)
  if (parent === undefined || parent === null) return
  if (find(parent).versions.every(({state}) => state === 'destroyed'))
    throw new KeyriteError('KEY_STATE', `cannot put key "${name}" under key "${parent}": that is destroyed`, {
      hints: [`keyrite key show ${parent}`],
    })
  for (let above: string | null = parent; above !== null; above = keys.get(above)?.spec.parent ?? null)
    if (above === name)
      throw new KeyriteError('USAGE', `cannot put key "${name}" under key "${parent}": it stands above it`, {
        hints: [`keyrite key show ${parent}`],
      })
}
