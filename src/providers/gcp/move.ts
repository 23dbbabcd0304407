import {setTimeout as sleep} from 'node:timers/promises'
import {KeyriteError} from '../../base/errors.ts'
import type {IntentId, KeyMove, KeySpec} from '../ports.ts'
import {permitSpec, rowOf} from './algorithms.ts'
import {code, codeOf, failure} from './failures.ts'
import {allOf, pages} from './listing.ts'
import {makePrimary} from './primary.ts'
import type {Service} from './service.ts'
import {demandUnused, keysWith, makeKey} from './store.ts'
import {demandMaterial, wrapFor} from './material.ts'
import {dateOf, existing, keyPath, labels, refOf, settled, versionsOf} from './versions.ts'

const method = 'RSA_OAEP_3072_SHA256_AES_256'

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
      if (!(await isBegun(service, spec, intent))) await makeKey(service, spec, intent, algorithm, true)
      const wrappedKey = material.use((bytes) => wrapFor(job.pem, bytes))
      const [made] = await service.ask(`import key "${spec.label}"`, (kms) =>
        kms.importCryptoKeyVersion({
          parent: keyPath(service, spec.label),
          algorithm: algorithm as 'HMAC_SHA256',
          importJob: job.name,
          wrappedKey,
        }),
      )
      const ref = refOf(
        await settled(service, {key: spec.label, version: made.name?.split('/').at(-1) ?? '1'}),
      )
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

/** Whether a crash left the key of this very intent without its version. */
async function isBegun(service: Service, {label}: KeySpec, intent: IntentId): Promise<boolean> {
  for await (const key of keysWith(service, labels.intent, intent))
    if (key.name === keyPath(service, label)) return (await versionsOf(service, key)).length === 0
  return false
}

/** A job of ours that lasts an hour at least, or a new one. Jobs cannot be deleted: each is used for its three days. */
async function importJob(service: Service, intent: IntentId): Promise<{name: string; pem: string}> {
  const {ring, protection} = service.place
  const protectionLevel = protection === 'hsm' ? 'HSM' : 'SOFTWARE'
  const all = await allOf(
    pages('list import jobs', async (pageToken) => {
      const [items, , {nextPageToken: next}] = await service.ask('list import jobs', (kms) =>
        kms.listImportJobs({parent: ring, pageSize: 500, pageToken}, {autoPaginate: false}),
      )
      return {items, next}
    }),
  )
  const usable = all.find(
    (job) =>
      job.name?.includes('/importJobs/keyrite-') === true &&
      job.state === 'ACTIVE' &&
      job.importMethod === method &&
      job.protectionLevel === protectionLevel &&
      !isNearlyOver(dateOf(job.expireTime)),
  )
  const ready = pemOf(usable)
  if (ready !== '') return {name: usable?.name ?? '', pem: ready}
  const id = `keyrite-${intent}`
  try {
    await service.askPlainly((kms) =>
      kms.createImportJob({
        parent: ring,
        importJobId: id,
        importJob: {importMethod: method, protectionLevel},
      }),
    )
  } catch (error) {
    // An answer that was lost, and a job that is not ready yet.
    if (codeOf(error) !== code.alreadyExists) throw failure('make an import job', error)
  }
  const name = `${ring}/importJobs/${id}`
  for (let waited = 0; waited < 90_000; waited += 250) {
    const [job] = await service.ask('look at an import job', (kms) => kms.getImportJob({name}))
    if (job.state === 'ACTIVE' && pemOf(job) !== '') return {name, pem: pemOf(job)}
    await sleep(250)
  }
  throw new KeyriteError('PROVIDER_FAILED', 'cannot import: the import job was not ready after 90 seconds', {
    hints: ['the same command again'],
  })
}

const pemOf = (job: {publicKey?: {pem?: string | null} | null} | undefined): string =>
  job?.publicKey?.pem ?? ''

function isNearlyOver(at: Date | null): boolean {
  return at === null || at.getTime() - Date.now() < 3_600_000
}
