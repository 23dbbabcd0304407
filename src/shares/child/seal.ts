/** Files for their holders alone, as the stock `age` program opens them. */
import {KeyriteError} from '../../base/errors.ts'
import {Decrypter, Encrypter} from 'age-encryption'

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
): Promise<Buffer> {
  const decrypter = new Decrypter()
  for (const key of keys) {
    const text = Buffer.from(key).toString('utf8')
    const lines = passphrase ? [] : text.split(/\r?\n/).filter((line) => line !== '' && !line.startsWith('#'))
    if (passphrase) decrypter.addPassphrase(text)
    for (const line of lines) addIdentity(decrypter, line)
  }
  try {
    return Buffer.from(await decrypter.decrypt(file))
  } catch {
    throw new KeyriteError(
      'CREDENTIALS_REFUSED',
      passphrase
        ? 'cannot open the share: the passphrase is not right, or the file was changed'
        : 'cannot open the share: it is sealed to another key, or was changed',
    )
  }
}

function addIdentity(decrypter: Decrypter, line: string): void {
  try {
    decrypter.addIdentity(line)
  } catch {
    throw new KeyriteError('CREDENTIALS_REFUSED', 'cannot use the identity: expected a file of age-keygen', {
      hints: ['a key on hardware: age -d -i FILE SHARE, and its output for the share (-)'],
    })
  }
}
