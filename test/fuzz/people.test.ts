/** What people bring: attestations of security keys, and recipients for shares. Nothing but the good one is taken. */
import {describe} from '@jest/globals'
import {attestationFault, demandRecipient} from '../../src/custody/index.ts'
import {readCbor} from '../../src/custody/attestation/cbor.ts'
import {parseAuthData} from '../../src/custody/attestation/auth-data.ts'
import {attest, challenge, root, time} from '../custody/authenticator.ts'
import {skEcdsa, skEd25519} from '../custody/ssh/software-keys.ts'
import {byteMutations} from './bytes.ts'
import {fuzz, isCode, isTypeError} from './fuzz.ts'

const sk = skEd25519()
const other = skEcdsa('ssh:')
const good = attest(sk)

describe('what people bring', () => {
  fuzz({
    name: 'attestation',
    seeds: [good],
    mutations: byteMutations,
    refuses: isTypeError,
    take(bytes, seed) {
      const roots = [root.toString('base64')]
      const fault = attestationFault({file: bytes, challenge}, sk.publicKey, {roots, time})
      if (fault !== undefined) throw new TypeError(fault)
      return bytes.equals(seed) ? undefined : 'another file vouches for the key'
    },
  })
  fuzz({
    name: 'authenticator data',
    seeds: [authData(attest(sk)), authData(attest(other))],
    mutations: byteMutations,
    refuses: isTypeError,
    take: (bytes) => {
      parseAuthData(bytes)
      return undefined
    },
  })
  fuzz({
    name: 'age recipient',
    seeds: [Buffer.from('age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p')],
    mutations: byteMutations,
    refuses: isCode('USAGE'),
    take: (bytes, seed) => {
      demandRecipient(bytes.toString('latin1'))
      return bytes.equals(seed) ? undefined : 'another spelling is taken'
    },
  })
})

/** The data inside: after the name, the certificate and the signature, wrapped as a byte string. */
function authData(file: Buffer): Buffer {
  let at = 0
  const field = (): Buffer => {
    const length = file.readUInt32BE(at)
    at += 4 + length
    return file.subarray(at - length, at)
  }
  field()
  field()
  field()
  const {value} = readCbor(field())
  if (!(value instanceof Uint8Array)) throw new Error('it is a byte string')
  return Buffer.from(value)
}
