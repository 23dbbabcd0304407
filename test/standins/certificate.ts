/** Certificates of stand-ins, made here: they lead to nobody. */
import {sign, type KeyObject} from 'node:crypto'

export interface Pair {
  readonly publicKey: KeyObject
  readonly privateKey: KeyObject
}

export interface Times {
  readonly from?: Date
  readonly until?: Date
}

/** X.509 version 1, as makers have it: names, dates, a key, and who signed it. */
export function certificate(
  issuer: string,
  by: Pair,
  subject: string,
  key: KeyObject,
  {from, until}: Times = {},
): Buffer {
  const rsa = der(0x30, Buffer.from('06092a864886f70d01010b0500', 'hex'))
  const named = (text: string): Buffer =>
    der(0x30, der(0x31, der(0x30, Buffer.from('0603550403', 'hex'), der(0x0c, Buffer.from(text)))))
  const dated = (at: Date): Buffer =>
    der(
      0x18,
      Buffer.from(
        at
          .toISOString()
          .replace(/[-:T]/g, '')
          .replace(/\.\d+Z/, 'Z'),
      ),
    )
  const usual = {from: new Date('2024-01-01T00:00:00Z'), until: new Date('2099-01-01T00:00:00Z')}
  const signed = der(
    0x30,
    der(0x02, Buffer.of(1)),
    rsa,
    named(issuer),
    der(0x30, dated(from ?? usual.from), dated(until ?? usual.until)),
    named(subject),
    key.export({format: 'der', type: 'spki'}),
  )
  return der(0x30, signed, rsa, der(0x03, Buffer.of(0), sign('sha256', signed, by.privateKey)))
}

function der(tag: number, ...parts: readonly Buffer[]): Buffer {
  const body = Buffer.concat(parts)
  const long =
    body.length < 256
      ? Buffer.of(0x81, body.length)
      : Buffer.concat([Buffer.of(0x82), number(body.length, 2)])
  return Buffer.concat([Buffer.of(tag), body.length < 128 ? Buffer.of(body.length) : long, body])
}

export function pem(bytes: Buffer): string {
  const lines = bytes.toString('base64').match(/.{1,64}/g) ?? []
  return `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
}

export function number(value: number, width: number): Buffer {
  const bytes = Buffer.alloc(width)
  bytes.writeUIntBE(value, 0, width)
  return bytes
}
