/** Opens a profile and asks it how it is: every failure is a line, and the worst is what the run ends with. */
import type {App} from '../app.ts'
import {exitOf, KeyriteError} from '../base/errors.ts'
import type {ProfileFacts} from '../profiles/index.ts'
import type {CheckLine, Identity} from '../providers/ports.ts'
import {providerClock} from './clock.ts'

export interface ProfileCheck {
  /** Who answered; null where nobody did. */
  readonly identity: Identity | null
  readonly checks: readonly CheckLine[]
  readonly exit: number
  /** Why it could not be opened. */
  readonly failure: KeyriteError | null
}

/** Somebody has to be there, and not to cancel: that is not a finding about the profile. */
const notOfTheProfile: readonly string[] = ['NO_TERMINAL', 'CANCELLED', 'USAGE']

/** @throws KeyriteError `NO_TERMINAL`, `CANCELLED` where its PIN cannot be asked for. */
export async function checkProfile(app: App, profile: ProfileFacts): Promise<ProfileCheck> {
  try {
    const provider = await app.provider(profile.name)
    const {evidence} = provider
    const identity = await evidence.identity()
    const opened: CheckLine = {
      name: 'opens',
      ok: true,
      detail: 'it answers with the identity that was approved',
      fix: null,
    }
    const checks = [
      opened,
      ...(await evidence.check()),
      ...providerClock(app.world.clock.now(), provider.time()),
    ]
    return {identity, checks, exit: checks.every(({ok}) => ok) ? 0 : exitOf.PROVIDER_FAILED, failure: null}
  } catch (error) {
    if (!(error instanceof KeyriteError) || notOfTheProfile.includes(error.code)) throw error
    const fix = error.hints[0] ?? `keyrite profile show ${profile.name}`
    return {
      identity: null,
      checks: [{name: 'opens', ok: false, detail: error.message, fix}],
      exit: error.exit,
      failure: error,
    }
  }
}
