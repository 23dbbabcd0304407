/** The commands of `bao` that hints name, as they are typed for this place: it reads no profile of keyrite's. */
import {KeyriteError} from '../../base/errors.ts'

/** As much of a place as `bao` must be told. */
interface Where {
  readonly address: string
  readonly mount: string
  readonly namespace: string
  readonly caFile: string | null
}

const command =
  /\bbao (?:status|login|list|read|audit list|namespace list|operator (?:unseal|init)|policy write|secrets (?:list|enable)|token (?:create|capabilities))(?= |$|,)/

/** `bao secrets list -address=https://…`; what holds none of its commands stays as it is. */
export function typed(hint: string, {address, namespace, caFile, mount}: Where): string {
  // Through an agent's socket `bao` asks as its own settings say.
  if (address.startsWith('unix:') || hint.includes('-address=')) return hint
  const ofServer = /\bbao (?:status|operator|namespace)\b/.test(hint)
  const flags = [
    `-address=${address}`,
    ...(caFile === null ? [] : [`-ca-cert=${word(caFile)}`]),
    ...(namespace === '' || ofServer || hint.includes('-namespace=') ? [] : [`-namespace=${namespace}`]),
  ]
  return hint.replace(command, (found) => `${found} ${flags.join(' ')}`).replace(/\bMOUNT\b/g, mount)
}

/** The same refusal, its hints as they are typed for this place. */
export function typedError(error: KeyriteError, place: Where): KeyriteError {
  const {code, message, hints, changed, cause} = error
  return new KeyriteError(code, message, {
    hints: hints.map((hint) => typed(hint, place)),
    changed,
    ...(cause === undefined ? {} : {cause}),
  })
}

/** A path as one word of a command line. */
function word(path: string): string {
  return /^[\w@%+=:,./-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`
}
