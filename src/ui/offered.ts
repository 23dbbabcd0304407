/** A place is asked what it can have, before anybody signs. */
import type {App} from '../app.ts'
import {demandOffered, type KeyPlanSpec, type Making} from '../keys/index.ts'

/** Whether the place can have that key, as far as it says so before it is opened. @throws KeyriteError `UNSUPPORTED`. */
export async function demandOfferedAt(
  app: App,
  spec: KeyPlanSpec,
  profile: string,
  making: Making,
): Promise<void> {
  const offered = await app.offered(profile)
  if (offered !== null) demandOffered(spec, profile, offered, making)
}
