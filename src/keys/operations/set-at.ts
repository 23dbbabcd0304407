/** What each change of state is at the provider. All of it may be repeated: what an earlier run did is found done. */
import type {Availability, Provider} from '../../providers/ports.ts'
import {KeyriteError} from '../../base/errors.ts'
import {availabilityOf, type KeyEvent, type KeyState} from '../lifecycle.ts'
import type {Version} from '../state.ts'
import {after} from './dates.ts'

/** Of a scheduled destruction, and of its end. */
export interface Wait {
  readonly days: number
  /** Whether the provider itself waits and destroys. */
  readonly atProvider: boolean
  /** Whether the provider's own wait is cut short when these days are over. */
  readonly purge: boolean
}

/** What is to be done. */
interface Wanted {
  readonly to: KeyState
  readonly event: KeyEvent
  readonly wait?: Wait
  /** When the intent was written, RFC 3339. */
  readonly begun: string
}

export interface Set {
  /** What the provider itself now enforces. */
  readonly enforced: Availability
  /** RFC 3339, of a destruction that was scheduled. */
  readonly destroyAt: string | null
}

export async function setAt(
  provider: Provider,
  {ref}: Pick<Version, 'ref'>,
  {to, event, wait, begun}: Wanted,
): Promise<Set> {
  const {life, store} = provider
  const set = async (destroyAt: string | null): Promise<Set> => ({
    enforced: await life.setAvailability(ref, availabilityOf[to]),
    destroyAt,
  })
  if (event === 'schedule-destruction') {
    if (wait?.purge === true) {
      if (life.scheduleForPurge === undefined) throw noPurge(ref.key)
      await life.scheduleForPurge(ref)
      return {enforced: 'disabled', destroyAt: after(begun, wait.days)}
    }
    if (wait?.atProvider !== true) return set(after(begun, wait?.days ?? 0))
    const at = (await life.scheduleDestruction(ref, wait.days)).toISOString()
    // By another clock it may be a little sooner than was approved: then keyrite is the later one.
    const least = after(begun, wait.days)
    return {enforced: 'disabled', destroyAt: at < least ? least : at}
  }
  if (event === 'cancel-destroy') {
    const now = await store.describe(ref)
    if (now?.availability === 'destruction-pending') await life.cancelDestruction(ref)
    return set(null)
  }
  if (to !== 'destroyed') return set(null)
  const now = await store.describe(ref)
  const alive = now !== undefined && now.availability !== 'destroyed'
  if (event === 'destroy' && alive && wait?.purge === true) {
    if (life.purge === undefined) throw noPurge(ref.key)
    await life.purge(ref)
  } else if (event === 'destroy' && alive && wait?.atProvider !== true) await life.scheduleDestruction(ref, 0)
  return {enforced: 'disabled', destroyAt: null}
}

function noPurge(key: string): KeyriteError {
  return new KeyriteError('UNSUPPORTED', `cannot purge key "${key}": its place cuts no wait short`)
}
