/** A version of a key, and what its provider offers for it beyond what every provider does. */
import type {Provider} from '../../providers/ports.ts'
import type {ActContext} from '../../requests/index.ts'
import {keyVersion} from '../prove.ts'
import type {Key, Version} from '../state.ts'

/** @throws KeyriteError `KEY_NOT_FOUND`, what the provider throws, and what `lacking` makes where it offers none. */
export async function offeredTo<T>(
  context: ActContext,
  wish: {readonly key: string; readonly version: number},
  offer: (provider: Provider) => T | undefined,
  lacking: (kind: string) => Error,
): Promise<{readonly key: Key; readonly version: Version; readonly offered: T}> {
  const {key, version} = keyVersion(context, wish.key, wish.version)
  const provider = await context.provider(key.profile)
  const offered = offer(provider)
  if (offered === undefined) throw lacking(provider.kind)
  return {key, version, offered}
}
