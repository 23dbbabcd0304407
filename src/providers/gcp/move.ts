import {KeyriteError} from '../../base/errors.ts'
import type {KeyMove} from '../ports.ts'
import {permitSpec, rowOf} from './algorithms.ts'
import {importJob} from './import-job.ts'
import {makePrimary} from './primary.ts'
import type {Service} from './service.ts'
import {demandUnused, makeKey} from './store.ts'
import {demandMaterial, wrapFor} from './material.ts'
import {existing, keyPath, made, versionsOf} from './versions.ts'

export function keyMove(service: Service): KeyMove {
  return {
    async import(spec, material, intent) {
      service.demandOpen()
      const algorithm = permitSpec(spec, service.place.rawAes === true)
      if (rowOf(algorithm)?.imports !== true)
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot import key "${spec.label}": Google is not known to take ${spec.algorithm} from outside`,
        )
      material.use((bytes) => {
        demandMaterial(spec, bytes)
      })
      await demandUnused(service, spec.label, intent)
      const job = await importJob(service, intent)
      if (!(await makeKey(service, spec, intent, algorithm, true))) await demandEmpty(service, spec.label)
      const wrappedKey = material.use((bytes) => wrapFor(job.pem, bytes))
      const [answer] = await service.ask(`import key "${spec.label}"`, (kms) =>
        kms.importCryptoKeyVersion({
          parent: keyPath(service, spec.label),
          algorithm: algorithm as 'HMAC_SHA256',
          importJob: job.name,
          wrappedKey,
        }),
      )
      const version = answer.name?.split('/').at(-1) ?? ''
      // Of a key that takes imports only it is the first: another one was made beside it, by a server that knows no such keys.
      if (version !== '1')
        throw new KeyriteError(
          'KEY_NOT_AS_PLANNED',
          `cannot use key "${spec.label}": what was brought is its version ${version || '(not said)'}, beside what ${service.endpoint.host} made by itself`,
          {changed: true, hints: ['a place that makes keys for imports only, as Google does']},
        )
      const ref = await made(service, {key: spec.label, version})
      // What came from outside is not primary by itself; what encrypts has to have one.
      await makePrimary(service, ref)
      return ref
    },

    async export(ref) {
      const {shown} = await existing(service, ref)
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot export key "${shown.spec.label}": Google Cloud KMS gives out no key`,
      )
    },

    async backup() {
      return refuse(service, 'back up')
    },

    async restore() {
      return refuse(service, 'restore')
    },
  }
}

function refuse(service: Service, verb: string): never {
  service.demandOpen()
  throw new KeyriteError('UNSUPPORTED', `cannot ${verb} a key ring: Google Cloud KMS has no call for it`)
}

/** A crash may have left the key of this very intent, without its version or with it. @throws KeyriteError `PROVIDER_FAILED`. */
async function demandEmpty(service: Service, label: string): Promise<void> {
  const all = await versionsOf(service, {name: keyPath(service, label)})
  if (all.length === 0) return
  throw new KeyriteError('PROVIDER_FAILED', `cannot import key "${label}": it has a version already`, {
    hints: ['the same command again: it asks what was done'],
  })
}
