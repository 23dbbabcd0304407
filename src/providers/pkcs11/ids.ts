/**
 * CKA_ID: the one identity of a version. 16 bytes, the intent that made the key; of later versions 32, the key's and the
 * intent that made the version. So a crash is asked about by id, and the versions of a key are found by its id alone.
 */
import type {IntentId, VersionRef} from '../ports.ts'

const form = /^[0-9a-f]{32}(?:[0-9a-f]{32})?$/

/** @returns undefined where no version can be called so. */
export function idOf({key, version}: VersionRef): Buffer | undefined {
  return form.test(version) && version.startsWith(key) && key.length === 32
    ? Buffer.from(version, 'hex')
    : undefined
}

/** @returns undefined for an id that keyrite did not give. */
export function refOf(id: Uint8Array): VersionRef | undefined {
  const version = Buffer.from(id).toString('hex')
  return form.test(version) ? {key: version.slice(0, 32), version} : undefined
}

export function intentOf({version}: VersionRef): IntentId {
  return version.slice(-32)
}

export function newRef(intent: IntentId): VersionRef {
  return {key: intent, version: intent}
}

export function nextRef(key: string, intent: IntentId): VersionRef {
  return {key, version: key + intent}
}
