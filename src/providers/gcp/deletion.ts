/** Deleting what is destroyed. Google answers with an operation; what counts is that it shows it no more. */
import {setTimeout as sleep} from 'node:timers/promises'
import {KeyriteError} from '../../base/errors.ts'
import type {KeyDeletion} from '../ports.ts'
import {code, codeOf, failure} from './failures.ts'
import type {CryptoKeyVersion, Service} from './service.ts'
import {keyNamed, keyPath, lookUp, versionPath} from './versions.ts'

export function keyDeletion(service: Service): KeyDeletion {
  return {
    async isGone(ref) {
      return (await lookUp(service, ref)) === undefined
    },

    async deleteVersion(ref) {
      const found = await lookUp(service, ref)
      if (found === undefined) return
      demandDeletable(ref.key, ref.version, found.version)
      const what = `delete version ${ref.version} of key "${ref.key}"`
      await gone(
        what,
        async () =>
          service.askPlainly((kms) => kms.deleteCryptoKeyVersion({name: versionPath(service, ref)})),
        async () => (await lookUp(service, ref)) === undefined,
      )
    },

    async deleteKey(key) {
      const name = keyPath(service, key)
      const isGone = async (): Promise<boolean> => (await keyNamed(service, key)) === undefined
      if (await isGone()) return
      await gone(
        `delete key "${key}"`,
        async () => service.askPlainly((kms) => kms.deleteCryptoKey({name})),
        isGone,
      )
    },
  }
}

/** Google's own rule: destroyed, or never made; and never what came from outside. */
function demandDeletable(key: string, number: string, {state, importJob}: CryptoKeyVersion): void {
  const deletable = ['DESTROYED', 'IMPORT_FAILED', 'GENERATION_FAILED'].includes(String(state))
  if (deletable && (state === 'IMPORT_FAILED' || (importJob ?? '') === '')) return
  throw new KeyriteError(
    deletable ? 'UNSUPPORTED' : 'KEY_STATE',
    `cannot delete version ${number} of key "${key}": ${deletable ? 'Google keeps what was brought from outside' : `Google says that it is ${String(state)}`}`,
    {hints: [`keyrite key show ${key}`]},
  )
}

/** @throws KeyriteError `PROVIDER_FAILED` if it was asked for, and shows still. */
async function gone(
  what: string,
  ask: () => Promise<unknown>,
  isGone: () => Promise<boolean>,
): Promise<void> {
  try {
    await ask()
  } catch (error) {
    // Somebody else was faster.
    if (codeOf(error) !== code.notFound) throw failure(what, error)
  }
  for (let tries = 0; tries < 20; tries++) {
    if (await isGone()) return
    await sleep(100)
  }
  throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: Google said yes, and shows it still`, {
    hints: ['the same command again'],
  })
}
