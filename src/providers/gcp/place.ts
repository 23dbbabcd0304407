/** A key ring, from the settings of a profile. */
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'
import {endpointOf} from './endpoint.ts'
import type {Place} from './service.ts'

/** @throws KeyriteError `USAGE` for a setting that is not of its form. */
export function placeFrom(settings: Readonly<Record<string, string>>): Place {
  const {'key-ring': ring = '', endpoint, 'credentials-file': credentials, 'ca-file': ca} = settings
  const {protection = 'hsm', 'destroy-days': days = '30', 'raw-aes': raw = 'false', labels = ''} = settings
  const refuse = (fact: string, hint: string): never => {
    throw new KeyriteError('USAGE', fact, {hints: [hint]})
  }
  if (!/^projects\/[^/]{1,100}\/locations\/[a-zA-Z0-9_-]{1,63}\/keyRings\/[a-zA-Z0-9_-]{1,63}$/.test(ring))
    refuse(
      `expected a key ring as projects/P/locations/L/keyRings/R, got "${visibleLine(ring, 120)}"`,
      'gcloud kms keyrings list --location L, which lists them by their names',
    )
  const {isPlain} = endpointOf(endpoint ?? null)
  if (isPlain && (credentials ?? ca) !== undefined)
    refuse(
      'expected no credentials and no certificates for an endpoint without TLS: nothing secret is sent there',
      'the same without --credentials-file and --ca-file',
    )
  if (protection !== 'hsm' && protection !== 'software')
    return refuse(
      `expected hsm or software as protection, got "${visibleLine(protection, 40)}"`,
      '--protection hsm',
    )
  const destroyDays = /^\d{1,3}$/.test(days) ? Number(days) : 0
  if (destroyDays < 1 || destroyDays > 120)
    refuse(
      `expected the days before destruction as a number from 1 to 120, got "${visibleLine(days, 40)}"`,
      '--destroy-days 30, and the rest as it was',
    )
  return {
    ...{
      ring,
      protection,
      destroyDays,
      rawAes: raw === 'true',
      labels: labelsIn(labels, (fact) => refuse(fact, '--labels team=payments,env=prod')),
    },
    ...{endpoint: endpoint ?? null, credentials: credentials ?? null, ca: ca ?? null},
  }
}

/** `NAME=VALUE,…`, by Google's own rules; keyrite's own names are not to be had. */
function labelsIn(text: string, refuse: (fact: string) => never): Readonly<Record<string, string>> {
  const parts = text === '' ? [] : text.split(',')
  const all = parts.map((part) => {
    const [, name = '', value = ''] = /^([a-z][a-z0-9_-]{0,62})=([a-z0-9_-]{0,63})$/.exec(part) ?? []
    if (name === '') refuse(`expected labels as NAME=VALUE,… of lower case, digits, - and _, got "${part}"`)
    if (name.startsWith('keyrite-')) refuse(`expected labels of your own: "${name}" is one of keyrite's`)
    return [name, value] as const
  })
  if (new Set(all.map(([name]) => name)).size < all.length) refuse('expected each label once')
  if (all.length > 60) refuse('expected 60 labels at most')
  return Object.fromEntries(all)
}
