import {createHash} from 'node:crypto'
import {existsSync, readFileSync} from 'node:fs'
import {dirname, join} from 'node:path'
import {fileURLToPath} from 'node:url'

const nameAndVersion = (file: string): {name?: unknown; version?: unknown} =>
  JSON.parse(readFileSync(file, 'utf8')) as {name?: unknown; version?: unknown}

let found: string | undefined

/**
 * The absolute folder of the package: the nearest one upward from this module whose `package.json` is keyrite's.
 * The same from `src/`, from the bundle in `dist/` and where npm installed it.
 */
export function packageRoot(): string {
  if (found !== undefined) return found
  for (let folder = dirname(fileURLToPath(import.meta.url)); ; folder = dirname(folder)) {
    const file = join(folder, 'package.json')
    if (existsSync(file) && nameAndVersion(file).name === 'keyrite') return (found = folder)
    // A broken installation is nothing an operator's next command can mend, so this is not a KeyriteError.
    if (folder === dirname(folder))
      throw new Error('keyrite found no package.json of its own above its program files')
  }
}

/** `keyrite/VERSION`, as the other side of a line is told who asks. */
export function agentName(): string {
  return `keyrite/${String(nameAndVersion(join(packageRoot(), 'package.json')).version)}`
}

/** Which program this is, as ceremonies record it. */
export interface Tool {
  /** The version in `package.json`. */
  readonly version: string
  /** SHA-256 (lower-case hex) of `dist/files.sha256`, the list of every shipped file; of nothing where nothing is built. */
  readonly sha256: string
}

/** The version and fingerprint of the running program. Anyone can repeat it: `sha256sum dist/files.sha256`. */
export function tool(): Tool {
  const list = join(packageRoot(), 'dist/files.sha256')
  const bytes = existsSync(list) ? readFileSync(list) : Buffer.alloc(0)
  const {version} = nameAndVersion(join(packageRoot(), 'package.json'))
  return {version: String(version), sha256: createHash('sha256').update(bytes).digest('hex')}
}
