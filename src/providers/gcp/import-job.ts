/** Import jobs: each is used for its three days, and none can be deleted. A name of one that is over is never given again. */
import {setTimeout as sleep} from 'node:timers/promises'
import type {protos} from '@google-cloud/kms'
import {KeyriteError} from '../../base/errors.ts'
import type {IntentId} from '../ports.ts'
import {code, codeOf, failure} from './failures.ts'
import {allOf, pages} from './listing.ts'
import type {Service} from './service.ts'
import {dateOf} from './versions.ts'

type Job = protos.google.cloud.kms.v1.IImportJob

const method = 'RSA_OAEP_3072_SHA256_AES_256'
/** What is being made is waited for no longer, in ms. */
const longest = 90_000
/** An intent that is tried again after three days takes another job each time. */
const mostJobs = 20

/**
 * A job of ours that lasts an hour at least, or a new one.
 * @throws KeyriteError `PROVIDER_FAILED` if none is ready in time.
 */
export async function importJob(service: Service, intent: IntentId): Promise<{name: string; pem: string}> {
  const {ring, protection} = service.place
  const protectionLevel = protection === 'hsm' ? 'HSM' : 'SOFTWARE'
  const usable = (await jobs(service)).find(
    (job) =>
      job.name?.includes('/importJobs/keyrite-') === true &&
      job.importMethod === method &&
      job.protectionLevel === protectionLevel &&
      dateOf(job.expireTime) !== null &&
      isReady(job),
  )
  if (usable !== undefined) return {name: usable.name ?? '', pem: usable.publicKey?.pem ?? ''}
  for (let number = 1; number <= mostJobs; number++) {
    const id = number === 1 ? `keyrite-${intent}` : `keyrite-${intent}-${number}`
    const isNew = await makeJob(service, id, protectionLevel)
    const job = await awaited(service, `${ring}/importJobs/${id}`)
    if (job !== undefined) return {name: job.name ?? '', pem: job.publicKey?.pem ?? ''}
    if (isNew) throw clocksApart(id)
  }
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot import: ${mostJobs} import jobs were made for it, and all are over`,
    {
      hints: ['the same under another NAME: another request takes other jobs', 'keyrite request list'],
    },
  )
}

/** It lasts three days. Another one would be over as well, and nobody deletes them. */
function clocksApart(id: string): KeyriteError {
  return new KeyriteError(
    'PROVIDER_FAILED',
    `cannot import: import job ${id} was made just now, and is over by the clock of this machine, which must be days ahead of Google’s`,
    {
      changed: true,
      hints: ['set the clock of this machine, then the same command again', 'keyrite ledger clock'],
    },
  )
}

/** An emulator may list none. */
async function jobs(service: Service): Promise<readonly Job[]> {
  try {
    return await allOf(
      pages('list import jobs', async (pageToken) => {
        const [items, , {nextPageToken: next}] = await service.askPlainly((kms) =>
          kms.listImportJobs({parent: service.place.ring, pageSize: 500, pageToken}, {autoPaginate: false}),
        )
        return {items, next}
      }),
    )
  } catch (error) {
    if (codeOf(error) === code.unimplemented) return []
    throw failure('list import jobs', error)
  }
}

/** @returns whether it was made now. */
async function makeJob(
  service: Service,
  importJobId: string,
  protectionLevel: 'HSM' | 'SOFTWARE',
): Promise<boolean> {
  const importJob = {importMethod: method, protectionLevel} as const
  try {
    await service.askPlainly((kms) =>
      kms.createImportJob({parent: service.place.ring, importJobId, importJob}),
    )
    return true
  } catch (error) {
    // An answer that was lost, and a job that is not ready yet, or over.
    if (codeOf(error) !== code.alreadyExists) throw failure('make an import job', error)
    return false
  }
}

/** @returns undefined where it is over, or nearly. @throws KeyriteError `PROVIDER_FAILED` if it is not ready in time. */
async function awaited(service: Service, name: string): Promise<Job | undefined> {
  const most = Math.min(longest, service.within ?? longest)
  const till = performance.now() + most
  for (;;) {
    const job = await lookAt(service, name)
    if (job !== undefined && isReady(job)) return job
    if (job !== undefined && isOver(job)) return undefined
    const left = till - performance.now()
    if (left <= 0)
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot import: Google says that import job ${name.split('/').at(-1) ?? ''} is ${String(job?.state ?? 'not there')}, after ${Math.ceil(most / 1000)} seconds`,
        {hints: ['the same command again, in a few minutes: it waits for the same job']},
      )
    await sleep(Math.min(left, 250))
  }
}

/** @returns undefined where it is not told yet. */
async function lookAt(service: Service, name: string): Promise<Job | undefined> {
  try {
    const [job] = await service.askPlainly((kms) => kms.getImportJob({name}))
    return job
  } catch (error) {
    if (codeOf(error) === code.notFound) return undefined
    throw failure('look at an import job', error)
  }
}

/** It can be wrapped for. */
function isReady(job: Job): boolean {
  return job.state === 'ACTIVE' && (job.publicKey?.pem ?? '') !== '' && !isOver(job)
}

/** It is over, or will be within the hour. Where nothing says when, only its state tells. */
function isOver({state, expireTime}: Job): boolean {
  const ends = dateOf(expireTime)
  return state === 'EXPIRED' || (ends !== null && ends.getTime() - Date.now() < 3_600_000)
}
