/** A key ring, from the settings of a profile. */
import {KeyriteError} from '../../base/errors.ts'
import type {Place} from './service.ts'

/** @throws KeyriteError `USAGE` for a setting that is not of its form. */
export function placeFrom(settings: Readonly<Record<string, string>>): Place {
  const {'key-ring': ring = '', endpoint, 'credentials-file': credentials, 'ca-file': ca} = settings
  const {protection = 'hsm', 'destroy-days': days = '30'} = settings
  const refuse = (fact: string): never => {
    throw new KeyriteError('USAGE', fact, {
      hints: ['keyrite profile add NAME --kind gcp --key-ring projects/P/locations/L/keyRings/R …'],
    })
  }
  if (!/^projects\/[^/]{1,100}\/locations\/[a-zA-Z0-9_-]{1,63}\/keyRings\/[a-zA-Z0-9_-]{1,63}$/.test(ring))
    refuse('expected a key ring as projects/P/locations/L/keyRings/R')
  if (endpoint !== undefined && !/^[a-z0-9.-]+(?::\d{1,5})?$/i.test(endpoint))
    refuse('expected an endpoint as HOST or HOST:PORT, without https://')
  if (protection !== 'hsm' && protection !== 'software')
    return refuse('expected hsm or software as protection')
  const destroyDays = Number(days)
  if (!Number.isInteger(destroyDays) || destroyDays < 1 || destroyDays > 120)
    refuse('expected 1 to 120 days before destruction')
  return {
    ...{ring, protection, destroyDays},
    ...{endpoint: endpoint ?? null, credentials: credentials ?? null, ca: ca ?? null},
  }
}
