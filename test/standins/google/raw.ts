/** Raw AES-256-GCM (T): the service makes the nonce, and refuses one that it is given. CBC and CTR are not here. */
import {createCipheriv, createDecipheriv, randomBytes} from 'node:crypto'
import {checked, checksum} from './crc32c.ts'
import {invalid, Refused} from './failures.ts'
import {bytesOf, text} from './messages.ts'
import type {Methods} from './server.ts'
import {most, usable} from './using.ts'

const rawTag = 16

export const rawMethods: Methods = {
  rawEncrypt(world, request) {
    const used = usable(world, text(request, 'name'), 'RAW_ENCRYPT_DECRYPT')
    const [plaintext, aad] = [bytesOf(request, 'plaintext'), bytesOf(request, 'additionalAuthenticatedData')]
    if (bytesOf(request, 'initializationVector').length > 0)
      throw invalid('An initialization vector is not allowed with AES_256_GCM.')
    if (plaintext.length > most) throw invalid(`The plaintext is longer than ${most} bytes.`)
    const verifiedPlaintextCrc32c = checked(plaintext, request['plaintextCrc32c'], 'plaintext')
    const sum = request['additionalAuthenticatedDataCrc32c']
    const verifiedAdditionalAuthenticatedDataCrc32c = checked(aad, sum, 'additional authenticated data')
    const iv = randomBytes(12)
    const cipher = createCipheriv('aes-256-gcm', used.version.material as Buffer, iv).setAAD(aad)
    const ciphertext = Buffer.concat([cipher.update(plaintext), cipher.final(), cipher.getAuthTag()])
    return {
      name: used.name,
      ciphertext,
      ciphertextCrc32c: checksum(ciphertext),
      initializationVector: iv,
      initializationVectorCrc32c: checksum(iv),
      tagLength: rawTag,
      verifiedPlaintextCrc32c,
      verifiedAdditionalAuthenticatedDataCrc32c,
      protectionLevel: used.version.protectionLevel,
    }
  },

  rawDecrypt(world, request) {
    const used = usable(world, text(request, 'name'), 'RAW_ENCRYPT_DECRYPT')
    const [ciphertext, aad, iv] = ['ciphertext', 'additionalAuthenticatedData', 'initializationVector'].map(
      (one) => bytesOf(request, one),
    ) as [Buffer, Buffer, Buffer]
    if (iv.length !== 12) throw invalid('The initialization vector must be 12 bytes long.')
    const verified = {
      verifiedCiphertextCrc32c: checked(ciphertext, request['ciphertextCrc32c'], 'ciphertext'),
      verifiedInitializationVectorCrc32c: checked(iv, request['initializationVectorCrc32c'], 'iv'),
      verifiedAdditionalAuthenticatedDataCrc32c: checked(
        aad,
        request['additionalAuthenticatedDataCrc32c'],
        'additional authenticated data',
      ),
    }
    try {
      const decipher = createDecipheriv('aes-256-gcm', used.version.material as Buffer, iv, {
        authTagLength: rawTag,
      })
      decipher.setAAD(aad).setAuthTag(ciphertext.subarray(-rawTag))
      const plaintext = Buffer.concat([decipher.update(ciphertext.subarray(0, -rawTag)), decipher.final()])
      const said = {protectionLevel: used.version.protectionLevel, ...verified}
      return {plaintext, plaintextCrc32c: checksum(plaintext), ...said}
    } catch {
      // Tf: Google's fake answers so; what the service answers is not evidenced.
      throw new Refused('INTERNAL', 'Decryption failed.')
    }
  },
}
