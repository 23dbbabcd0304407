/** What people hand in as a share. */
import {describe} from '@jest/globals'
import {parseShareText, parseWrappedText, qrText, shareText, wrappedText} from '../../src/shares/text.ts'
import {readRow} from '../../src/shares/row.ts'
import {head, splitFor, wrappedOf} from '../shares/support.ts'
import {byteMutations} from './bytes.ts'
import {fuzz, isCode} from './fuzz.ts'
import {textMutation} from './text.ts'

const made = splitFor('a secret', {threshold: 3, holders: 5})
const wrapped = wrappedOf(made)
const mutations = [...byteMutations, textMutation, textMutation]

describe('shares', () => {
  fuzz({
    name: 'a share',
    seeds: made.shares.flatMap((share) => [
      shareText(share, wrapped, head),
      qrText(share, wrapped, true),
      qrText(share, wrapped, false),
    ]),
    mutations,
    refuses: isCode('SHARE_BAD'),
    read: parseShareText,
    take(bytes) {
      const read = parseShareText(bytes)
      const one = made.shares[read.share.index - 1]
      return one?.raw.equals(read.share.raw) === true && one.set.equals(read.share.set)
        ? undefined
        : 'a share that nobody made'
    },
    cases: 100_000,
    quick: 600,
  })
  fuzz({
    name: 'a wrapped secret',
    seeds: [wrappedText(wrapped, head)],
    mutations,
    refuses: isCode('SHARE_BAD'),
    read: parseWrappedText,
    take: (bytes) => (parseWrappedText(bytes).bytes.equals(wrapped.bytes) ? undefined : 'another secret'),
    cases: 100_000,
    quick: 300,
  })
  fuzz({
    name: 'a typed row',
    seeds: made.shares.map((share) => qrText(share, wrapped, false).subarray(16, 44)),
    mutations,
    refuses: (error) => error === 'no row',
    take(bytes) {
      const read = readRow('s', 1, 4, bytes)
      // eslint-disable-next-line @typescript-eslint/only-throw-error -- readRow answers and does not throw
      if (read.kind !== 'good') throw 'no row'
      const same = (one: Uint8Array): string =>
        Buffer.from(one).toString('latin1').replace(/[ \t]/g, '').toUpperCase()
      return made.shares.some((share) => same(qrText(share, wrapped, false).subarray(16, 44)) === same(bytes))
        ? undefined
        : 'another row than was made'
    },
    cases: 100_000,
    quick: 600,
  })
})
