/** How each kind of place makes a further version of a key, as far as its kind alone tells: what lists say without asking it. */
import {isPair, type Algorithm} from '../../providers/algorithms.ts'

/** Why a key is not rotated. */
export type Cannot = 'asymmetric' | 'unsupported'

export interface NativeWay {
  readonly cannot: Cannot | null
  /** What is done there, in words. */
  readonly words: string
  /** Whether the place uses the newest version at once for whoever names only the key: then users pin a version for the overlap. */
  readonly atOnce: boolean
}

const way = (words: string, atOnce = false): NativeWay => ({cannot: null, words, atOnce})

const ways: Readonly<Record<string, (algorithm: Algorithm) => NativeWay>> = {
  local: () => way('a new version of the key in the token'),
  pkcs11: () => way('a new object beside the old one; whoever uses it finds it by its CKA_ID'),
  aws: (algorithm) =>
    isPair(algorithm)
      ? {cannot: 'asymmetric', words: 'AWS KMS makes no further version of a key pair', atOnce: false}
      : way('rotated on demand under the same key id', true),
  azure: () => way('a new version of the key', true),
  gcp: () => way('a new version of the key; of a symmetric one the primary is set there too'),
  transit: () => way('a new version of the key; the newest is what it signs and encrypts with', true),
}

export function nativeWay(kind: string, algorithm: Algorithm): NativeWay {
  return (
    ways[kind]?.(algorithm) ?? {
      cannot: 'unsupported',
      words: `places of kind ${kind} make no further version of a key`,
      atOnce: false,
    }
  )
}
