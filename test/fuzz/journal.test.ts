/** What people hand in as the journal of a night. */
import {describe} from '@jest/globals'
import {sha256Hex} from '../../src/base/bytes.ts'
import {lineBytes, parseJournal, type Line} from '../../src/incidents/journal/format.ts'
import {byteMutations} from './bytes.ts'
import {fuzz, isTypeError} from './fuzz.ts'
import {textMutation} from './text.ts'

const time = '2026-11-28T03:09:18.123Z'
const hex = (digit: string, length: number): string => digit.repeat(length)
const said = [
  {
    ...{type: 'opened', journal: hex('1', 32), ledger: hex('2', 64), checkpoint: {root: 'AAAA', size: 9}},
    ...{roster: hex('3', 64), policy: hex('4', 64), key: 'payments', profile: 'hsm', reason: 'legal'},
    ...{versions: [{act: 'suspend', version: 1}], by: ['p-0123456789abcdef']},
  },
  {type: 'signed', over: 0, person: 'p-0123456789abcdef', key: 'SHA256:x', signature: 'AAAA'},
  {type: 'intended', act: 'suspend', version: 1},
  {type: 'done', act: 'suspend', version: 1, enforced: 'disabled'},
  {type: 'tried', version: 1, proof: 'proven', refusals: 10, last_success: null, first_refusal: time},
  {type: 'ended', proof: 'proven'},
]

function journal(count: number): Buffer {
  let prev = hex('5', 64)
  const lines = said.slice(0, count).map((one, seq) => {
    const bytes = lineBytes({...one, seq, prev, time} as Line)
    prev = sha256Hex(bytes)
    return Buffer.concat([bytes, Buffer.of(0x0a)])
  })
  return Buffer.concat(lines)
}

describe('incidents', () => {
  fuzz({
    name: 'a journal',
    seeds: [journal(1), journal(3), journal(said.length)],
    mutations: [...byteMutations, textMutation],
    refuses: isTypeError,
    read: parseJournal,
    take(bytes) {
      const again = Buffer.concat(
        parseJournal(bytes).flatMap((line) => [Buffer.from(lineBytes(line)), Buffer.of(0x0a)]),
      )
      return again.equals(bytes.subarray(0, bytes.lastIndexOf(0x0a) + 1))
        ? undefined
        : 'other lines than it holds'
    },
    cases: 100_000,
    quick: 300,
  })
})
