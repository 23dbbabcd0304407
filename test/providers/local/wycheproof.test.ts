/** Published vectors against what the local token calls: each gets its stated result, or is of a kind that ours refuses. */
import {createCipheriv, createDecipheriv, hkdfSync} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {sealBytes, unsealBytes} from '../../../src/providers/local/sealing.ts'
import {kwpUnwrap, kwpWrap} from '../../../src/base/kwp.ts'
import {testWith} from '../../support/needs.ts'
import {attempt, fromHex, wycheproof} from '../../support/wycheproof.ts'

interface Gcm {
  readonly key: string
  readonly iv: string
  readonly aad: string
  readonly msg: string
  readonly ct: string
  readonly tag: string
}

interface Wrap {
  readonly key: string
  readonly msg: string
  readonly ct: string
}

interface Hkdf {
  readonly ikm: string
  readonly salt: string
  readonly info: string
  readonly size: number
  readonly okm: string
}

describe('published vectors', () => {
  testWith('vectors', 'AES-GCM: 66 of our sizes seal and open as stated, the other 250 are refused', () => {
    let ours = 0
    for (const [{key, iv, aad, msg, ct, tag, result}, group] of wycheproof<Gcm>('aes_gcm', 316)) {
      const sealed = {nonce: fromHex(iv), ciphertext: fromHex(ct), tag: fromHex(tag)}
      const opened = attempt(() => unsealBytes(fromHex(key), sealed, fromHex(aad)))
      const ourSizes = group.keySize === 256 && group.ivSize === 96 && group.tagSize === 128
      if (ourSizes) ours += 1
      expect(opened?.toString('hex')).toBe(ourSizes && result === 'valid' ? msg : undefined)
      if (!ourSizes || result !== 'valid') continue
      const made = sealBytes(fromHex(key), fromHex(msg), fromHex(aad), {bytes: () => fromHex(iv)})
      expect(made).toEqual(sealed)
    }
    expect(ours).toBe(66)
  })

  testWith(
    'vectors',
    'AES-KWP: 94 under 256-bit keys get their stated result, other keys are refused',
    () => {
      let ours = 0
      for (const [{key, msg, ct, result}, {keySize}] of wycheproof<Wrap>('aes_kwp', 254)) {
        const good = keySize === 256 && result === 'valid'
        if (keySize === 256) ours += 1
        expect(attempt(() => kwpUnwrap(fromHex(key), fromHex(ct)))?.toString('hex')).toBe(
          good ? msg : undefined,
        )
        if (good) expect(kwpWrap(fromHex(key), fromHex(msg)).toString('hex')).toBe(ct)
      }
      expect(ours).toBe(94)
    },
  )

  testWith(
    'vectors',
    'AES-KW through the KWP of ours: nothing wrapped without padding is taken for wrapped with it',
    () => {
      for (const [{key, ct}, {keySize}] of wycheproof<Wrap>('aes_wrap', 165))
        if (keySize === 256) expect(attempt(() => kwpUnwrap(fromHex(key), fromHex(ct)))).toBeUndefined()
    },
  )

  testWith(
    'vectors',
    'AES-KW of node:crypto, as a provider will call it: SP 800-38F lengths only, and none empty',
    () => {
      for (const [{key, msg, ct, result}, {keySize}] of wycheproof<Wrap>('aes_wrap', 165)) {
        const good = result === 'valid'
        const unwrapped = attempt(() => unwrap(keySize ?? 0, fromHex(key), fromHex(ct)))
        expect(unwrapped?.toString('hex')).toBe(good ? msg : undefined)
        if (good) expect(wrap(keySize ?? 0, fromHex(key), fromHex(msg)).toString('hex')).toBe(ct)
      }
    },
  )

  testWith(
    'vectors',
    'HKDF-SHA-256 of node:crypto, as backups call it: every output, and none that is too long',
    () => {
      for (const [{ikm, salt, info, size, okm, result}] of wycheproof<Hkdf>('hkdf_sha256', 86)) {
        const made = attempt(() =>
          Buffer.from(hkdfSync('sha256', fromHex(ikm), fromHex(salt), fromHex(info), size)),
        )
        expect(made?.toString('hex')).toBe(result === 'valid' ? okm : undefined)
      }
    },
  )
})

test.each([0, 1, 8, 15, 17, 23, 65_552])('%i bytes are no wrapping', (length) => {
  expect(() => kwpUnwrap(Buffer.alloc(32, 7), Buffer.alloc(length))).toThrow('not a wrapping')
})

const iv = Buffer.alloc(8, 0xa6)

function wrap(bits: number, key: Buffer, material: Buffer): Buffer {
  const cipher = createCipheriv(`id-aes${bits}-wrap`, key, iv)
  return Buffer.concat([cipher.update(material), cipher.final()])
}

/** NIST SP 800-38F section 5.3.1: at least three semiblocks. OpenSSL takes fewer, and takes nothing for a good wrapping. */
function unwrap(bits: number, key: Buffer, wrapped: Buffer): Buffer {
  if (wrapped.length < 24 || wrapped.length % 8 !== 0) throw new Error('not a wrapping')
  const decipher = createDecipheriv(`id-aes${bits}-wrap`, key, iv)
  return Buffer.concat([decipher.update(wrapped), decipher.final()])
}
