/** What a Managed HSM of Azure gives out: what its HSM signs of a key, and its security domain; read, refused, and believed or opened for nothing but what was made. */
import {createHash, generateKeyPairSync, X509Certificate} from 'node:crypto'
import {describe} from '@jest/globals'
import {judge} from '../../src/providers/azure/attestation.ts'
import {domains} from '../../src/providers/azure/domain/index.ts'
import {certificate} from '../standins/certificate.ts'
import {makeHsm, statementOf} from '../standins/hsm.ts'
import {domainActs} from '../standins/azure/domain.ts'
import {Accepted} from '../standins/azure/messages.ts'
import {World} from '../standins/azure/world.ts'
import {byteMutations} from './bytes.ts'
import {fuzz, isCode} from './fuzz.ts'

class NotBelieved extends Error {}
const about = {key: 'jwt', version: '0123456789abcdef0123456789abcdef', spki: null}
const id = Buffer.from(`https://acme.managedhsm.azure.net/keys/${about.key}/${about.version}`)
const hsm = makeHsm()
const statement = statementOf({name: 'x', publicKey: null, attributes: {0x0102: id}})
const whole = Buffer.concat([statement, hsm.sign(statement)])
const bundle = Buffer.from([...hsm.googlePartitionCerts, ...hsm.caviumCerts].join(''))

const pair = generateKeyPairSync('rsa', {modulusLength: 2048})
const holders = [1, 2, 3].map((n) => new X509Certificate(certificate(`h${n}`, pair, `h${n}`, pair.publicKey)))

/** As the stand-in gives one out. */
function domainOf(): Buffer {
  const world = new World({isHsm: true, tenant: '', recoverableDays: 90, purgeProtected: true})
  const certificates = holders.map(({raw}) => ({x5c: [raw.toString('base64')]}))
  const said = domainActs.download(world, {
    ...{base: '', name: '', version: '', query: new URLSearchParams(), lies: false},
    body: {certificates, required: 2},
  })
  return Buffer.from(said instanceof Accepted ? String(said.body['value']) : '')
}

describe('Azure Managed HSM', () => {
  fuzz({
    name: 'a statement of an HSM',
    seeds: [whole],
    mutations: byteMutations,
    refuses: (error) => error instanceof NotBelieved,
    take: (bytes) => {
      const given = {form: 'MRVL-1', certificates: bundle, private: bytes, public: null}
      const judged = judge(given, about, hsm.roots, new Date('2026-11-28T00:00:00Z'))
      if (judged.kind === 'not') throw new NotBelieved(judged.why)
      return bytes.equals(whole) ? undefined : 'another one is believed'
    },
  })

  fuzz({
    name: 'a security domain',
    seeds: [domainOf()],
    mutations: byteMutations,
    refuses: isCode('USAGE', 'NOT_FOUND'),
    take: (bytes) => {
      const {needed, holders: all} = domains.read(bytes)
      if (needed > all.length) return 'nobody can open it'
      const [first] = holders
      const {sealed} = domains.shareOf(bytes, first?.raw ?? new Uint8Array())
      const print = createHash('sha256')
        .update(first?.raw ?? '')
        .digest('hex')
      return all.includes(print) && sealed.length < 5000 ? undefined : 'it is nobody’s share'
    },
  })
})
