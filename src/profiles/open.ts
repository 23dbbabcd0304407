/** Opens the provider of a profile, and makes sure that it is still the one that was approved. */
import {statSync} from 'node:fs'
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import type {Clock, Random} from '../base/world.ts'
import type {BeforeSecret, Provider} from '../providers/ports.ts'
import type {Believing} from '../providers/attesting.ts'
import {secretToAsk} from '../providers/of-kind.ts'
import {openProvider, providerKind} from '../providers/registry.ts'
import type {LocalSettings} from './config.ts'
import type {ProfileFacts} from './fold.ts'
import {demandIdentity, demandSamePlace} from './same-place.ts'

export interface OpenProfile {
  readonly profile: ProfileFacts
  readonly local: LocalSettings | undefined
  readonly leastGeneration: number | null
  /** Asks for the PIN or password: from the file if there is one, else from the person. `last`: one more wrong one locks the place. */
  readonly secret: (
    called: string,
    profile: ProfileFacts,
    pinFile: string | undefined,
    last: boolean,
  ) => Promise<Secret>
  readonly clock: Clock
  readonly random: Random
  /** How long to wait for each answer, in ms; as long as the kind finds right where it is absent. */
  readonly within?: number
  /** Whom attestations of HSMs must lead to; nobody where it is absent. */
  readonly believing?: Believing
  /** Says what the place warns of before the secret is given. */
  readonly say?: (line: string) => void
}

/** @throws KeyriteError `PROFILE_MOVED` if it answers with another identity, `CREDENTIALS_REFUSED`, `TOKEN_ROLLED_BACK`, and what else the provider throws. */
export async function openProfile({
  profile,
  local,
  leastGeneration,
  secret,
  clock,
  random,
  within,
  believing,
  say,
}: OpenProfile): Promise<Provider> {
  if (local === undefined) {
    throw new KeyriteError(
      'PROFILE_NOT_FOUND',
      `cannot reach profile "${profile.name}" from here: config.yaml does not say where it lies`,
      {
        hints: [`keyrite profile check ${profile.name}`, 'copy its settings from the machine that added it'],
      },
    )
  }
  // Another token has generations of its own, and is not to be given this one's PIN.
  const ahead = await providerKind(profile.kind).identityAhead?.(local.settings)
  if (ahead !== undefined) demandIdentity(profile, ahead)
  warnOfReaders(local.settings, say)
  const called = secretToAsk(profile.kind, local.settings)
  const {here, last = false} =
    called === null ? {here: false} : await warn(profile, local.settings, within, say)
  const pin = called === null || !here ? null : await secret(called, profile, local.pinFile, last)
  try {
    const provider = await openProvider(profile.kind, {
      settings: local.settings,
      secret: pin,
      leastGeneration,
      clock,
      random,
      ...(within === undefined ? {} : {within}),
      ...(believing === undefined ? {} : {believing}),
    })
    try {
      await demandSamePlace(profile, provider)
      return provider
    } catch (error) {
      await provider.close()
      throw error
    }
  } finally {
    pin?.wipe()
  }
}

/** Refused it would be in the way of a revocation: an agent writes a token so that its group can read it. */
function warnOfReaders(settings: LocalSettings['settings'], say: OpenProfile['say']): void {
  const held = {token: settings['token-file'], credentials: settings['credentials-file']}
  for (const [what, file] of Object.entries(held)) {
    if (file !== undefined && othersRead(file))
      say?.(`Warning: others can read or change the ${what} in "${file}": chmod 600 ${file}`)
  }
}

function othersRead(file: string): boolean {
  try {
    return statSync(file).mode % 0o100 !== 0
  } catch {
    return false // whoever reads it says what is wrong with it
  }
}

/** Each wrong PIN counts: that tries are few is said before one is given. @returns whether it is given here, and whether it is the last try. @throws KeyriteError `CREDENTIALS_REFUSED` where none would be taken. */
async function warn(
  {name, kind}: ProfileFacts,
  settings: LocalSettings['settings'],
  within: number | undefined,
  say: OpenProfile['say'],
): Promise<Omit<BeforeSecret, 'lines'>> {
  const before = await providerKind(kind).beforeSecret?.(settings, within)
  for (const {ok, detail} of before?.lines ?? []) if (!ok) say?.(`Warning: profile "${name}": ${detail}.`)
  return before ?? {here: true}
}
