/** The plan to sign a certificate or a request, which throws before anybody is asked. */
import {KeyriteError} from '../base/errors.ts'
import {keysFold, profileOf, type Planned} from '../keys/index.ts'
import type {View} from '../ledger/index.ts'
import type {KeyClassName} from '../policy/index.ts'
import type {Algorithm, Purpose} from '../providers/algorithms.ts'
import {planFor} from '../requests/index.ts'
import {specOf, type CertificateProfile} from './profile.ts'
import {faultsOf} from './rules.ts'
import type {CertificateSpec} from './spec.ts'

/** What is known of a key that is not made yet. */
export interface KeyToCome {
  readonly profile: string
  readonly class: KeyClassName
  readonly algorithm: Algorithm
  readonly purpose: Purpose
  readonly expires: string | null
}

export interface CertificateWish {
  readonly key: string
  readonly profile: CertificateProfile
  /** Null for a request. */
  readonly validity: {readonly 'not-before': string; readonly 'not-after': string} | null
  /** Where the same ceremony makes the key first, what it makes; null for a key that is there. */
  readonly toCome: KeyToCome | null
}

/** @throws KeyriteError `KEY_NOT_FOUND`, `PROFILE_NOT_FOUND`, `POLICY_REFUSES`, `UNSUPPORTED` for what a certificate must not say. */
export function planCertificate(view: Pick<View, 'of'>, wish: CertificateWish): Planned {
  const found = view.of(keysFold).keys.get(wish.key)
  const key: KeyToCome | null = found === undefined ? wish.toCome : {...found.spec, profile: found.profile}
  if (key === null)
    throw new KeyriteError('KEY_NOT_FOUND', `cannot find key "${wish.key}"`, {hints: ['keyrite key list']})
  const spec = specOf(
    {key: wish.key, class: key.class, version: found?.primary ?? 1},
    wish.profile,
    wish.validity,
  )
  demandSound(spec, key)
  const profile = profileOf(view, key.profile)
  const plan = planFor(view, {
    operation: 'certificate.sign',
    class: spec.class,
    change: {...spec},
    phases: ['sign'],
    profile,
    rests: [`key "${spec.key}" version ${spec.version} is active`],
  })
  return {plan, names: {}}
}

/** @throws KeyriteError `UNSUPPORTED` naming what is wrong. */
export function demandSound(
  spec: CertificateSpec,
  key: Pick<KeyToCome, 'algorithm' | 'purpose' | 'expires'>,
): void {
  const [first, ...others] = faultsOf(spec, key)
  if (first === undefined) return
  throw new KeyriteError('UNSUPPORTED', `cannot certify key "${spec.key}": ${first.message}`, {
    hints: others.map(({message}) => message),
  })
}
