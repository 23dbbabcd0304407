/** Keys: made, listed, changed, deleted and recovered. */
import {randomBytes} from 'node:crypto'
import {badParameter, beingDeleted, deletedNotFound, keyNotFound, Refused, stillDeleted} from './failures.ts'
import {imported, make, usualOps} from './material.ts'
import {type Accepted, bundle, deletedFacts, item, textIn, type Body} from './messages.ts'
import type {Key, Version, World} from './world.ts'

export interface Call {
  readonly base: string
  readonly name: string
  readonly version: string
  readonly query: URLSearchParams
  readonly body: Body
  /** Whether it shall say yes and do nothing. */
  readonly lies: boolean
}

export type Act = (world: World, call: Call) => Body | Accepted | null

export const newest = (key: Key): Version => key.versions.at(-1) ?? missing()

export function keyOf(world: World, name: string): Key {
  const key = world.keys.get(name)
  if (key === undefined) throw keyNotFound(name)
  return key
}

/** The newest where none is named. */
export function versionOf(world: World, {name, version}: Call): {key: Key; version: Version} {
  const key = keyOf(world, name)
  const found = version === '' ? newest(key) : key.versions.find(({id}) => id === version)
  if (found === undefined) throw keyNotFound(`${name}/${version}`)
  return {key, version: found}
}

type Name =
  | 'create'
  | 'import'
  | 'get'
  | 'update'
  | 'list'
  | 'versions'
  | 'delete'
  | 'getDeleted'
  | 'listDeleted'
  | 'recover'
  | 'purge'

export const keyActs: Readonly<Record<Name, Act>> = {
  create(world, {base, name, body, lies}) {
    demandFree(world, name)
    const kty = textIn(body, 'kty')
    if (world.quirks.has('refuses-hsm') && kty.endsWith('-HSM'))
      throw badParameter(`Key type ${kty} is not supported`)
    const made = make(world, kty, body['key_size'], body['crv'], body['public_exponent'])
    return added(world, base, name, ktyIn(world, kty), made, body, lies)
  },

  import(world, {base, name, body, lies}) {
    demandFree(world, name)
    const jwk = (body['key'] ?? {}) as Body
    const kty = textIn(jwk, 'kty')
    // T: a vault, too, makes it a key of its HSM where that is asked for.
    const hard = body['Hsm'] === true && !kty.endsWith('-HSM') ? `${kty}-HSM` : kty
    const given = {...body, key_ops: jwk['key_ops']}
    const said = added(world, base, name, ktyIn(world, hard), imported(world, jwk), given, lies)
    if (!lies) world.outside.add(newest(keyOf(world, name)))
    return said
  },

  get(world, call) {
    const {key, version} = versionOf(world, call)
    return bundle(world, call.base, key, version)
  },

  update(world, call) {
    const {key, version} = versionOf(world, call)
    const {
      attributes = {},
      key_ops: ops,
      tags,
    } = call.body as {attributes?: Body; key_ops?: string[]; tags?: Record<string, string>}
    const enabled = attributes['enabled']
    if (world.quirks.has('resets-others'))
      Object.assign(version, {nbf: undefined, exp: undefined, enabled: enabled !== false})
    if (call.lies) {
      const said = bundle(world, call.base, key, version)
      return {...said, attributes: {...(said['attributes'] as Body), ...attributes}}
    }
    if (typeof enabled === 'boolean') {
      // Asked again, what lags goes on lagging.
      if (enabled !== version.enabled) version.lag = enabled ? 0 : world.disableLag
      version.enabled = enabled
    }
    if ('nbf' in attributes) version.nbf = Number(attributes['nbf'])
    if ('exp' in attributes) version.exp = Number(attributes['exp'])
    if (ops !== undefined) version.ops = ops
    if (tags !== undefined) version.tags = tags
    const policy = releaseIn(call.body)
    if (policy !== undefined) {
      if (version.exportable !== true)
        throw release(1005, 'Non-exportable keys must not have release policy.')
      if (version.releasePolicy?.['immutable'] === true)
        throw release(1020, 'Immutable Key Release Policy cannot be modified.')
      version.releasePolicy = policy
    }
    version.updated = world.now()
    const said = bundle(world, call.base, key, version)
    return world.quirks.has('attributes-alone') ? (said['attributes'] as Body) : said
  },

  list(world, {base, query}) {
    const all = [...world.keys.values()]
    if (world.quirks.has('lists-repeat')) {
      const each = all.flatMap((key) => [...key.versions, newest(key)].map((one) => [key, one] as const))
      return page(base, '/keys', query, each, ([key, one]) => item(world, base, key, one, true))
    }
    const show = (key: Key): Body => item(world, base, key, newest(key), false)
    return page(base, '/keys', query, all, show, world.keysOnPage)
  },

  /** R: of an unknown key an empty list. */
  versions(world, {base, name, query}) {
    const key = world.keys.get(name)
    if (key === undefined) return {value: [], nextLink: null}
    const path = `/keys/${name}/versions`
    if (world.quirks.has('lists-repeat')) {
      const alike = [...world.keys.values()].filter((other) => other.name.includes(name))
      const each = alike.flatMap((one) => [...one.versions, newest(one)].map((own) => [one, own] as const))
      return page(base, path, query, each, ([other, one]) => item(world, base, other, one, true))
    }
    return page(base, path, query, key.versions, (one) => item(world, base, key, one, true), world.keysOnPage)
  },

  delete(world, {base, name, lies}) {
    const key = keyOf(world, name)
    const deletedAt = world.now()
    const deleted = {key, deletedAt, purgeAt: deletedAt + world.place.recoverableDays * 86_400}
    if (!lies) {
      world.keys.delete(name)
      world.deleted.set(name, deleted)
    }
    return {...bundle(world, base, key, newest(key)), ...deletedFacts(base, deleted)}
  },

  getDeleted(world, {base, name}) {
    const found = world.deleted.get(name)
    if (found === undefined) throw deletedNotFound(name)
    return {...bundle(world, base, found.key, newest(found.key)), ...deletedFacts(base, found)}
  },

  listDeleted(world, {base, query}) {
    return page(base, '/deletedkeys', query, [...world.deleted.values()], (one) => ({
      ...item(world, base, one.key, newest(one.key), false),
      ...deletedFacts(base, one),
    }))
  },

  recover(world, {base, name, lies}) {
    const found = world.deleted.get(name)
    if (found === undefined) throw keyNotFound(name)
    if (!lies) {
      world.deleted.delete(name)
      world.keys.set(name, found.key)
    }
    return bundle(world, base, found.key, newest(found.key))
  },

  purge(world, {name, lies}) {
    if (!world.deleted.has(name)) throw keyNotFound(name)
    if (world.isBeingDeleted(name)) throw beingDeleted('Key is currently being deleted.')
    if (world.place.purgeProtected)
      throw new Refused(
        403,
        'Forbidden',
        'Operation "purge" is not allowed because purge protection is enabled for this vault. Key Vault service will automatically purge it after the retention period has passed.',
      )
    if (!lies) world.deleted.delete(name)
    return null
  },
}

