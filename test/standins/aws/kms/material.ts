/** Symmetric keys after a rotation: new material of the stand-in's own; what the emulator encrypted before, it still decrypts. */
import {createCipheriv, createDecipheriv, createHash, randomBytes} from 'node:crypto'
import {AwsError, type Json} from '../call.ts'
import type {Material, World} from '../world.ts'

const magic = Buffer.from('stand-in/1')

export function rotate(world: World, set: string, type: Material['type'], at: number): Material {
  const secret = randomBytes(32)
  const id = createHash('sha256').update(set).update(secret).digest('hex')
  const material = {id, secret, from: at, type}
  world.materials.set(set, [...(world.materials.get(set) ?? []), material])
  return material
}

/** Those whose rotation is complete. */
export const completed = (world: World, set: string): readonly Material[] =>
  (world.materials.get(set) ?? []).filter(({from}) => from <= world.now())

export const currentMaterialId = (world: World, set: string): string | undefined =>
  completed(world, set).at(-1)?.id

/** A context is bound by its names and values, in any order. */
function boundTo(set: string, context: unknown): Buffer {
  const pairs = Object.entries((context ?? {}) as Record<string, string>).sort(([a], [b]) => (a < b ? -1 : 1))
  return Buffer.from(JSON.stringify([set, pairs]))
}

export function seal(material: Material, set: string, plaintext: Uint8Array, context: unknown): Buffer {
  const iv = randomBytes(12)
  const cipher = createCipheriv('aes-256-gcm', material.secret, iv)
  cipher.setAAD(boundTo(set, context))
  const sealed = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
  const name = Buffer.from(JSON.stringify([set, material.id]))
  return Buffer.concat([magic, Buffer.from([name.length]), name, iv, sealed])
}

/** Which key and material it is under; undefined where the emulator made it. */
export function sealedUnder(
  blob: Buffer,
): {readonly set: string; readonly id: string; readonly rest: Buffer} | undefined {
  if (!blob.subarray(0, magic.length).equals(magic)) return undefined
  const length = blob[magic.length] ?? 0
  const begin = magic.length + 1
  const [set = '', id = ''] = JSON.parse(blob.subarray(begin, begin + length).toString()) as string[]
  return {set, id, rest: blob.subarray(begin + length)}
}

export function unseal(
  world: World,
  blob: Buffer,
  context: unknown,
): {readonly plaintext: Buffer; readonly id: string} {
  const under = sealedUnder(blob)
  const material = world.materials.get(under?.set ?? '')?.find(({id}) => id === under?.id)
  if (under === undefined || material === undefined) throw new AwsError('InvalidCiphertextException', '')
  const {rest, set, id} = under
  try {
    const decipher = createDecipheriv('aes-256-gcm', material.secret, rest.subarray(0, 12))
    decipher.setAAD(boundTo(set, context))
    decipher.setAuthTag(rest.subarray(-16))
    return {plaintext: Buffer.concat([decipher.update(rest.subarray(12, -16)), decipher.final()]), id}
  } catch {
    throw new AwsError('InvalidCiphertextException', '')
  }
}

export const rotationEntry = (keyArn: string, material: Material, isCurrent: boolean): Json => ({
  KeyId: keyArn,
  KeyMaterialId: material.id,
  KeyMaterialState: isCurrent ? 'CURRENT' : 'NON_CURRENT',
  RotationDate: material.from,
  RotationType: material.type,
})
