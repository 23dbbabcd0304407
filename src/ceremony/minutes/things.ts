/** Bags and evidence in words, as the minutes tell them. */
import {isObject, type Json} from '../../base/jcs.ts'
import type {Done} from '../state.ts'
import type {Material} from '../template.ts'
import type {Transcript} from './transcript.ts'

const done: Readonly<Record<string, string>> = {
  seal: 'sealed',
  check: 'checked, its seal whole',
  open: 'cut open, its seal whole until then',
  destroy: 'destroyed',
}
const compared: Readonly<Record<string, string>> = {
  template: ', the one that the template has',
  ceremony: ', the one that was recorded before',
  other: ', ANOTHER than was recorded before',
}

export function bagInWords(record: Transcript, result: Done['result']): string {
  const say = (name: string): string => record.text(result[name])
  const {read_by: readers, contents} = result
  const read = Array.isArray(readers) ? record.names(readers.filter((one) => typeof one === 'string')) : ''
  return [
    `bag “${say('bag')}” ${done[say('action')] ?? say('action')}`,
    ...(result['number'] === undefined
      ? []
      : [
          `number ${say('number')}${compared[say('compared')] ?? ''}${result['deviation'] === undefined ? '' : ` (deviation ${say('deviation')})`}${read === '' ? '' : `, read aloud by ${read}`}`,
        ]),
    ...(contents === undefined
      ? []
      : [`${say('action') === 'seal' ? 'in it' : 'out of it'}: ${say('contents')}`]),
  ]
    .join('; ')
    .concat('.')
}

export function attestInWords(record: Transcript, result: Done['result']): string {
  const say = (name: string): string => record.text(result[name])
  const device = isObject(result['device']) ? Object.entries(result['device']) : []
  return [
    result['key'] === undefined
      ? `profile “${say('profile')}”`
      : `key “${say('key')}” version ${say('version')}: protection ${say('level')}${result['fips'] === null ? '' : `, FIPS ${say('fips')}`} (${say('evidence')})`,
    say('detail').replace(/\.$/, ''),
    ...device.map(([name, value]) => `device ${name} ${record.text(value)} (${say('device_evidence')})`),
    ...(result['serial_of'] === undefined ? [] : [`its serial number is that of “${say('serial_of')}”`]),
    ...(Array.isArray(result['not_met'])
      ? result['not_met'].map((one: Json) => `NOT MET IN REHEARSAL: ${record.text(one)}`)
      : []),
  ]
    .join('; ')
    .concat('.')
}

export function materialInWords({id, kind, text, in: bag, number}: Material): string {
  return `${id} (${kind}): ${text}${bag === undefined ? '' : `; in bag ${bag}`}${number === undefined ? '' : `; number ${number}`}`
}
