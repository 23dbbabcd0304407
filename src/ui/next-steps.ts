/** What to type next where a failure itself does not say so: by its code, and by what the run was about. */
import {exitOf, type ErrorCode} from '../base/errors.ts'

/** What a run is about, as far as it is known: it stands in hints where a provider, which does not know its name, says PROFILE. */
export interface About {
  readonly profile: string | null
  readonly key: string | null
  /** As it is typed after `keyrite`; null where no command ran. */
  readonly command: string | null
}

/** Codes of which the place of the files, and not what was typed, is the matter. */
const ofFiles: readonly ErrorCode[] = ['STORAGE', 'LOCKED', 'UNSAFE_FILE']
/** What a place can have stands in its profile. */
const ofPlaces: readonly ErrorCode[] = ['UNSUPPORTED', 'KEY_NOT_AS_PLANNED']

/** One command line, which changes nothing; none where it was cancelled, or nobody asked for a command. */
export function nextSteps(code: ErrorCode, {profile, key, command}: About): readonly string[] {
  if (command === null || code === 'CANCELLED') return []
  if (code.startsWith('LEDGER_')) return ['keyrite ledger verify']
  if (ofFiles.includes(code)) return ['keyrite doctor']
  if (code === 'KEY_NOT_FOUND') return ['keyrite key list']
  if (ofPlaces.includes(code) && profile !== null) return [`keyrite profile show ${profile}`]
  if (exitOf[code] === exitOf.PROVIDER_FAILED || exitOf[code] === exitOf.CREDENTIALS_REFUSED)
    return [profile === null ? 'keyrite profile list' : `keyrite doctor --profile ${profile}`]
  if (code !== 'USAGE' && key !== null) return [`keyrite key show ${key}`]
  return [`keyrite ${command} --help`.replace('  ', ' ')]
}
