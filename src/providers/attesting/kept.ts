/** Whether what an HSM signed is about this key, and says that it was made inside and never left. */
import {createHash, createPublicKey} from 'node:crypto'
import {demand} from './not-attested.ts'
import {flagIn, types, type Attributes} from './statement.ts'

/** PKCS #11: private and secret keys. */
const classes = {public: 2, private: 3, secret: 4} as const

/**
 * @param objects - of one statement whose signature holds.
 * @param spki - the public half; null of a secret key, which `isNamed` knows by its id.
 * @throws NotAttested unless it is this key, made inside, sensitive always, and never to be had outside.
 */
export function demandKept(
  objects: readonly Attributes[],
  spki: Uint8Array | null,
  isNamed: (id: string) => boolean,
): void {
  const held = objects.filter((one) => {
    const value = one.get(types.class)
    return value?.length === 1 && (value[0] === classes.private || value[0] === classes.secret)
  })
  const [key] = held
  demand(key !== undefined && held.length === 1, 'it is about no key that is kept')
  const says = (type: number): boolean => flagIn(key, type) === true
  const leaves = flagIn(key, types.extractable)
  demand(leaves !== true, 'the HSM says that the key can be taken out')
  demand(leaves === false, 'the HSM does not say that the key cannot be taken out')
  demand(
    says(types.local),
    'the HSM says that the key was brought from outside: who else has it is not known',
  )
  demand(
    says(types.neverExtractable) && says(types.sensitive) && says(types.alwaysSensitive),
    'the HSM does not say that the key was always kept inside',
  )
  if (spki === null) demand(isNamed(idOf(key)), 'it is about another key')
  else demandHalf(key.has(types.modulus) || key.has(types.digest) ? [key] : objects, spki)
}

/** As text, without the zeros after it. */
function idOf(key: Attributes): string {
  return key.get(types.id)?.toString('latin1').replace(/\0+$/, '') ?? ''
}

/** RSA: modulus and exponent. EC: the uncompressed point, which stands where a modulus would. @throws NotAttested. */
function demandHalf(objects: readonly Attributes[], spki: Uint8Array): void {
  const key = createPublicKey({key: Buffer.from(spki), format: 'der', type: 'spki'})
  const isRsa = key.asymmetricKeyType === 'rsa'
  demand(isRsa || key.asymmetricKeyType === 'ec', 'how a pair of this kind is attested is not known here')
  const {n = '', e = '', x = '', y = ''} = key.export({format: 'jwk'})
  const [modulus, exponent] = [n, e].map(decoded)
  const point = Buffer.concat([Buffer.of(4), decoded(x), decoded(y)])
  const digest = createHash('sha256').update(spki).digest()
  const isSame = (one: Attributes): boolean => {
    if (!one.has(types.modulus)) return one.get(types.digest)?.equals(digest) === true
    const [given, power] = [one.get(types.modulus), one.get(types.publicExponent)]
    if (!isRsa) return given?.equals(point) === true
    return plain(given).equals(modulus ?? point) && plain(power).equals(exponent ?? point)
  }
  demand(objects.some(isSame), 'it is about another key')
}

const decoded = (text: string): Buffer => Buffer.from(text, 'base64url')

/** A number without the zeros before it. */
function plain(number: Buffer = Buffer.alloc(0)): Buffer {
  const at = number.findIndex((byte) => byte !== 0)
  return at === -1 ? Buffer.alloc(0) : number.subarray(at)
}
