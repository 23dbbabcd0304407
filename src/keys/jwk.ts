/** Public keys as JSON Web Keys (RFC 7517), each named by its thumbprint (RFC 7638), and the set that verifiers are given. */
import {createHash, createPublicKey, type KeyObject} from 'node:crypto'
import {KeyriteError} from '../base/errors.ts'
import {jcs} from '../base/jcs.ts'
import type {View} from '../ledger/index.ts'
import type {KeyState} from './lifecycle.ts'
import type {Key} from './state.ts'

/** The members that every key of a set has, beside those of its kind. */
export interface Jwk {
  readonly kty: string
  readonly kid: string
  readonly use: 'sig' | 'enc'
  readonly alg: string
  readonly [member: string]: string
}

/** What a thumbprint is made of, for each `kty` (RFC 7638 section 3.2, RFC 8037 section 2, and `AKP` of ML-DSA). */
const required = ['crv', 'e', 'kty', 'n', 'x', 'y', 'pub', 'alg'] as const
const algs: Readonly<Record<string, string>> = {eddsa: 'EdDSA', 'oaep-sha256': 'RSA-OAEP-256'}

/** The `kid` depends on the key alone, and so never changes. */
export function jwkOf(object: KeyObject, {scheme, purpose}: Pick<Key['spec'], 'scheme' | 'purpose'>): Jwk {
  const bare = object.export({format: 'jwk'}) as Record<string, string>
  const thumb = Object.fromEntries(
    required.flatMap((name) => (typeof bare[name] === 'string' ? [[name, bare[name]]] : [])),
  )
  return {
    ...bare,
    kty: bare['kty'] ?? '',
    kid: createHash('sha256').update(jcs(thumb)).digest('base64url'),
    use: purpose === 'sign' ? 'sig' : 'enc',
    alg: algs[scheme] ?? bare['alg'] ?? scheme.toUpperCase(),
  }
}

/**
 * Whether verifiers are told of a version. Only an active one: one that is not active yet, or was stopped, signs nothing that
 * they shall take, and by the time that a rotation deactivates one, all that it signed has expired.
 */
export function isPublished(state: KeyState): boolean {
  return state === 'active'
}

/**
 * The set of these keys, in their order: of each its primary version first, then the newest.
 * @throws KeyriteError `UNSUPPORTED` for a key without a public half, `KEY_STATE` for one of which nothing may be published:
 * a set without it would turn every verifier away, so that is never printed as if it were one.
 */
export function jwksOf(view: Pick<View, 'blob'>, keys: readonly Key[]): readonly Jwk[] {
  return keys.flatMap((key) => {
    const {name, spec, primary} = key
    if (key.versions.every((one) => one.public === null))
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot publish key "${name}": ${spec.algorithm} has no public half`,
        {
          hints: [`keyrite key show ${name}`],
        },
      )
    const published = key.versions
      .filter(({state}) => isPublished(state))
      .sort((a, b) => Number(b.version === primary) - Number(a.version === primary) || b.version - a.version)
    if (published.length === 0)
      throw new KeyriteError('KEY_STATE', `cannot publish key "${name}": none of its versions is active`, {
        hints: [`keyrite key show ${name}`],
      })
    return published.flatMap((version) => versionJwk(view, key, version) ?? [])
  })
}

/** The public half of one version; undefined where it has none. */
export function versionJwk(
  view: Pick<View, 'blob'>,
  {spec}: Key,
  {public: spki}: Pick<Key['versions'][number], 'public'>,
): Jwk | undefined {
  if (spki === null) return undefined
  return jwkOf(createPublicKey({key: Buffer.from(view.blob(spki)), format: 'der', type: 'spki'}), spec)
}
