/** How keys look on the wire. */
import {shown} from './material.ts'
import type {Deleted, Key, Version, World} from './world.ts'

export type Body = Readonly<Record<string, unknown>>

/** An answer with a status and headers of its own. */
export class Accepted {
  readonly status: number
  readonly body: Body
  readonly headers: Readonly<Record<string, string>>

  constructor(status: number, body: Body, headers: Readonly<Record<string, string>> = {}) {
    this.status = status
    this.body = body
    this.headers = headers
  }
}

/** @returns empty where it is no text. */
export function textIn(body: Body, name: string): string {
  const value = body[name]
  return typeof value === 'string' ? value : ''
}

/** R, S. */
function recovery({place}: World): Body {
  const {recoverableDays: days, purgeProtected} = place
  const custom = days === 90 ? 'Recoverable' : 'CustomizedRecoverable'
  return {recoveryLevel: purgeProtected ? custom : `${custom}+Purgeable`, recoverableDays: days}
}

function attributes(world: World, version: Version): Body {
  const {enabled, nbf, exp, created, updated} = version
  return {
    enabled,
    ...(nbf === undefined ? {} : {nbf}),
    ...(exp === undefined ? {} : {exp}),
    ...{created, updated, ...recovery(world), exportable: version.exportable === true},
    // S: 0 software, 1 and 2 by the platform of the HSM.
    hsmPlatform: version.kty.endsWith('-HSM') ? (world.place.isHsm ? '2' : '1') : '0',
  }
}

export function bundle(world: World, base: string, key: Key, version: Version): Body {
  const {id, kty, ops, tags, releasePolicy} = version
  return {
    key: {kid: `${base}/keys/${key.name}/${id}`, kty, key_ops: ops, ...shown(version)},
    attributes: attributes(world, version),
    ...(tags === undefined ? {} : {tags}),
    ...(releasePolicy === undefined ? {} : {release_policy: releasePolicy}),
  }
}

/** As lists have it. @param withVersion - whether its id names the version. */
export function item(world: World, base: string, key: Key, version: Version, withVersion: boolean): Body {
  const {id, tags} = version
  return {
    kid: withVersion ? `${base}/keys/${key.name}/${id}` : `${base}/keys/${key.name}`,
    attributes: attributes(world, version),
    ...(tags === undefined ? {} : {tags}),
  }
}

export function deletedFacts(base: string, {key, deletedAt, purgeAt}: Deleted): Body {
  return {
    recoveryId: `${base}/deletedkeys/${key.name}`,
    deletedDate: deletedAt,
    scheduledPurgeDate: purgeAt,
  }
}
