/** Certificates and requests that come as files: what is taken apart is what would be put together again. */
import {describe} from '@jest/globals'
import {element, elements, sequence} from '../../src/certificates/der.ts'
import {bits} from '../../src/certificates/der.ts'
import {faultOf} from '../../src/certificates/judge.ts'
import {derOf, pemOf} from '../../src/certificates/pem.ts'
import {partsOf} from '../../src/certificates/signature.ts'
import {asRequest, certify, fullSpec, pairFor, rootSpec} from '../certificates/support.ts'
import {byteMutations} from './bytes.ts'
import {fuzz, isTypeError} from './fuzz.ts'
import {textMutation} from './text.ts'

const pair = pairFor('es256')
const whole = await certify(rootSpec, pair)
const request = await certify(asRequest(fullSpec), pair)

describe('certificates', () => {
  fuzz({
    name: 'a certificate or request, taken apart',
    seeds: [whole, request],
    mutations: byteMutations,
    refuses: isTypeError,
    take: (bytes) => {
      const {tbs, algorithm, signature} = partsOf(bytes)
      return sequence(tbs, algorithm, bits(signature)).equals(bytes) ? undefined : 'it is written otherwise'
    },
  })

  fuzz({
    name: 'elements of DER',
    seeds: [whole, request],
    mutations: byteMutations,
    refuses: isTypeError,
    take: (bytes) => {
      const again = elements(bytes).map(({tag, content}) => element(tag, content))
      return Buffer.concat(again).equals(bytes) ? undefined : 'it is written otherwise'
    },
  })

  fuzz({
    name: 'a file that holds a certificate',
    seeds: [whole, Buffer.from(pemOf('self-signed', whole))],
    mutations: [...byteMutations, textMutation, textMutation],
    refuses: isTypeError,
    take: (bytes) => {
      const der = derOf('self-signed', bytes)
      const fault = faultOf(der, partsOf(whole).tbs, pair)
      // Of ECDSA nobody without the key makes another signature over the same bytes, but for the one with n - s.
      return fault === undefined && !der.equals(whole)
        ? 'another one is taken for the one that was made'
        : undefined
    },
  })
})
