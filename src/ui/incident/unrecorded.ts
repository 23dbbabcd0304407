/** Revoking where the ledger cannot be written: said in the first line, done by a signed journal, taken in later. */
import {existsSync, statSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'
import type {App} from '../../app.ts'
import {KeyriteError} from '../../base/errors.ts'
import type {Unrecorded} from '../../incidents/journal/index.ts'

/** The codes that say so. */
export const unwritable: readonly string[] = ['STORAGE', 'LEDGER_NOT_WRITER']

/** @throws KeyriteError the cause, with the flag that allows a journal, where nobody says yes. */
export async function demandYes(
  app: App,
  cause: KeyriteError,
  given: boolean,
  mayAsk: boolean,
): Promise<void> {
  if (given) return
  const facts = {
    cause,
    hints: [...cause.hints, 'keyrite revoke KEY --unrecorded, to contain it by a signed journal'],
  }
  if (!app.world.ask.interactive || !mayAsk) throw new KeyriteError(cause.code, cause.message, facts)
  const message = `The ledger cannot be written here: ${cause.message}. Type "unrecorded" to contain the key by a signed journal`
  const said = await app.world.ask.text({message, flag: '--unrecorded'})
  if (said.trim() !== 'unrecorded') throw new KeyriteError(cause.code, cause.message, facts)
}

/** The first of: what was given, the runtime directory, the person's home. */
export function journalPath(given: string | undefined, env: NodeJS.ProcessEnv): (id: string) => string {
  return (id) => {
    const name = `incident-${id.slice(0, 8)}.jsonl`
    if (given !== undefined) return isFolder(given) ? join(given, name) : given
    const runtime = env['XDG_RUNTIME_DIR']
    return join(runtime !== undefined && isFolder(runtime) ? runtime : homedir(), name)
  }
}

function isFolder(path: string): boolean {
  return existsSync(path) && statSync(path).isDirectory()
}

export function unrecordedLines(key: string, one: Unrecorded): readonly string[] {
  const {path, proof, contained, left, refusals} = one
  const how =
    proof === 'proven' && contained
      ? `DEAD: key "${key}" is refused, ${refusals} times in a row since ${one.firstRefusal ?? ''}`
      : proof === 'still-usable'
        ? `NOT YET DEAD: key "${key}" CAN STILL BE USED`
        : contained
          ? `NOT YET DEAD: key "${key}" is disabled, and that is not proved`
          : `NOT YET DEAD: key "${key}", version ${left.map(({version}) => version).join(', ')} is not contained`
  return [
    `NOT IN THE LEDGER. ${how}.`,
    '',
    `What was done stands in ${path}, signed. Keep it.`,
    `Next, once the ledger can be written: keyrite incident absorb ${path}; then keyrite incident resume ${key}`,
  ]
}
