/** What an HSM at Google signs of a key, and the chains beside it: read, refused, and believed for nothing but what was signed. */
import {X509Certificate} from 'node:crypto'
import {gzipSync} from 'node:zlib'
import {describe} from '@jest/globals'
import {judge, type Attestation} from '../../src/providers/gcp/attestation/index.ts'
import {NotAttested} from '../../src/providers/attesting/not-attested.ts'
import {readStatement} from '../../src/providers/attesting/statement.ts'
import {makeHsm, statementOf} from '../standins/hsm.ts'
import {byteMutations} from './bytes.ts'
import {fuzz} from './fuzz.ts'

const name = 'projects/p/locations/l/keyRings/r/cryptoKeys/k/cryptoKeyVersions/1'
const hsm = makeHsm()
const signed = statementOf({name, publicKey: null})
const whole = Buffer.concat([signed, hsm.sign(signed)])
const isRefusal = (error: unknown): boolean => error instanceof NotAttested
const judgement = (given: Attestation) =>
  judge(given, {name, spki: null}, hsm.roots, new Date('2026-11-28T00:00:00Z'))
const demandBelieved = (given: Attestation): void => {
  const judged = judgement(given)
  if (judged.kind === 'not') throw new NotAttested(judged.why)
}
const good: Attestation = {
  format: 'CAVIUM_V2_COMPRESSED',
  content: gzipSync(whole),
  chains: {
    maker: hsm.caviumCerts,
    ownerCard: hsm.googleCardCerts,
    ownerPartition: hsm.googlePartitionCerts,
  },
}

describe('Google Cloud KMS', () => {
  fuzz({
    name: 'a statement of an HSM',
    seeds: [whole],
    mutations: byteMutations,
    refuses: isRefusal,
    take: (bytes) => {
      const {signed: read, signature, objects} = readStatement(bytes)
      if (!Buffer.concat([read, signature]).equals(bytes)) return 'it is not all of what was given'
      if (objects.length !== 1 && objects.length !== 2) return 'it is about no key'
      const judged = judgement({...good, content: gzipSync(bytes)})
      return judged.kind === 'attested' && !bytes.equals(whole) ? 'it is believed' : undefined
    },
  })

  fuzz({
    cases: 200_000,
    name: 'a compressed statement',
    seeds: [Buffer.from(good.content)],
    mutations: byteMutations,
    refuses: isRefusal,
    take: (bytes) => {
      demandBelieved({...good, content: bytes})
      return undefined
    },
  })

  fuzz({
    name: 'a certificate beside it',
    seeds: [Buffer.from(hsm.caviumCerts[0] ?? '')],
    mutations: byteMutations,
    refuses: isRefusal,
    take: (bytes) => {
      const text = bytes.toString('latin1')
      const maker = [text, hsm.caviumCerts[1] ?? '']
      demandBelieved({...good, chains: {...good.chains, maker}})
      // What stands around the base64 may be damaged: the certificate is what was signed.
      const same = new X509Certificate(text).raw.equals(new X509Certificate(hsm.caviumCerts[0] ?? '').raw)
      return same ? undefined : 'another one is believed'
    },
  })
})
