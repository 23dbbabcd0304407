/** The Pythons of this machine: what other people's software runs on. */
import {execFileSync} from 'node:child_process'
import {readdirSync} from 'node:fs'
import {homedir} from 'node:os'
import {join} from 'node:path'

export interface Python {
  readonly path: string
  readonly minor: number
}

/** Names that a Python 3 goes by, the newest first, and those that pyenv keeps beside PATH. */
function candidates(): string[] {
  const minors = [14, 13, 12, 11, 10]
  const kept = join(process.env['PYENV_ROOT'] ?? join(homedir(), '.pyenv'), 'versions')
  let versions: string[] = []
  try {
    versions = readdirSync(kept).filter((name) => name.startsWith('3.'))
  } catch {
    // There is no pyenv here.
  }
  return [
    'python3',
    ...minors.map((minor) => `python3.${minor}`),
    ...versions
      .sort((a, b) => b.localeCompare(a, 'en', {numeric: true}))
      .map((version) => join(kept, version, 'bin/python3')),
  ]
}

/** Asks it: a name on PATH may be a shim that leads nowhere. */
function asked(name: string): Python | undefined {
  try {
    const question = 'import sys; print(sys.version_info[0], sys.version_info[1], sys.executable)'
    const said = execFileSync(name, ['-c', question], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
      env: process.env,
    })
    const [, major, minor, path] = /^(\d+) (\d+) (.+)$/m.exec(said) ?? []
    return major === '3' && path !== undefined ? {path, minor: Number(minor)} : undefined
  } catch {
    return undefined
  }
}

/** The first Python 3 that is new enough; undefined where there is none. */
export function findPython(leastMinor: number): Python | undefined {
  for (const name of candidates()) {
    const python = asked(name)
    if (python !== undefined && python.minor >= leastMinor) return python
  }
  return undefined
}
