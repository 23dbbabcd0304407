/** A file with the policy that a service shall keep with a key; and whether its place would take it. */
import {isUtf8} from 'node:buffer'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {readPublic} from '../base/files.ts'
import {isObject, jcs, type Json, type JsonObject} from '../base/jcs.ts'
import {begunPolicy, demandReachable, noPolicy, type Key} from '../keys/index.ts'

/** More than any service takes, with all its blanks. */
const limitBytes = 256 * 1024

/** @throws KeyriteError `FILE_NOT_FOUND`, `UNSAFE_FILE`, `STORAGE`; `USAGE` where it is not one object of JSON that every reader reads alike. */
export function readKeyPolicy(path: string): JsonObject {
  const bytes = readPublic(path, limitBytes)
  const fault = (fact: string): KeyriteError =>
    new KeyriteError('USAGE', `cannot take ${path} for a policy: ${fact}`, {
      hints: ['keyrite key permissions KEY --role ROLE, which writes one'],
    })
  if (!isUtf8(bytes)) throw fault('it is not UTF-8 text')
  let read: Json
  try {
    read = JSON.parse(bytes.toString('utf8')) as Json
    jcs(read)
  } catch {
    throw fault('it is not JSON')
  }
  if (!isObject(read) || read['Statement'] === undefined)
    throw fault('it is not an object with a "Statement"')
  return read
}

/**
 * Asked before people sign for what is refused.
 * @returns what stands until then. @throws KeyriteError `KEY_NOT_FOUND`, `KEY_STATE`, `UNSUPPORTED`, and whatever the place throws.
 */
export async function demandTaken(
  app: App,
  key: Key,
  number: number,
  policy: JsonObject,
): Promise<JsonObject> {
  const {ref} = demandReachable(app.ledger.view, key.name, number, 'set the policy of')
  const provider = await app.provider(key.profile)
  if (provider.policies === undefined) throw noPolicy(key.name, provider.kind)
  await provider.policies.permit(ref, policy)
  // What was begun goes on as it was planned.
  const begun = begunPolicy(app.ledger.view, key.name, number, policy)
  if (begun !== undefined) return begun
  const stands = JSON.parse(await provider.policies.read(ref)) as Json
  return isObject(stands) ? stands : {}
}
