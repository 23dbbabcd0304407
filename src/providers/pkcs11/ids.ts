/**
 * CKA_ID: the one identity of a version. 16 bytes, the intent that made the key; of later versions 32, the key's and the
 * intent that made the version. So a crash is asked about by id, and the versions of a key are found by its id alone.
 * What others made has an id of any other length: then key and version are one.
 */
import type {IntentId, VersionRef} from '../ports.ts'

const form = /^(?:[0-9a-f]{2}){1,64}$/
const own = /^[0-9a-f]{32}(?:[0-9a-f]{32})?$/

/** @returns undefined where no version can be called so. */
export function idOf({key, version}: VersionRef): Buffer | undefined {
  return form.test(version) && keyOf(version) === key ? Buffer.from(version, 'hex') : undefined
}

/** @returns undefined where there is no id: such an object cannot be told from others. */
export function refOf(id: Uint8Array): VersionRef | undefined {
  const version = Buffer.from(id).toString('hex')
  return form.test(version) ? {key: keyOf(version), version} : undefined
}

function keyOf(version: string): string {
  return own.test(version) ? version.slice(0, 32) : version
}

/** @returns null for an id that keyrite cannot have given. */
export function intentOf({version}: VersionRef): IntentId | null {
  return own.test(version) ? version.slice(-32) : null
}

/** Whether a key can be given further versions: their ids begin with its own. */
export function takesVersions(key: string): boolean {
  return key.length === 32
}

export function newRef(intent: IntentId): VersionRef {
  return {key: intent, version: intent}
}

export function nextRef(key: string, intent: IntentId): VersionRef {
  return {key, version: key + intent}
}
