/** What is known of a key and may change while its material stays: who answers for it and uses it, what it protects, until when. */
import {z} from 'zod'
import {jcs, type JsonObject} from '../../base/jcs.ts'
import {KeyriteError} from '../../base/errors.ts'
import {lately} from '../../base/lately.ts'
import {problem, type View} from '../../ledger/index.ts'
import type {Operation, Plan} from '../../requests/index.ts'
import {keysFold} from '../fold.ts'
import {changesSchema, keyName, type KeyChanges} from '../spec.ts'

const schema = lately(z.strictObject({class: z.string(), key: keyName, changes: changesSchema}))

/** @throws TypeError. */
function formed({change}: Plan): {readonly key: string; readonly changes: KeyChanges} {
  const parsed = schema.safeParse(change)
  if (!parsed.success) throw new TypeError('the plan is not one to set what is known of a key')
  return parsed.data
}

export const keySet: Operation = {
  name: 'key.set',
  writes: {'key.set': 'set'},
  begins: ['key.set'],
  formed: (plan) => void formed(plan),
  inWords: (plan) => {
    const {key, changes} = formed(plan)
    return [
      `Set, of key "${key}": ${changesInWords(changes).join('; ')}.`,
      'Nothing is done at its provider.',
    ]
  },
  stillTrue: (view, plan) => {
    const {key, changes} = formed(plan)
    demandSettable(view, key, changes)
  },
  judge: (_view, plan, entry) => {
    const {key, changes} = formed(plan)
    return jcs(entry.data) === jcs({key, changes: changes as unknown as JsonObject})
      ? []
      : [problem('plan', entry, 'it is not what was approved')]
  },
  matterOf: () => null,
  act: async ({ledger, actor, ceremony, approved}, plan) => {
    const {key, changes} = formed(plan)
    const data = {key, changes: {...changes} as unknown as JsonObject}
    await ledger.append([{type: 'key.set', data, actor, ceremony, approved}])
  },
}

function changesInWords(changes: KeyChanges): readonly string[] {
  const {owner, consumers, classification, expires, parent, labels} = changes
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
