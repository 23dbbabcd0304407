/** Key rings: looked at, and made. Google deletes none, and gives no name twice. */
import {agentName} from '../../base/package.ts'
import {KeyriteError} from '../../base/errors.ts'
import type {PlaceMaker} from '../place-maker.ts'
import type {Identity} from '../ports.ts'
import {seenAs} from '../../base/seen-as.ts'
import {endpointOf} from './endpoint.ts'
import {code, codeOf, failure, wordsOf} from './failures.ts'
import {placeFrom} from './place.ts'
import {Service, type Place} from './service.ts'
import {dateOf} from './versions.ts'

/** The ring can neither be deleted nor made again: when it was made says that it is the same. @returns undefined where there is none. */
export async function ringIdentity(service: Service): Promise<Identity | undefined> {
  const {ring} = service.place
  try {
    const [found] = await service.askPlainly((kms) => kms.getKeyRing({name: ring}))
    return {
      kind: 'gcp',
      key_ring: found.name ?? '',
      created: dateOf(found.createTime)?.toISOString() ?? '',
      ...elsewhere(service.place),
    }
  } catch (error) {
    if (codeOf(error) === code.notFound) return undefined
    throw failure(`look at key ring ${ring}`, error, service.place.credentials)
  }
}

/** What answers is no host of Google's: then it is part of who it is, so that a ring that was approved at Google is none that something else shows under its name. */
function elsewhere({endpoint}: Pick<Place, 'endpoint'>): Identity {
  const {host, port, isPlain, isGoogle} = endpointOf(endpoint)
  return isGoogle ? {} : {not_google: `${isPlain ? 'http://' : ''}${host}:${port}`}
}

/** @throws KeyriteError `USAGE` for settings that are not of their form. */
export function ringMaker(settings: Readonly<Record<string, string>>, agent = agentName()): PlaceMaker {
  const place = placeFrom(settings)
  return {
    place: {kind: 'gcp', key_ring: place.ring, ...elsewhere(place)},
    stands: async () => asking(place, agent, ringIdentity),
    make: async () =>
      asking(place, agent, async (service) => {
        await makeRing(service)
        const made = await seenAs(
          async () => ringIdentity(service),
          (one) => one !== undefined,
        )
        if (made !== undefined) return made
        throw new KeyriteError(
          'PROVIDER_FAILED',
          `cannot make key ring ${place.ring}: Google said yes, and there is none`,
          {hints: ['the same command again: it asks what was done']},
        )
      }),
  }
}

async function makeRing(service: Service): Promise<void> {
  const {ring} = service.place
  const [parent = '', keyRingId = ''] = ring.split('/keyRings/')
  try {
    await service.askPlainly((kms) => kms.createKeyRing({parent, keyRingId, keyRing: {}}))
  } catch (error) {
    if (codeOf(error) === code.alreadyExists)
      throw new KeyriteError('EXISTS', `cannot make key ring ${ring}: ${wordsOf(error)}`, {
        hints: [
          'look at it before anything else: somebody else made it, and may have let others in',
          'keyrite profile add NAME --kind gcp …',
        ],
      })
    throw failure(`make key ring ${ring}`, error, service.place.credentials)
  }
}

async function asking<T>(place: Place, agent: string, act: (service: Service) => Promise<T>): Promise<T> {
  const service = await Service.open(place, agent)
  try {
    return await act(service)
  } finally {
    await service.close()
  }
}
