/** Backups of a whole Managed HSM, and its security domain: without that nobody, Microsoft neither, opens a backup elsewhere. */
import {createHash, createPublicKey, X509Certificate} from 'node:crypto'
import {setTimeout as sleep} from 'node:timers/promises'
import {KeyriteError} from '../../base/errors.ts'
import {visibleLine} from '../../base/visible.ts'
import type {Access, Holder, WholeBackups} from '../whole-backups.ts'
import {statusOf} from './failures.ts'
import {domains} from './domain/index.ts'
import type {Service} from './service.ts'
import {settled} from './settling.ts'
import {orNone} from './versions.ts'

type Said = Readonly<Record<string, unknown>>

/** How long the service is waited for, and between two looks, in ms: a backup takes minutes. */
const patience = {whole: 3_600_000, look: 2_000}

export function wholeBackups(service: Service): WholeBackups {
  return {
    async start(to, access) {
      const what = `back up the Managed HSM to ${to}`
      const begun = await service.operateOnce(what, '/backup', storage(to, access))
      const done = await ended(service, what, `/backup/${textIn(begun, 'jobId')}/pending`)
      const folder = textIn(done, 'azureStorageBlobContainerUri')
      if (folder !== '') return folder
      throw new KeyriteError(
        'PROVIDER_FAILED',
        `cannot ${what}: Azure says that it is there, and not where`,
        {
          changed: true,
          hints: ['look at the container'],
        },
      )
    },

    async load(from, access, key) {
      const what = key === null ? `restore the Managed HSM from ${from}` : `restore key "${key}" from ${from}`
      const [, container = '', folder = ''] = /^(https:\/\/.+)\/([^/]+)\/?$/.exec(from) ?? []
      const sasTokenParameters = storage(container, access)
      const begun =
        key === null
          ? await service.operateOnce(what, '/restore', {sasTokenParameters, folderToRestore: folder}, 'put')
          : await service.operateOnce(what, `/keys/${key}/restore`, {sasTokenParameters, folder}, 'put')
      await ended(service, what, `/restore/${textIn(begun, 'jobId')}/pending`)
      // Of one key it is known that it is there now, whatever late reads tell.
      const look = async () =>
        orNone(service, `look at key "${key}"`, () => service.patient.getKey(key ?? ''))
      if (key !== null) await settled(what, look)
    },

    async domain(holders, needed) {
      const what = 'download the security domain'
      const body = {certificates: holders.map(jwkOf), required: needed}
      const {value} = await service.operateOnce(what, '/securitydomain/download', body)
      const till = performance.now() + patience.whole
      for (;;) {
        const {status, status_details: details} = await service.read(what, '/securitydomain/download/pending')
        if (status === 'Success') break
        if (status === 'Failed' || performance.now() > till) throw failed(what, details)
        await sleep(patience.look)
      }
      return Buffer.from(typeof value === 'string' ? value : '')
    },

    demandFor(domain, holders, needed) {
      const fault = faultOf(domain, holders, needed)
      if (fault === undefined) return
      throw new KeyriteError(
        'KEY_NOT_AS_PLANNED',
        `cannot rely on the security domain that Azure gave out, and its file was kept: ${fault}`,
        {changed: true, hints: ['the same command again, with another --out', 'destroy no other copy of it']},
      )
    },

    async transferKey() {
      const what = 'ask for the key under which a security domain is brought in'
      const {transfer_key: given} = await service.read(what, '/securitydomain/upload')
      const {x5c} = (typeof given === 'string' ? jsonIn(given) : (given ?? {})) as {x5c?: unknown}
      const [first] = Array.isArray(x5c) ? (x5c as readonly unknown[]) : []
      const certificate = typeof first === 'string' ? certificateIn(first) : undefined
      if (certificate !== undefined) return certificate
      throw failed(what, 'it gives no certificate of RSA')
    },

    async loadDomain(sealed) {
      const what = 'have the security domain taken in'
      // The protocol has it as text in JSON: it is sealed for the service alone.
      await service.operateOnce(what, '/securitydomain/upload', {value: Buffer.from(sealed).toString('utf8')})
      const till = performance.now() + patience.whole
      for (;;) {
        const {status, status_details: details} = await service.read(what, '/securitydomain/upload/pending')
        if (status === 'Success') return
        if (status !== 'InProgress' || performance.now() > till) throw failed(what, details)
        await sleep(patience.look)
      }
    },

    async hasLoaded() {
      try {
        const {status} = await service.read('ask what was taken in', '/securitydomain/upload/pending')
        return status === 'Success' || status === 'InProgress'
      } catch (error) {
        // Nothing is there to be told of. How it says that of none that ever came no source tells.
        if (error instanceof KeyriteError && statusOf(error.cause) === 404) return false
        throw error
      }
    },
  }
}

