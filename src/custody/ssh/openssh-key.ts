/** The file format of OpenSSH's private keys. Source: OpenSSH, PROTOCOL.key. */
import {randomBytes} from 'node:crypto'
import {fromPem, toPem} from './pem.ts'
import {string, uint32, WireError, WireReader} from './wire.ts'

export const openSshLabel = 'OPENSSH PRIVATE KEY'
const magic = Buffer.from('openssh-key-v1\0', 'latin1')
const blockBytes = 8

/** A key file of one key: its public half is always legible, the private section only if it is not encrypted. */
export interface OpenSshKey {
  readonly publicKey: Buffer
  readonly encrypted: boolean
  /** Between the two check numbers and the padding if not encrypted: type, numbers, comment. The caller wipes it. */
  readonly section: Buffer
}

/** @throws WireError if the text is not such a file, or holds more than one key. */
export function readOpenSshKey(text: Uint8Array): OpenSshKey {
  const bytes = fromPem(text, openSshLabel)
  try {
    const reader = new WireReader(bytes)
    if (!reader.take(magic.length).equals(magic))
      throw new WireError('it does not start with "openssh-key-v1"')
    const cipher = reader.text()
    reader.string() // the name of the key derivation, and what it needs
    reader.string()
    if (reader.uint32() !== 1) throw new WireError('it does not hold exactly one key')
    const publicKey = Buffer.from(reader.string())
    const section = Buffer.from(reader.string())
    reader.rest() // an authentication tag follows for some ciphers
    return {publicKey, encrypted: cipher !== 'none', section}
  } finally {
    bytes.fill(0)
  }
}

/** A reader of the private section, past the two check numbers, which must be equal. */
export function sectionReader(section: Uint8Array): WireReader {
  const reader = new WireReader(section)
  if (reader.uint32() !== reader.uint32()) throw new WireError('its check numbers differ')
  return reader
}

/** @throws WireError unless what is left is the padding 1, 2, 3, … up to a whole block. */
export function endSection(reader: WireReader, section: Uint8Array): void {
  const padding = reader.rest()
  if (section.length % blockBytes !== 0 || padding.length >= blockBytes)
    throw new WireError('its padding has no valid length')
  if (!padding.every((byte, index) => byte === index + 1))
    throw new WireError('its padding is not 1, 2, 3, …')
}

/** The file of an unencrypted key; `fields` are its type and numbers as the private section holds them. */
export function writeOpenSshKey(publicKey: Uint8Array, fields: Uint8Array, comment: string): Buffer {
  const check = randomBytes(4)
  const content = Buffer.concat([check, check, fields, string(comment)])
  const padding = Buffer.from(
    Array.from({length: (blockBytes - (content.length % blockBytes)) % blockBytes}, (_, i) => i + 1),
  )
  const section = Buffer.concat([content, padding])
  const whole = Buffer.concat([
    magic,
    string('none'),
    string('none'),
    string(''),
    uint32(1),
    string(publicKey),
    string(section),
  ])
  const text = toPem(whole, openSshLabel)
  for (const secret of [content, section, whole]) secret.fill(0)
  return text
}
