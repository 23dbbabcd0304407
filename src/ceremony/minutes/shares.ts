/** Sets of shares: what was split among whom, what each share must be, who signed for theirs, and what was recovered. */
import {isObject, type Json} from '../../base/jcs.ts'
import {code, facts, heading, paragraph, strong, table, type Block} from '../../paper/document.ts'
import {deliveryInWords, sharesFold, type ShareSet} from '../../shares/index.ts'
import type {Done} from '../state.ts'
import type {Transcript} from './transcript.ts'

/** What a step on shares recorded. */
export function sharesInWords(record: Transcript, kind: string, result: Done['result']): string {
  const say = (name: string): string => record.text(result[name])
  const set = `set “${say('name')}”`
  if (kind === 'shares.split')
    return `${set}: ${say('holders')} shares, any ${say('threshold')} recover; see entry ${say('entry')} under “Shares”.`
  if (kind === 'shares.combine')
    return `${set} was recovered (entry ${say('entry')})${result['key'] === undefined ? ', and given out in the clear' : ` as key “${say('key')}” version ${say('version')}; nobody saw it`}.`
  const missing = peopleIn(result['missing'])
  const about = result['drill'] === undefined ? '' : `, the drill of entry ${say('drill')}`
  return `${say('received')} holders of ${set} signed for their shares${about}; ${missing.length === 0 ? 'nobody is missing' : `missing: ${record.names(missing)}`}.`
}

/** Nothing where the ceremony had nothing to do with shares. */
export function shares(record: Transcript): readonly Block[] {
  const {sets} = record.view.of(sharesFold)
  const mine = record.ceremony.sets.flatMap((id) => sets.get(id) ?? [])
  const recovered = record.of('shares.combined')
  if (mine.length === 0 && recovered.length === 0) return []
  return [
    heading(2, 'Shares'),
    ...mine.flatMap((set) => setBlocks(record, set)),
    ...(recovered.length === 0
      ? []
      : [
          table({
            columns: ['Recovered', 'By shares', 'When', 'Entry'],
            rows: recovered.map(({data, time, seq}) => [
              sets.get(record.text(data['set']))?.name ?? record.text(data['set']),
              record.text(data['indices']),
              record.time(time),
              String(seq),
            ]),
          }),
        ]),
  ]
}

function setBlocks(record: Transcript, one: ShareSet): readonly Block[] {
  const {name, set, threshold, holders, kcv, wrapped, seq} = one
  return [
    heading(3, `Set ${name}`),
    ...(one.void === null
      ? []
      : [
          paragraph(
            strong('Void: '),
            'it was broken off before every share was given out, and recovers nothing.',
          ),
        ]),
    facts([
      ['Id', [code(set)]],
      ['Recovers', `any ${threshold} of ${holders.length} (entry ${seq})`],
      ['Check value', [code(kcv)]],
      ['Wrapped secret', ['SHA-256 ', code(wrapped)]],
    ]),
    table({
      columns: ['Share', 'Holder', 'Given out', 'Commitment', 'Receipt'],
      rows: holders.map((holder) => [
        String(holder.index),
        record.names([holder.person]),
        holder.given === null
          ? [strong('no')]
          : `${deliveryInWords(holder).replace(/ age1\w+/, '')} (entry ${holder.given})`,
        [code(holder.commitment)],
        receiptOf(record, one, holder.index),
      ]),
    }),
  ]
}

/** Of this ceremony: later ones are no part of it. */
function receiptOf(record: Transcript, {set}: ShareSet, index: number): string {
  const found = record
    .of('shares.receipt')
    .find(({data}) => isObject(data) && data['set'] === set && data['index'] === index)
  return found === undefined ? 'none in this ceremony' : `signed, entry ${found.seq}`
}

function peopleIn(value: Json | undefined): readonly string[] {
  return Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
}
