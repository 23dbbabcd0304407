/** How each kind of place makes a further version of a key, as far as its kind alone tells: what lists say without asking it. */
import {isPair, type Algorithm} from '../../providers/algorithms.ts'
import type {Key} from '../state.ts'

/** Why a key is not rotated. */
export type Cannot = 'unsupported'

/** What of a key decides it: its algorithm, and whether the material that is used came from outside. */
export interface Material {
  readonly algorithm: Algorithm
  readonly imported: boolean
}

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
  /**
   * `waits`: whoever uses the key names its version, or the place has a primary one. `at-once`: the place uses the newest for
   * whoever names only the key, so that users pin a version for the overlap. `alone`: the place takes nothing but the newest to
   * protect what is new, and no version can be named.
   */
  readonly newest: 'waits' | 'at-once' | 'alone'
  /** What a further version takes away for good, as a sentence; absent where nothing. */
  readonly forGood?: string
}

const way = (words: string, more: Partial<NativeWay> = {}): NativeWay => ({
  cannot: null,
  words,
  made: 'version',
  waiting: 'version',
  newest: 'waits',
  ...more,
})
const own = {made: 'key', waiting: 'key'} as const

const ways: Readonly<Record<string, (material: Material) => NativeWay>> = {
  local: () => way('a new version of the key in the token'),
  pkcs11: () => way('a new object beside the old one; whoever uses it finds it by its CKA_ID'),
  aws: ({algorithm, imported}) =>
    isPair(algorithm)
      ? way('a new KMS key, as AWS KMS makes no further version of a key pair', own)
      : imported
        ? way('a new KMS key, as AWS KMS makes no further version of material from outside', own)
        : algorithm === 'aes-256'
          ? way('rotated on demand under the same key id', {waiting: 'key', newest: 'alone'})
          : way(`a new KMS key, as AWS KMS makes no further version of ${algorithm}`, own),
  azure: () =>
    way('a new version of the key', {
      ...{waiting: 'key', newest: 'at-once'},
      forGood:
        'FOR GOOD: from when it has two versions none of them can be destroyed by keyrite, now or later: Azure deletes a key whole, and no version of it. They can be had out of use: keyrite key suspend.',
    }),
  gcp: ({algorithm, imported}) =>
    imported
      ? way('a new key, as Google makes no further version of material from outside', own)
      : isPair(algorithm) || algorithm === 'hmac-sha256'
        ? way('a new version of the key, which its users name')
        : way(
            'a new version of the key; which one is primary is set there too, but where it encrypts as anybody would (--raw-aes): there its users name it',
            {waiting: 'key'},
          ),
  transit: () => way('a new version of the key', {waiting: 'key', newest: 'at-once'}),
}

export function nativeWay(kind: string, material: Material): NativeWay {
  return (
    ways[kind]?.(material) ??
    way(`places of kind ${kind} make no further version of a key`, {cannot: 'unsupported'})
  )
}

/** What decides of a key as it is now. */
export function materialOf({spec, versions, primary}: Pick<Key, 'spec' | 'versions' | 'primary'>): Material {
  const imported = versions.find(({version}) => version === primary)?.imported === true
  return {algorithm: spec.algorithm, imported}
}