/** A yes that is none: it is looked at while it can still be asked for again. */
function faultOf(domain: Uint8Array, holders: readonly Holder[], needed: number): string | undefined {
  try {
    const {needed: said, holders: sealedTo} = domains.read(domain)
    const wanted = holders.map(({certificate}) => createHash('sha256').update(certificate).digest('hex'))
    if (said !== needed) return `${said} shares open it, and ${needed} were asked for`
    return sealedTo.toSorted().join() === wanted.toSorted().join()
      ? undefined
      : 'its shares are not those of the holders that were named'
  } catch (error) {
    if (error instanceof KeyriteError) return error.message
    throw error
  }
}

function storage(storageResourceUri: string, access: Access): Said {
  if (access === null) return {storageResourceUri, useManagedIdentity: true}
  // The protocol is JSON: it becomes text on the way.
  return {storageResourceUri, token: access.use((bytes) => Buffer.from(bytes).toString('utf8').trim())}
}

/** Asked until the service says how it ended. */
async function ended(service: Service, what: string, path: string): Promise<Said> {
  const till = performance.now() + patience.whole
  for (;;) {
    const said = await service.read(what, path)
    const {status, statusDetails, error} = said
    if (status === 'Succeeded') return said
    const why = typeof error === 'object' && error !== null ? (error as Said)['message'] : null
    if (status !== 'InProgress') throw failed(what, why ?? statusDetails)
    if (performance.now() > till) throw failed(what, 'it is not done after an hour')
    await sleep(patience.look)
  }
}

function failed(what: string, why: unknown): KeyriteError {
  const said = typeof why === 'string' && why !== '' ? visibleLine(why, 240) : 'Azure does not say why'
  return new KeyriteError('PROVIDER_FAILED', `cannot ${what}: ${said}`, {
    changed: true,
    hints: ['the same command again'],
  })
}

/** As the service takes a holder's certificate. @throws KeyriteError `UNSUPPORTED` for what is not RSA of 2048 bits or more. */
function jwkOf({certificate}: Holder): Said {
  const x509 = new X509Certificate(certificate)
  const key = createPublicKey(x509.publicKey.export({format: 'pem', type: 'spki'}))
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0
  if (key.asymmetricKeyType !== 'rsa' || bits < 2048)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot give a share to {${visibleLine(x509.subject, 120)}}: Azure seals to RSA keys of 2048 bits or more`,
      {
        hints: [
          'openssl req -x509 -newkey rsa:3072 -keyout holder.key -out holder.pem …, at the holder’s place',
        ],
      },
    )
  const {n, e} = key.export({format: 'jwk'})
  return {
    kid: createHash('sha256').update(x509.raw).digest('hex'),
    kty: 'RSA',
    key_ops: ['encrypt', 'wrapKey'],
    n,
    e,
    alg: 'RSA-OAEP-256',
    x5c: [x509.raw.toString('base64')],
    'x5t#S256': createHash('sha256').update(x509.raw).digest('base64url'),
  }
}

function jsonIn(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return {}
  }
}

/** @returns DER; undefined where it is none, or its key seals nothing. */
function certificateIn(base64: string): Uint8Array | undefined {
  try {
    const {raw, publicKey} = new X509Certificate(Buffer.from(base64, 'base64'))
    return publicKey.asymmetricKeyType === 'rsa' ? raw : undefined
  } catch {
    return undefined
  }
}

function textIn(said: Said, name: string): string {
  const value = said[name]
  return typeof value === 'string' ? value : ''
}
