/** The ledger's writer key as OpenSSH has it (RFC 4251 section 5, RFC 8709 section 4). */
import {base64} from '../../base/bytes.ts'
import {parseVkey} from '../../ledger/index.ts'

/** `ssh-ed25519 <base64>`. @throws TypeError if the text is not a verifier key. */
export function writerKey(vkey: string): string {
  const {publicKey} = parseVkey(vkey)
  return `ssh-ed25519 ${base64(Buffer.concat([sshString('ssh-ed25519'), sshString(publicKey)]))}`
}

/** Bytes with their length before them. */
export function sshString(value: Uint8Array | string): Buffer {
  const bytes = Buffer.from(value as Uint8Array)
  const size = Buffer.alloc(4)
  size.writeUInt32BE(bytes.length)
  return Buffer.concat([size, bytes])
}
