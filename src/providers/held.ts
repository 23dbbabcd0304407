/** What a service says after it was told what a version may be used for. */
import {KeyriteError} from '../base/errors.ts'
import type {Availability, VersionRef} from './ports.ts'

/**
 * A yes that is none is no "less" that a service holds a version to: it is asked for again.
 * @param now - what the service says when it is looked at again.
 * @returns the same.
 * @throws KeyriteError `PROVIDER_FAILED` where the version was to be disabled and is not, or is and was not to be.
 */
export function demandHeld(
  service: string,
  {key, version}: VersionRef,
  {wanted, now}: {readonly wanted: Availability; readonly now: Availability},
): Availability {
  if ((wanted === 'disabled') === (now === 'disabled')) return now
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot make key "${key}" ${wanted}: ${service} said yes, and version ${version} is still ${now}`,
    {changed: true, hints: ['the same command again', `keyrite key show ${key}`]},
  )
}
