/** Key material that a rehearsal makes up, so that nobody brings the real one. */
import {generateKeyPairSync} from 'node:crypto'
import {Secret} from '../base/secret.ts'
import type {Random} from '../base/world.ts'
import type {Room} from '../ceremony/room.ts'
import type {Algorithm} from '../providers/algorithms.ts'

const pairs = {
  ed25519: () => generateKeyPairSync('ed25519'),
  'ec-p256': () => generateKeyPairSync('ec', {namedCurve: 'P-256'}),
  'ec-p384': () => generateKeyPairSync('ec', {namedCurve: 'P-384'}),
  'ec-p521': () => generateKeyPairSync('ec', {namedCurve: 'P-521'}),
  'rsa-2048': () => generateKeyPairSync('rsa', {modulusLength: 2048}),
  'rsa-3072': () => generateKeyPairSync('rsa', {modulusLength: 3072}),
  'rsa-4096': () => generateKeyPairSync('rsa', {modulusLength: 4096}),
  'ml-dsa-44': () => generateKeyPairSync('ml-dsa-44'),
  'ml-dsa-65': () => generateKeyPairSync('ml-dsa-65'),
  'ml-dsa-87': () => generateKeyPairSync('ml-dsa-87'),
} as const satisfies Partial<Record<Algorithm, () => unknown>>

/** Key material of this kind, or 32 bytes of nothing. */
export function madeUp(algorithm: Algorithm | null, random: Random): Secret {
  if (algorithm === null || !(algorithm in pairs)) return new Secret(random.bytes(32))
  const {privateKey} = pairs[algorithm as keyof typeof pairs]()
  return new Secret(privateKey.export({format: 'der', type: 'pkcs8'}))
}

/** The room where a key is brought: of its algorithm, and nothing else of it is real. */
export function madeUpRoom(random: Random): NonNullable<Room['material']> {
  return async (at, {algorithm}) => {
    at.room.say(['What is brought here is made up: nobody is asked for the real key.'])
    return madeUp(algorithm, random)
  }
}
