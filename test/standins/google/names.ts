/** Names of resources: taken apart, looked up, put together. */
import {invalid, notFound} from './failures.ts'
import type {Key, Ring, Version, World} from './world.ts'

const patterns = {
  location: String.raw`projects/([^/]{1,100})/locations/([a-zA-Z0-9_-]{1,63})`,
  ring: String.raw`projects/([^/]{1,100})/locations/([a-zA-Z0-9_-]{1,63})/keyRings/([a-zA-Z0-9_-]{1,63})`,
  key: String.raw`projects/([^/]{1,100})/locations/([a-zA-Z0-9_-]{1,63})/keyRings/([a-zA-Z0-9_-]{1,63})/cryptoKeys/([a-zA-Z0-9_-]{1,63})`,
  version: String.raw`projects/([^/]{1,100})/locations/([a-zA-Z0-9_-]{1,63})/keyRings/([a-zA-Z0-9_-]{1,63})/cryptoKeys/([a-zA-Z0-9_-]{1,63})/cryptoKeyVersions/([a-zA-Z0-9_-]{1,63})`,
  job: String.raw`projects/([^/]{1,100})/locations/([a-zA-Z0-9_-]{1,63})/keyRings/([a-zA-Z0-9_-]{1,63})/importJobs/([a-zA-Z0-9_-]{1,63})`,
} as const

/** T; text K*. */
export function demandName(kind: keyof typeof patterns, name: string): void {
  const pattern = patterns[kind]
  if (!new RegExp(`^${pattern}$`).test(name))
    throw invalid(`Resource name '${name}' does not match pattern '${pattern}'.`)
}

/** T, S: ids of what is made. */
export function demandId(id: string): void {
  if (!/^[a-zA-Z0-9_-]{1,63}$/.test(id))
    throw invalid(`Resource id '${id}' does not match pattern '[a-zA-Z0-9_-]{1,63}'.`)
}

export function ringOf(world: World, name: string): Ring {
  demandName('ring', name)
  const ring = world.rings.get(name)
  if (ring === undefined) throw notFound('KeyRing', name)
  return ring
}

export function keyOf(world: World, name: string): {ring: Ring; key: Key} {
  demandName('key', name)
  const [parent = '', id = ''] = name.split('/cryptoKeys/')
  const key = world.rings.get(parent)?.keys.get(id)
  if (key === undefined) throw notFound('CryptoKey', name)
  return {ring: ringOf(world, parent), key}
}

export function versionOf(world: World, name: string): {ring: Ring; key: Key; version: Version} {
  demandName('version', name)
  const [parent = '', number = ''] = name.split('/cryptoKeyVersions/')
  const {ring, key} = keyOf(world, parent)
  const version = key.versions.find((one) => String(one.number) === number)
  if (version === undefined) throw notFound('CryptoKeyVersion', name)
  return {ring, key, version}
}

export const nameOfKey = (ring: Ring, key: Key): string => `${ring.name}/cryptoKeys/${key.id}`

export const nameOfVersion = (ring: Ring, key: Key, {number}: Version): string =>
  `${nameOfKey(ring, key)}/cryptoKeyVersions/${number}`
