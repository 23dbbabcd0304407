import {createPublicKey} from 'node:crypto'
import {KeyriteError} from '../../base/errors.ts'
import {rsaAesWrap} from '../../base/kwp.ts'
import type {KeyMove, KeySpec, VersionRef} from '../ports.ts'
import {permitSpec} from './capable.ts'
import {existing} from './keys.ts'
import {demandMaterial, exportedMaterial, importable} from './material.ts'
import {typeOf} from './methods.ts'
import {nameOf} from './names.ts'
import type {Server} from './server.ts'
import {exportKind} from './permissions.ts'
import {spkiOf} from './spki.ts'
import {demandMade, demandNew} from './store.ts'

export function keyMove(server: Server): KeyMove {
  return {
    async import(spec, material, intent) {
      await permitSpec(server, spec)
      const half = material.use((bytes) => demandMaterial(spec, bytes))
      return server.alone(async () => {
        await demandNew(server, spec, intent)
        const id = nameOf(spec, intent)
        const what = `import key "${spec.label}"`
        const {public_key: key} = await server.ask('GET', 'wrapping_key', {what})
        const under = typeof key === 'string' ? createPublicKey(key) : undefined
        if (under?.asymmetricKeyType !== 'rsa')
          throw new KeyriteError(
            'PROVIDER_FAILED',
            `cannot ${what}: the server gives no RSA key to wrap it under`,
          )
        const wrapped = material.use((bytes) => {
          const taken = importable(spec, bytes)
          try {
            return wrappedUnder(under.export({format: 'der', type: 'spki'}), taken)
          } finally {
            taken.fill(0)
          }
        })
        await server.ask('POST', `keys/${id}/import`, {
          what,
          slow: true,
          body: {
            type: typeOf(spec.algorithm),
            ciphertext: wrapped.toString('base64'),
            hash_function: 'SHA256',
            exportable: false,
            allow_plaintext_backup: false,
            allow_rotation: true,
          },
        })
        const ref = await demandMade(server, spec, id)
        await demandHalf(server, spec, ref, half)
        return ref
      })
    },

    /** It is really tried. Where the server gives the key out, it comes in the clear into this process, and is wrapped here. */
    async export(ref, under) {
      const {key, version} = await existing(server, ref)
      const what = `export key "${key.name.label}"`
      const path = `export/${exportKind(key.name.purpose)}/${key.id}/${version}`
      const {keys} = await server.ask('GET', path, {what})
      const shown = ((keys ?? {}) as Record<string, unknown>)[String(version)]
      if (typeof shown !== 'string')
        throw new KeyriteError(
          'UNSUPPORTED',
          `cannot ${what}: the server gives out nothing of version ${version}`,
        )
      const material = exportedMaterial(key.algorithm, shown)
      try {
        return wrappedUnder(under, material)
      } finally {
        material.fill(0)
      }
    },

    async backup() {
      return refuseBackup(server, 'back up')
    },

    async restore() {
      return refuseBackup(server, 'restore')
    },
  }
}

/** RSAES-OAEP with SHA-256 over an AES key of this call, and AES key wrap with padding (RFC 5649) under that. */
function wrappedUnder(under: Uint8Array, material: Uint8Array): Buffer {
  const key = createPublicKey({key: Buffer.from(under), format: 'der', type: 'spki'})
  return rsaAesWrap(key, 'sha256', material)
}

/** @throws KeyriteError `PROVIDER_FAILED` if the public half is not the one of the material. */
async function demandHalf(
  server: Server,
  {label}: KeySpec,
  ref: VersionRef,
  half: Buffer | null,
): Promise<void> {
  if (half === null) return
  const {key} = await existing(server, ref)
  const shown = key.shown['1'] as {public_key?: unknown} | undefined
  if (spkiOf(key.algorithm, shown?.public_key)?.equals(half) === true) return
  throw new KeyriteError(
    'PROVIDER_FAILED',
    `cannot import key "${label}": the server took another key than the one that was given`,
    {changed: true, hints: [`bao read MOUNT/keys/${ref.key}`]},
  )
}

/** @throws KeyriteError `UNSUPPORTED`, always: single keys are backed up, where they were made for it (`backup.ts`). */
function refuseBackup(server: Server, verb: 'back up' | 'restore'): never {
  server.demandOpen()
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot ${verb} ${server.place.mount}: transit backs up single keys, and no mount as a whole`,
    {
      hints: [
        verb === 'back up'
          ? 'bao operator raft snapshot save FILE, which holds the whole server, encrypted'
          : 'bao operator raft snapshot restore FILE',
        verb === 'back up'
          ? 'keyrite backup take KEY, of a key that others made for it'
          : 'keyrite backup put-back FILE --profile PROFILE, of a key',
      ],
    },
  )
}
