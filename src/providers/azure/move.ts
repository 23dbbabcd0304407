import {createPublicKey} from 'node:crypto'
import type {JsonWebKey, KeyVaultKey} from '@azure/keyvault-keys'
import {KeyriteError} from '../../base/errors.ts'
import {rsaAesWrap} from '../../base/kwp.ts'
import type {Secret} from '../../base/secret.ts'
import {noDates, type Dates} from '../dates.ts'
import type {IntentId, KeyMove, KeySpec, VersionRef} from '../ports.ts'
import {operationsOf, permitSpec, shapeOf} from './algorithms.ts'
import {withPrivateMembers} from './jwk.ts'
import {demandMaterial} from './material.ts'
import type {Service} from './service.ts'
import {datesFor, demandNew, refOf, tagsOf} from './store.ts'
import {settled} from './settling.ts'
import {exchangeName, existing, lookUp, newestOf, onlyBringsIn} from './versions.ts'

interface Bringing {
  readonly spec: KeySpec
  readonly intent: IntentId
  readonly dates: Dates
}

export function keyMove(service: Service): KeyMove {
  return {
    async import(spec, material, intent, _endsAt, dates = noDates) {
      service.demandOpen()
      permitSpec(service.place, spec)
      material.use((bytes) => {
        demandMaterial(spec, bytes)
      })
      await demandNew(service, spec, intent)
      // Only an HSM has a key that others can be brought under; to software it goes readable, under TLS alone.
      const ref =
        service.place.protection === 'hsm'
          ? await bringSealed(service, {spec, intent, dates}, material)
          : await bringReadable(service, {spec, intent, dates}, material)
      await settled(`import key "${spec.label}"`, () => lookUp(service, ref))
      return ref
    },

    async export(ref) {
      const {shown} = await existing(service, ref)
      throw new KeyriteError(
        'UNSUPPORTED',
        `cannot export key "${shown.spec.label}": it was made not to be released`,
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
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot ${verb} it whole: Azure gives out single keys alone, and writes a Managed HSM to a storage of its own`,
    {hints: ['keyrite backup take KEY', 'keyrite backup start PROFILE, of a Managed HSM']},
  )
}

/** Made once for a vault, and kept: it can do nothing but bring keys in. */
async function exchangeKey(service: Service): Promise<KeyVaultKey> {
  const there = await newestOf(service, exchangeName)
  return service.ask('make a key exchange key', async () => {
    if (there?.properties.enabled === true && onlyBringsIn(there)) return there
    return service.once.createKey(exchangeName, 'RSA-HSM', {keySize: 4096, keyOps: ['import']})
  })
}

/** The file that Azure's tools call `.byok`: an AES key of this moment under the exchange key, the material under that (RFC 5649). */
function transferBlob(kek: KeyVaultKey, material: Uint8Array): Uint8Array {
  const text = (bytes: Uint8Array | undefined): string => Buffer.from(bytes ?? []).toString('base64url')
  const key = createPublicKey({key: {kty: 'RSA', n: text(kek.key?.n), e: text(kek.key?.e)}, format: 'jwk'})
  const blob = {
    schema_version: '1.0.0',
    header: {kid: kek.id, alg: 'dir', enc: 'CKM_RSA_AES_KEY_WRAP'},
    // SHA-1 is what the format has; it only hides the key between in OAEP, where no collision helps.
    ciphertext: rsaAesWrap(key, 'sha1', material).toString('base64url'),
    generator: 'keyrite',
  }
  return Buffer.from(JSON.stringify(blob))
}

/** Both halves as JSON, sent as the bytes that they are: the client of the SDK would make text of them, which nobody can wipe. Asked once. */
async function bringReadable(
  service: Service,
  {spec, intent, dates}: Bringing,
  material: Secret,
): Promise<VersionRef> {
  const {kty, curve} = shapeOf(spec.algorithm, false)
  const seconds = (date: Date | null): number | undefined =>
    date === null ? undefined : Math.floor(date.getTime() / 1000)
  const rest = {
    attributes: {enabled: true, nbf: seconds(dates.from), exp: seconds(dates.until)},
    tags: tagsOf(spec, intent),
  }
  const key = {
    kty,
    ...(curve === undefined ? {} : {crv: curve}),
    key_ops: operationsOf(spec.purpose, 'enabled'),
  }
  const body = material.use((bytes) =>
    withPrivateMembers(bytes, curve === undefined, (members) =>
      Buffer.concat([
        Buffer.from(`{"key":{${JSON.stringify(key).slice(1, -1)},`),
        members,
        Buffer.from(`},${JSON.stringify(rest).slice(1)}`),
      ]),
    ),
  )
  try {
    const said = await service.operateOnce(`import key "${spec.label}"`, `/keys/${spec.label}`, body, 'put')
    const {kid} = (said['key'] ?? {}) as {kid?: string}
    return {key: spec.label, version: String(kid).split('/').at(-1) ?? ''}
  } finally {
    body.fill(0)
  }
}

async function bringSealed(
  service: Service,
  {spec, intent, dates}: Bringing,
  material: Secret,
): Promise<VersionRef> {
  const kek = await exchangeKey(service)
  const blob: JsonWebKey = {t: material.use((bytes) => transferBlob(kek, bytes))}
  const {kty, curve} = shapeOf(spec.algorithm, service.place.protection === 'hsm')
  const made = await service.ask(`import key "${spec.label}"`, () =>
    service.once.importKey(
      spec.label,
      {
        ...blob,
        kty,
        ...(curve === undefined ? {} : {crv: curve}),
        keyOps: operationsOf(spec.purpose, 'enabled'),
      },
      {tags: tagsOf(spec, intent), enabled: true, ...datesFor(dates)},
    ),
  )
  return refOf(made)
}