function demandFree(world: World, name: string): void {
  if (!/^[0-9a-zA-Z-]{1,127}$/.test(name)) throw badParameter('Operation not specified')
  if (world.isBeingDeleted(name))
    throw beingDeleted(`Key ${name} is currently being deleted and cannot be re-created; retry later.`)
  if (world.deleted.has(name)) throw stillDeleted(name)
}

/** R: on a name that is there it is a further version. */
function added(
  world: World,
  base: string,
  name: string,
  kty: string,
  material: Version['material'],
  body: Body,
  lies = false,
): Body {
  const there = world.keys.get(name)
  const key = lies || there === undefined ? {name, versions: []} : there
  const {
    attributes = {},
    key_ops: ops,
    tags,
    crv,
  } = body as {
    attributes?: Body
    key_ops?: string[]
    tags?: Record<string, string>
    crv?: string
  }
  const releasePolicy = releaseIn(body)
  const exportable = attributes['exportable'] === true
  if (exportable && releasePolicy === undefined)
    throw release(1004, 'Exportable keys must have release policy.')
  if (!exportable && releasePolicy !== undefined)
    throw release(1005, 'Non-exportable keys must not have release policy.')
  addVersion(key, {
    ...{kty, crv, material, tags, ops, at: world.now(), exportable},
    ...(releasePolicy === undefined ? {} : {releasePolicy}),
    enabled: attributes['enabled'] !== false,
    nbf: attributes['nbf'] as number | undefined,
    exp: attributes['exp'] as number | undefined,
  })
  if (!lies) world.keys.set(name, key)
  return bundle(world, base, key, newest(key))
}

/** R: as it is read back. */
function releaseIn(body: Body): Body | undefined {
  const given = body['release_policy'] as Body | undefined
  if (given === undefined) return undefined
  const {data, immutable} = given
  return {
    contentType: 'application/json; charset=utf-8',
    data,
    ...(immutable === undefined ? {} : {immutable}),
  }
}

/** R. */
function release(number: number, text: string): Refused {
  return new Refused(400, 'BadParameter', `AKV.SKR.${number}: ${text}`)
}

/** T: a Managed HSM takes the names of software keys, and makes keys of its own. */
const ktyIn = ({place}: World, kty: string): string =>
  place.isHsm && !kty.endsWith('-HSM') ? `${kty}-HSM` : kty

type Given = Pick<Version, 'enabled' | 'nbf' | 'exp' | 'tags' | 'exportable' | 'releasePolicy'>

interface Made extends Partial<Given> {
  readonly kty: string
  readonly crv: string | undefined
  readonly material: Version['material']
  readonly ops: readonly string[] | undefined
  /** When, in seconds. */
  readonly at: number
}

export function addVersion(key: Key, made: Made): Version {
  const {kty, crv, material, ops, at, enabled = true, nbf, exp, tags, ...release} = made
  const version: Version = {
    ...{id: randomBytes(16).toString('hex'), kty, crv, material, tags, enabled, nbf, exp, ...release},
    ops: ops ?? usualOps(kty),
    ...{created: at, updated: at, lag: 0},
  }
  key.versions.push(version)
  return version
}

/** R, S: 25 at most; `nextLink` null at the end. */
export function page<T>(
  base: string,
  path: string,
  query: URLSearchParams,
  all: readonly T[],
  show: (one: T) => Body,
  most = 25,
): Body {
  const size = Math.min(Number(query.get('maxresults') ?? most), most)
  const token = query.get('$skiptoken')
  const from = token === null ? 0 : Number(Buffer.from(token, 'base64url').toString())
  const next = from + size
  const rest = new URLSearchParams(query)
  rest.set('$skiptoken', Buffer.from(String(next)).toString('base64url'))
  return {
    value: all.slice(from, next).map(show),
    nextLink: next < all.length ? `${base}${path}?${rest.toString()}` : null,
  }
}

function missing(): never {
  throw new Error('a key has a version')
}
