/** Files for their holders alone, as the stock `age` program opens them. */
import {KeyriteError} from '../../base/errors.ts'
import {Decrypter, Encrypter} from 'age-encryption'
import {openByPlugin, pluginsIn, type StockAge} from './stock-age.ts'

/** 2^18 rounds of scrypt: a second or so, what `age` itself takes for a passphrase. */
const workFactor = 18

/** @param recipient - an age recipient of the roster. */
export async function sealTo(text: Uint8Array, recipient: string): Promise<Buffer> {
  const encrypter = new Encrypter()
  encrypter.addRecipient(recipient)
  return Buffer.from(await encrypter.encrypt(text))
}

/** The library takes a passphrase as a string: it dies with this process. */
export async function lockWith(text: Uint8Array, passphrase: Uint8Array): Promise<Buffer> {
  const encrypter = new Encrypter()
  encrypter.setScryptWorkFactor(workFactor)
  encrypter.setPassphrase(Buffer.from(passphrase).toString('utf8'))
  return Buffer.from(await encrypter.encrypt(text))
}

/**
 * @param keys - identity files as `age-keygen` writes them, or one passphrase.
 * @throws KeyriteError `CREDENTIALS_REFUSED`.
 */
export async function openWith(
  file: Uint8Array,
  keys: readonly Uint8Array[],
  passphrase: boolean,
  what = 'the share',
): Promise<Buffer> {
  const decrypter = new Decrypter()
  for (const key of keys) {
    const text = Buffer.from(key).toString('utf8')
    if (passphrase) decrypter.addPassphrase(text)
    else for (const line of linesOf(key)) addIdentity(decrypter, line)
  }
  try {
    return Buffer.from(await decrypter.decrypt(file))
  } catch {
    throw new KeyriteError(
      'CREDENTIALS_REFUSED',
      passphrase
        ? `cannot open ${what}: the passphrase is not right, or the file was changed`
        : `cannot open ${what}: it is sealed to another key, or was changed`,
    )
  }
}

/**
 * The same where some keys are on hardware: those in files are tried first, as nobody has to touch anything for them.
 * @param files - those of `keys` that a plugin reads.
 * @throws KeyriteError `CREDENTIALS_REFUSED`, `UNSUPPORTED`.
 */
export async function openWithPlugins(
  file: Uint8Array,
  keys: readonly Uint8Array[],
  files: readonly string[],
  stock: StockAge,
  tell: number,
): Promise<Buffer> {
  if (keys.some((key) => linesOf(key).length > 0))
    try {
      return await openWith(file, keys, false)
    } catch (error) {
      if (!(error instanceof KeyriteError)) throw error
    }
  return openByPlugin(file, files, keys.flatMap(pluginsIn), stock, tell)
}

/** The keys of an identity file, without those of plugins. */
function linesOf(key: Uint8Array): readonly string[] {
  return Buffer.from(key)
    .toString('utf8')
    .split(/\r?\n/)
    .filter((line) => line !== '' && !line.startsWith('#') && !line.startsWith('AGE-PLUGIN-'))
}

function addIdentity(decrypter: Decrypter, line: string): void {
  try {
    decrypter.addIdentity(line)
  } catch {
    throw new KeyriteError('CREDENTIALS_REFUSED', 'cannot use the identity: expected a file of age-keygen', {
      hints: ['age -d -i FILE SHARE, and its output for the share (-)'],
    })
  }
}
