/** A request that is being applied: what is said while its place takes long, and where the run is cancelled before it is through. */
import type {App} from '../../app.ts'
import {goesOnBy, lacksSignatures, requestAt, statusNow, type Request} from '../../requests/index.ts'
import type {Standing} from '../errors.ts'

/** A place that answers at once never takes that long, in ms. */
const quick = 5_000

/** Does it, and says once on a terminal that a place is waited for, unless a person is asked then. @param ms - how long nothing is said. */
export async function sayingWhatTakesLong<T>(
  {world}: Pick<App, 'world'>,
  {plan: {profile}}: Pick<Request, 'plan'>,
  say: (line: string) => void,
  work: () => Promise<T>,
  ms = quick,
): Promise<T> {
  if (profile === null || !world.ask.interactive) return work()
  const timer = setInterval(() => {
    if (world.asking?.() === true) return
    clearInterval(timer)
    say(
      `Waiting for profile "${profile.name}" to answer. Ctrl-C leaves it; what was done there is asked of it later.`,
    )
  }, ms)
  try {
    return await work()
  } finally {
    clearInterval(timer)
  }
}

export interface UnderWay extends Standing {
  /** Whether its place may have been asked for something, whatever was recorded. */
  readonly acts: boolean
}

/** How it stands with the request that this run went on with; null where it went on with none, or that is at its end. */
export function underWay({goesOn, opened, operations}: App): UnderWay | null {
  if (goesOn === null || opened === undefined) return null
  const request = requestAt(opened, goesOn)
  if (!['open', 'met'].includes(statusNow(opened, request))) return null
  if (lacksSignatures(opened, request))
    return {
      acts: false,
      line: `Request ${request.id} stays open.`,
      next: goesOnBy(operations, request, ' --sign-with PERSON=KEY'),
    }
  const {profile} = request.plan
  const place =
    profile === null ? '' : `: what it asks of profile "${profile.name}" may be done there, or not`
  return {
    acts: profile !== null,
    line: `Request ${request.id} is approved, and not through${place}.`,
    next: goesOnBy(operations, request),
  }
}
