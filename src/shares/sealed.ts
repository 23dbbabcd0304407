/** Bytes for whoever holds the identity of an age recipient, as the stock `age` program opens them. The library is loaded when it is used. */
import {KeyriteError} from '../base/errors.ts'
import {Secret} from '../base/secret.ts'
import {demandRecipient, pluginOf} from '../custody/index.ts'

/** @throws KeyriteError `USAGE` if it is no recipient, `UNSUPPORTED` if it is one of a plugin. */
export function demandPlainRecipient(recipient: string): string {
  const plugin = pluginOf(demandRecipient(recipient))
  if (plugin === null) return recipient
  throw new KeyriteError(
    'UNSUPPORTED',
    `cannot seal to ${recipient}: it is of the plugin "${plugin}", whose identity cannot be split among people`,
    {hints: ['age-keygen -o FILE, and keyrite share split --secret-file FILE …']},
  )
}

/** The secret stays the caller's to wipe. */
export async function sealFor(recipient: string, secret: Secret): Promise<Buffer> {
  const {sealTo} = await import('./child/seal.ts')
  return secret.use(async (bytes) => sealTo(bytes, recipient))
}

/** @param identity - a file of `age-keygen`; stays the caller's to wipe. @throws KeyriteError `CREDENTIALS_REFUSED`. */
export async function openFor(file: Uint8Array, identity: Secret): Promise<Secret> {
  const {openWith} = await import('./child/seal.ts')
  return new Secret(await identity.use(async (bytes) => openWith(file, [bytes], false, 'the backup')))
}
