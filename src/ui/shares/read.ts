/** Shares as people bring them: text or age files, stdin, or typed. */
import {readFileSync} from 'node:fs'
import {resolve} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic} from '../../base/files.ts'
import {Secret} from '../../base/secret.ts'
import {visible} from '../../base/visible.ts'
import {
  badShare,
  demandShareOf,
  factsOf,
  mostTextBytes,
  openApart,
  parseShareText,
  type Share,
  type ShareSet,
} from '../../shares/index.ts'
import type {Ask} from '../ask.ts'
import {typeShareOf} from './typing.ts'

export interface Reading {
  readonly ask: Ask
  readonly say: (line: string) => void
  readonly files: readonly string[]
  /** Files of age identities: who has one opens their share with it. */
  readonly identities: readonly string[]
}

const ageStart = 'age-encryption.org/'

/** The share in a file, or in stdin (`-`). @throws KeyriteError `SHARE_BAD`, `FILE_NOT_FOUND`, `CREDENTIALS_REFUSED`. */
export async function readShare(
  file: string,
  {ask, identities}: Omit<Reading, 'files' | 'say'>,
): Promise<Share> {
  const bytes = file === '-' ? stdin() : readPublic(file, 2 * mostTextBytes)
  const text = sealedFor(bytes) === null ? bytes : await opened(bytes, file, ask, identities)
  try {
    return parseShareText(text).share
  } catch (error) {
    if (error instanceof KeyriteError && error.code === 'SHARE_BAD')
      throw badShare(`"${file}": ${error.message}`, error.hints)
    throw error
  } finally {
    text.fill(0)
  }
}

/** What opens a file: an age key, a passphrase, or nothing, as it lies open. @throws KeyriteError `FILE_NOT_FOUND`. */
export function howSealed(file: string): 'key' | 'passphrase' | null {
  const bytes = readPublic(file, 2 * mostTextBytes)
  const found = sealedFor(bytes)
  bytes.fill(0)
  return found
}

function sealedFor(bytes: Buffer): 'key' | 'passphrase' | null {
  if (bytes.subarray(0, ageStart.length).toString('latin1') !== ageStart) return null
  return bytes.subarray(0, 200).includes('\n-> scrypt ') ? 'passphrase' : 'key'
}

async function opened(bytes: Buffer, file: string, ask: Ask, identities: readonly string[]): Promise<Buffer> {
  if (sealedFor(bytes) === 'key') {
    if (identities.length === 0)
      throw new KeyriteError('CREDENTIALS_REFUSED', `cannot open "${file}": it is sealed to an age key`, {
        hints: ['--identity KEYFILE', `age -d -i KEYFILE ${file} | the same command with - for the file`],
      })
    const keys = identities.map((one) => ({path: resolve(one), bytes: readPublic(one, 65_536)}))
    try {
      return await openApart(bytes, {identities: keys})
    } finally {
      for (const key of keys) key.bytes.fill(0)
    }
  }
  const passphrase = await (ask.passphrase ?? ask.secret)({
    message: `Passphrase of "${visible(file)}"`,
    flag: `age -d ${file} | … -`,
  })
  return openApart(bytes, {passphrase})
}

function stdin(): Buffer {
  const bytes = readFileSync(0)
  if (bytes.length <= 2 * mostTextBytes) return bytes
  bytes.fill(0)
  throw badShare('cannot read the share: it is longer than any share')
}

/** As many shares as a set needs, from files first, then typed; a bad one is named at once. */
export async function collectShares(set: ShareSet, reading: Reading): Promise<readonly Share[]> {
  const facts = factsOf(set)
  const held: Share[] = []
  const count = (): string => `need ${set.threshold}, have ${held.length}`
  for (const file of reading.files) {
    const share = await readShare(file, reading)
    demandShareOf(share, facts, held)
    held.push(share)
    reading.say(`Share ${share.index} is good: ${count()}.`)
  }
  if (held.length > set.threshold || (held.length < set.threshold && !reading.ask.interactive))
    throw new KeyriteError('SHARES_MISSING', `cannot recover: ${count()}`, {
      hints: [
        held.length < set.threshold
          ? `${set.threshold - held.length} more files of set "${set.name}", or a terminal to type them on`
          : `exactly ${set.threshold} of them`,
      ],
    })
  while (held.length < set.threshold) {
    const {ask, say} = reading
    const share = await typeShareOf(
      {ask, say, state: `${count()}. `, flag: 'FILE of each share'},
      facts,
      held,
    )
    held.push(share)
    say(`Share ${share.index} is good: ${count()}.`)
  }
  return held
}

/** A secret from a file or stdin, whole. @throws KeyriteError `FILE_NOT_FOUND`, `UNSAFE_FILE`. */
export function readSecret(file: string, limitBytes: number): Secret {
  const bytes = file === '-' ? readFileSync(0) : readPublic(file, limitBytes)
  const secret = new Secret(Uint8Array.from(bytes))
  bytes.fill(0)
  return secret
}
