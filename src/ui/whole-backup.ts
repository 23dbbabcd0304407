/** What commands about backups of a whole place are given: what opens a storage, and who holds what. */
import {X509Certificate} from 'node:crypto'
import {Flags} from '@oclif/core'
import {sha256Hex} from '../base/bytes.ts'
import {KeyriteError} from '../base/errors.ts'
import {readPublic} from '../base/files.ts'
import type {JsonObject} from '../base/jcs.ts'
import {Secret} from '../base/secret.ts'
import {visibleLine} from '../base/visible.ts'
import type {Ledger} from '../ledger/index.ts'
import {providerKind} from '../providers/registry.ts'
import type {SecurityDomains} from '../providers/security-domain.ts'
import type {Holder} from '../providers/whole-backups.ts'
import {readSecret} from './shares/read.ts'

export const sasFlag = Flags.string({
  summary:
    'a file with the SAS token that opens the storage, or - for stdin; without it the HSM’s identity does',
  helpValue: 'FILE',
})

export function opensBy(file: string | undefined): {
  readonly opens: 'token' | 'identity'
  readonly material: (() => Promise<Secret>) | undefined
} {
  if (file === undefined) return {opens: 'identity', material: undefined}
  return {opens: 'token', material: () => Promise.resolve(readSecret(file, 16_384))}
}

/** @throws KeyriteError `USAGE` for what is no certificate, `FILE_NOT_FOUND`. */
export function holdersIn(files: readonly string[]): readonly Holder[] {
  return files.map((file) => {
    const bytes = readPublic(file, 65_536)
    try {
      return {certificate: new X509Certificate(bytes).raw}
    } catch (cause) {
      throw new KeyriteError('USAGE', `cannot read the certificate of a holder in "${file}": it is none`, {
        cause,
        hints: [
          'openssl req -x509 -newkey rsa:3072 -keyout holder.key -out holder.pem …, at the holder’s place',
        ],
      })
    }
  })
}

/** Whose each certificate says it is, beside the digest by which people approve it. */
export function holderLines(files: readonly string[], holders: readonly Holder[]): readonly string[] {
  return holders.map(({certificate}, at) => {
    const {subject} = new X509Certificate(certificate)
    const who = visibleLine(subject.replaceAll('\n', ', '), 120)
    return `${files[at] ?? ''}: {${who}}, SHA-256 ${sha256Hex(certificate)}`
  })
}

export const mostDomainBytes = 4_000_000

/** @throws KeyriteError `UNSUPPORTED` where places of this kind have no such thing. */
export async function domainsOf(kind: string): Promise<SecurityDomains> {
  const {domains} = providerKind(kind)
  if (domains !== undefined) return domains()
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot have a security domain taken in by a place of kind "${kind}": it is a Managed HSM of Azure that has one`,
  )
}

/** Read, opened and sealed anew only when people have agreed; what the holders opened is wiped. */
export function sealedBy(
  domains: SecurityDomains,
  domain: Uint8Array,
  files: readonly string[],
  under: Uint8Array,
): () => Promise<Secret> {
  return () => {
    const opened: Secret[] = []
    try {
      for (const file of files) opened.push(readSecret(file, 4096))
      return Promise.resolve(new Secret(domains.sealFor(domain, opened, under)))
    } finally {
      for (const one of opened) one.wipe()
    }
  }
}

/** What the newest outcome of this type says of the place. */
export function lastWhole(
  {view, size}: Pick<Ledger, 'view' | 'size'>,
  type: string,
  profile: string,
): JsonObject {
  for (let seq = size - 1; seq >= 0; seq--) {
    const entry = view.entry(seq)
    if (entry?.type === type && entry.data['profile'] === profile) return entry.data
  }
  return {}
}

/** A member of it that is text. */
export function textIn(data: JsonObject, name: string): string {
  const value = data[name]
  return typeof value === 'string' || typeof value === 'number' ? String(value) : ''
}
