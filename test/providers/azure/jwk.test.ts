/** A pair as the bytes of its JWK, held against what Node writes. */
import {generateKeyPairSync} from 'node:crypto'
import {describe, expect, test} from '@jest/globals'
import {base64url, withPrivateMembers} from '../../../src/providers/azure/jwk.ts'

describe('the private parts of a pair', () => {
  const rsa = [2048, 3072].map((bits) => generateKeyPairSync('rsa', {modulusLength: bits}).privateKey)
  const curves = ['P-256', 'P-384', 'P-521'].flatMap((namedCurve) =>
    Array.from({length: 3}, () => generateKeyPairSync('ec', {namedCurve}).privateKey),
  )
  test('are what Node writes of it, as bytes that are wiped afterwards', () => {
    for (const key of [...rsa, ...curves]) {
      const isRsa = key.asymmetricKeyType === 'rsa'
      const pkcs8 = key.export({format: 'der', type: 'pkcs8'})
      const parts = Object.entries(key.export({format: 'jwk'})).filter(
        ([name]) => name !== 'kty' && name !== 'crv',
      )
      let lent: Buffer = Buffer.alloc(0)
      const said = withPrivateMembers(pkcs8, isRsa, (members) => {
        lent = members
        return JSON.parse(`{${members.toString()}}`) as object
      })
      expect(said).toEqual(Object.fromEntries(parts))
      expect(lent.every((byte) => byte === 0)).toBe(true)
    }
  })

  test('are written in the letters of base64url, of whatever length', () => {
    for (let length = 0; length < 70; length++) {
      const bytes = Buffer.from(Array.from({length}, (_, n) => (n * 37 + length * 101) & 255))
      expect(base64url(bytes).toString()).toBe(bytes.toString('base64url'))
    }
  })
})
