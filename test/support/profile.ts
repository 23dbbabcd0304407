/** A local profile with a real token, added as `keyrite profile add` does. */
import {join} from 'node:path'
import type {App} from '../../src/app.ts'
import {Secret} from '../../src/base/secret.ts'
import type {Environment} from '../../src/profiles/index.ts'
import {addProfile} from '../../src/ui/add-profile.ts'
import {tokenAt} from './token.ts'

export const pin = 'correct horse battery'

/** Adds a profile on a token of its own in the home, or at `token`; the app holds it open. */
export async function addLocal(
  app: App,
  name: string,
  environment: Environment = 'test',
  token = join(app.world.home, 'tokens', `${name}.token`),
): Promise<void> {
  const wish = {name, kind: 'local', environment, token, pinFile: undefined}
  await tokenAt(token, name, pin)
  await addProfile(app, wish, null, new Secret(Buffer.from(pin)))
}
