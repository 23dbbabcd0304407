/** Key material in a file: PKCS#8 of a pair (PEM or DER, also under a passphrase), the 32 bytes of a secret key. */
import {createPrivateKey} from 'node:crypto'
import {lstatSync, readFileSync} from 'node:fs'
import {KeyriteError} from '../base/errors.ts'
import {Secret} from '../base/secret.ts'
import {isPair, type Algorithm} from '../providers/algorithms.ts'

const most = 65_536
const sealed = '-----BEGIN ENCRYPTED PRIVATE KEY-----'

/** Whether the file can be read without a passphrase. */
export function isInTheClear(path: string): boolean {
  return !readOnce(path).consume(
    (bytes) => Buffer.from(bytes.subarray(0, sealed.length)).toString('latin1') === sealed,
  )
}

/**
 * @param passphrase - asked for only where the file has one.
 * @returns PKCS#8 as DER, or the raw bytes.
 * @throws KeyriteError `FILE_NOT_FOUND`, `UNSUPPORTED`, `CREDENTIALS_REFUSED` for a wrong passphrase.
 */
export async function materialIn(
  path: string,
  algorithm: Algorithm,
  passphrase: () => Promise<Secret>,
): Promise<Secret> {
  const clear = isInTheClear(path)
  const given = readOnce(path)
  if (!isPair(algorithm)) {
    const size = given.use((bytes) => bytes.length)
    if (size === 32) return given
    given.wipe()
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot take ${algorithm} from "${path}": expected 32 bytes, got ${size}`,
      {
        hints: ['the bytes themselves, neither hex nor base64'],
      },
    )
  }
  const words = clear ? undefined : await passphrase()
  try {
    return given.consume((bytes) => opened(path, bytes, words))
  } finally {
    words?.wipe()
  }
}

function opened(path: string, bytes: Uint8Array, words: Secret | undefined): Secret {
  const key = Buffer.from(bytes)
  const pem = key.subarray(0, 10).toString('latin1') === '-----BEGIN'
  try {
    const read = (phrase?: Buffer) =>
      createPrivateKey(
        pem
          ? {key, format: 'pem', ...(phrase === undefined ? {} : {passphrase: phrase})}
          : {key, format: 'der', type: 'pkcs8'},
      )
    const found = words === undefined ? read() : words.use((phrase) => read(Buffer.from(phrase)))
    return new Secret(found.export({format: 'der', type: 'pkcs8'}))
  } catch (cause) {
    throw words === undefined
      ? new KeyriteError('UNSUPPORTED', `cannot take a key from "${path}": it is no private key as PKCS#8`, {
          cause,
          hints: [`openssl pkcs8 -topk8 -in ${path} -out NEW, for one of another form`],
        })
      : new KeyriteError(
          'CREDENTIALS_REFUSED',
          `cannot open "${path}": the passphrase is wrong, or the file is damaged`,
          {
            hints: ['the same command again'],
          },
        )
  } finally {
    key.fill(0)
  }
}

function readOnce(path: string): Secret {
  const stat = lstatSync(path, {throwIfNoEntry: false})
  if (stat?.isFile() !== true)
    throw new KeyriteError(
      'FILE_NOT_FOUND',
      `cannot read "${path}": ${stat === undefined ? 'there is no such file' : 'it is no file'}`,
      {
        hints: ['--from FILE'],
      },
    )
  if (stat.size > most)
    throw new KeyriteError(
      'UNSUPPORTED',
      `cannot take a key from "${path}": it has ${stat.size} bytes, and a key is shorter`,
    )
  return new Secret(readFileSync(path))
}
