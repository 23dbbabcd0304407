/** `SHA256SUMS`, which lists every other file, and the writer's signature under it. */
import {sign, type KeyObject} from 'node:crypto'
import {sha256Hex} from '../../base/bytes.ts'
import {
  armor,
  buildSshsig,
  namespaceOf,
  parseArmored,
  parsePublicKey,
  rehearsalFault,
  signedData,
  verifySshsig,
} from '../../custody/index.ts'
import type {LedgerFacts, Problem} from '../../ledger/index.ts'
import {byPath} from './layout.ts'
import type {Files} from './primary.ts'
import {sshString, writerKey} from './writer-key.ts'

const own = ['SHA256SUMS', 'SHA256SUMS.sig']

/** `sha256sum` format: every file but itself and its signature, sorted by path. */
export function sumsOf(files: Files): Uint8Array {
  const paths = [...files.keys()].filter((path) => !own.includes(path)).sort(byPath)
  return Buffer.from(paths.map((path) => `${sha256Hex(files.get(path) ?? '')}  ${path}\n`).join(''))
}

/** The armored SSHSIG of `SHA256SUMS` by the writer. */
export function signSums(
  sums: Uint8Array,
  facts: Pick<LedgerFacts, 'organisation' | 'rehearsal' | 'vkey'>,
  privateKey: KeyObject,
): Uint8Array {
  const namespace = namespaceOf('bundle', facts)
  const raw = sign(null, signedData(namespace, 'sha512', sums), privateKey)
  const blob = buildSshsig({
    publicKey: parsePublicKey(writerKey(facts.vkey)).blob,
    namespace,
    hash: 'sha512',
    signature: Buffer.concat([sshString('ssh-ed25519'), sshString(raw)]),
  })
  return Buffer.from(armor(blob))
}

/** Every file is listed and as listed, none is missing, none is more, and the list is spelled as it would be written. */
export function sumsProblems(files: Files): Problem[] {
  const list = files.get('SHA256SUMS')
  const wrong = (file: string, message: string): Problem => ({rule: 'sums', seq: null, file, message})
  if (list === undefined) return [wrong('SHA256SUMS', 'it is missing')]
  const listed = new Map<string, string>()
  const problems: Problem[] = []
  for (const line of Buffer.from(list).toString('utf8').split('\n').slice(0, -1)) {
    const [, digest, path] = /^([0-9a-f]{64}) {2}(.+)$/.exec(line) ?? []
    if (digest === undefined || path === undefined || own.includes(path))
      problems.push(wrong('SHA256SUMS', 'a line is not one of sha256sum'))
    else listed.set(path, digest)
  }
  for (const [path, digest] of listed) {
    const bytes = files.get(path)
    if (bytes === undefined) problems.push(wrong(path, 'it is listed in SHA256SUMS and is not here'))
    else if (sha256Hex(bytes) !== digest)
      problems.push(wrong(path, 'its digest is not the one in SHA256SUMS: it was changed'))
  }
  for (const path of files.keys())
    if (!listed.has(path) && !own.includes(path)) problems.push(wrong(path, 'SHA256SUMS does not list it'))
  if (problems.length === 0 && !Buffer.from(list).equals(sumsOf(files)))
    problems.push(wrong('SHA256SUMS', 'it is not spelled or sorted as it would be written'))
  return problems
}

/** The signature under the list, by the key that entry 0 names. */
export function signatureProblems(
  files: Files,
  facts: Pick<LedgerFacts, 'organisation' | 'rehearsal' | 'vkey'>,
): Problem[] {
  const [sums, signature] = [files.get('SHA256SUMS'), files.get('SHA256SUMS.sig')]
  const wrong = (message: string): Problem[] => [
    {rule: 'sums-signature', seq: null, file: 'SHA256SUMS.sig', message},
  ]
  if (sums === undefined || signature === undefined) return wrong('SHA256SUMS is not signed')
  let blob: Uint8Array
  try {
    blob = parseArmored(Buffer.from(signature).toString('latin1'))
  } catch (error) {
    return wrong(error instanceof Error ? error.message : 'it is not a signature')
  }
  const fault = rehearsalFault(blob, 'bundle', facts)
  if (fault !== undefined) return wrong(fault)
  const verdict = verifySshsig({
    signature: blob,
    message: sums,
    namespace: namespaceOf('bundle', facts),
    key: parsePublicKey(writerKey(facts.vkey)),
  })
  if (verdict.kind === 'good') return []
  if (verdict.kind === 'unsupported') return wrong(`its algorithm ${verdict.algorithm} is not known`)
  // Which of the two files was changed cannot be told.
  const message = `it is not the list that the ledger’s writer signed: ${verdict.reason}`
  return [{rule: 'sums-signature', seq: null, file: 'SHA256SUMS', message}, ...wrong(verdict.reason)]
}
