/** How each kind of place makes a further version of a key, as far as its kind alone tells: what lists say without asking it. */
import {isPair, type Algorithm} from '../../providers/algorithms.ts'

/** Why a key is not rotated. */
export type Cannot = 'asymmetric' | 'unsupported'

/** Whether a further version is one of the same key there, or a key of its own. */
export type Made = 'version' | 'key'

export interface NativeWay {
  readonly cannot: Cannot | null
  /** What is done there, in words. */
  readonly words: string
  /** What a rotation makes. */
  readonly made: Made
  /** What is made where it has to wait unused: a version only where the newest one is not used at once. */
  readonly waiting: Made
  /** Whether the place uses the newest version at once for whoever names only the key: then users pin a version for the overlap. */
  readonly atOnce: boolean
}

const way = (words: string, more: Partial<NativeWay> = {}): NativeWay => ({
  cannot: null,
  words,
  made: 'version',
  waiting: 'version',
  atOnce: false,
  ...more,
})
const newestAtOnce = {waiting: 'key', atOnce: true} as const

const ways: Readonly<Record<string, (algorithm: Algorithm) => NativeWay>> = {
  local: () => way('a new version of the key in the token'),
  pkcs11: () => way('a new object beside the old one; whoever uses it finds it by its CKA_ID'),
  aws: (algorithm) =>
    isPair(algorithm)
      ? way('AWS KMS makes no further version of a key pair', {cannot: 'asymmetric', waiting: 'key'})
      : way('rotated on demand under the same key id', newestAtOnce),
  azure: () => way('a new version of the key', newestAtOnce),
  gcp: (algorithm) =>
    way('a new version of the key; of a symmetric one the primary is set there too', {
      waiting: isPair(algorithm) ? 'version' : 'key',
    }),
  transit: () => way('a new version of the key; the newest is what it signs and encrypts with', newestAtOnce),
}

export function nativeWay(kind: string, algorithm: Algorithm): NativeWay {
  return (
    ways[kind]?.(algorithm) ??
    way(`places of kind ${kind} make no further version of a key`, {cannot: 'unsupported'})
  )
}
