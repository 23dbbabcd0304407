/** Which version of a key encrypts where nobody names one. */
import {KeyriteError} from '../../base/errors.ts'
import type {VersionRef} from '../ports.ts'
import {seenAs} from '../../base/seen-as.ts'
import type {Service} from './service.ts'
import {existing, keyPath, versionPath} from './versions.ts'

/**
 * Makes a version primary; of keys that do not encrypt none is.
 * @throws KeyriteError `PROVIDER_FAILED` where Google names another one afterwards.
 */
export async function makePrimary(service: Service, ref: VersionRef): Promise<void> {
  const {key, shown} = await existing(service, ref)
  if (key.purpose !== 'ENCRYPT_DECRYPT') return
  const what = `make version ${ref.version} of key "${shown.spec.label}" primary`
  await service.ask(what, (kms) =>
    kms.updateCryptoKeyPrimaryVersion({
      name: keyPath(service, ref.key),
      cryptoKeyVersionId: ref.version,
    }),
  )
  // What an answer says is not what is: it is looked at again.
  const isNow = await seenAs(
    async () => (await existing(service, ref)).key.primary?.name === versionPath(service, ref),
    (one) => one,
  )
  if (!isNow)
    throw new KeyriteError('PROVIDER_FAILED', `cannot ${what}: Google names another one`, {
      hints: ['the same command again'],
    })
}
