/** Whether a place would take a schedule of rotation for a key: asked before people sign for what it refuses. */
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {keyIdOf, ownSchedule, type Key} from '../keys/index.ts'
import {readConfig} from '../profiles/index.ts'
import type {ScheduleTerms} from '../providers/schedule.ts'

/** A place that is not known here, or gives no answer, is asked again when people have signed. @throws KeyriteError `UNSUPPORTED`, `KEY_NOT_FOUND`. */
export async function demandPermitted(
  app: Pick<App, 'world' | 'provider'>,
  key: Key,
  terms: ScheduleTerms,
): Promise<void> {
  if (readConfig(app.world.home).get(key.profile) === undefined) return
  try {
    await ownSchedule(await app.provider(key.profile), key).permit(keyIdOf(key), terms)
  } catch (error) {
    if (!(error instanceof KeyriteError) || error.code === 'UNSUPPORTED' || error.code === 'KEY_NOT_FOUND')
      throw error
  }
}
