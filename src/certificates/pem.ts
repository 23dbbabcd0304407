/** Certificates and requests as files: PEM (RFC 7468) and DER. */
import {base64} from '../base/bytes.ts'
import type {Form} from './spec.ts'

export const mediaTypes = {'self-signed': 'application/pkix-cert', request: 'application/pkcs10'} as const

const labels = {'self-signed': 'CERTIFICATE', request: 'CERTIFICATE REQUEST'} as const

/** 64 columns, one newline at the end. */
export function pemOf(form: Form, der: Uint8Array): string {
  const lines = base64(der).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${labels[form]}-----`, ...lines, `-----END ${labels[form]}-----`, ''].join('\n')
}

/** The DER of a file that holds one certificate or request, as PEM or as DER. @throws TypeError if it holds anything else. */
export function derOf(form: Form, file: Uint8Array): Buffer {
  if (file[0] === 0x30) return Buffer.from(file)
  const text = Buffer.from(file).toString('latin1').replaceAll('\r\n', '\n')
  const pattern = new RegExp(
    `^-----BEGIN ${labels[form]}-----\n([A-Za-z0-9+/=\n]+)-----END ${labels[form]}-----\n?$`,
  )
  const [, body] = pattern.exec(text) ?? []
  if (body === undefined) throw new TypeError(`not one ${labels[form]}, as PEM or DER`)
  const der = Buffer.from(body, 'base64')
  if (base64(der) !== body.replaceAll('\n', '')) throw new TypeError('not canonical base64')
  return der
}
