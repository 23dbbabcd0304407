/** S: what is left of keys that were deleted: their names, which are used up. That the type is called as elsewhere in the API is K. */
import {notFound} from './failures.ts'
import {page} from './listing.ts'
import {text, timestamp, type Message} from './messages.ts'
import {demandName} from './names.ts'
import type {Methods} from './server.ts'
import type {Ring, World} from './world.ts'

const locationOf = (ring: Ring): string => ring.name.split('/keyRings/')[0] ?? ''

export const retiredName = (ring: Ring, id: string): string => `${locationOf(ring)}/retiredResources/${id}`

export const retiredMethods: Methods = {
  listRetiredResources(world, request) {
    const parent = text(request, 'parent')
    demandName('location', parent)
    const {shown, rest} = page(
      request,
      all(world).filter(({name}) => String(name).startsWith(`${parent}/`)),
    )
    return {retiredResources: shown, ...rest}
  },

  getRetiredResource(world, request) {
    const name = text(request, 'name')
    const found = all(world).find((one) => one['name'] === name)
    if (found === undefined) throw notFound('RetiredResource', name)
    return found
  },
}

function all(world: World): readonly Message[] {
  return [...world.rings.values()].flatMap((ring) =>
    [...ring.retired].map(([key, {id, at}]) => ({
      name: retiredName(ring, id),
      originalResource: `${ring.name}/cryptoKeys/${key}`,
      resourceType: 'cloudkms.googleapis.com/CryptoKey',
      deleteTime: timestamp(at),
    })),
  )
}
