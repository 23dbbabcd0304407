/** Home and state on the disk: who may look into them, and what an end that came too soon has left there. */
import {lstatSync, readdirSync, readFileSync, type Stats} from 'node:fs'
import {join} from 'node:path'
import {checkPrivateDir} from '../../base/files.ts'
import {failure, fault, good, note, shellWord, warning, type Finding} from './finding.ts'

interface Place {
  readonly home: string
  readonly state: {readonly path: string}
  readonly now: Date
}

/** Whoever is at work needs its own unfinished files a moment longer. */
const freshMs = 60_000

export function placeFindings(place: Place): Finding[] {
  const {home, state} = place
  const inside = [...tree(home), ...tree(state.path)]
  return [
    folderFinding('home', home),
    folderFinding('state', state.path),
    fileFinding(inside.filter(({path}) => path !== home && path !== state.path)),
    ...leftovers(place, inside),
  ]
}

/** Whether a write was cut off: then the ledger is not opened, for that would already change it. */
export function cutOff(home: string): Finding | undefined {
  const journal = lstatSync(join(home, 'ledger.db-journal'), {throwIfNoEntry: false})
  if (journal === undefined || journal.size === 0 || holders(home).some(({alive}) => alive)) return undefined
  return warning(
    'journal',
    'a write to the ledger was cut off; the next command that reads it takes that write back',
    'keyrite ledger verify',
  )
}

interface Found {
  readonly path: string
  readonly status: Stats
}

/** The folder and all below it; nothing where it is not there, or not ours to read. */
function tree(folder: string): Found[] {
  const status = lstatSync(folder, {throwIfNoEntry: false})
  if (status === undefined) return []
  const below = status.isDirectory() ? names(folder).flatMap((name) => tree(join(folder, name))) : []
  return [{path: folder, status}, ...below]
}

function names(folder: string): string[] {
  try {
    return readdirSync(folder).sort()
  } catch {
    return []
  }
}

function folderFinding(name: string, path: string): Finding {
  try {
    checkPrivateDir(path)
    return good(name, `"${path}" is ours alone`)
  } catch (error) {
    return failure(name, error, `ls -ldn ${shellWord(path)}`)
  }
}

function fileFinding(all: readonly Found[]): Finding {
  const ours = process.geteuid?.()
  const strange = all.filter(
    ({status}) => (!status.isFile() && !status.isDirectory()) || (status.isFile() && status.nlink > 1),
  )
  const foreign = all.filter(({status}) => status.uid !== ours)
  const open = all.filter(({status}) => !status.isSymbolicLink() && (status.mode & 0o077) !== 0)
  const listed = (some: readonly Found[]): string => some.map(({path}) => shellWord(path)).join(' ')
  if (foreign.length > 0)
    return fault('files', `not ours: ${paths(foreign)}`, `chown ${String(ours)} ${listed(foreign)}`)
  if (open.length > 0)
    return fault('files', `others may look into or change ${paths(open)}`, `chmod go-rwx ${listed(open)}`)
  if (strange.length > 0)
    return fault('files', `not files of their own: ${paths(strange)}`, `ls -ldn ${listed(strange)}`)
  return good('files', `${all.length} files and folders, all ours alone`)
}

function paths(some: readonly Found[]): string {
  const [first, second, ...more] = some.map(({path}) => `"${path}"`)
  return (
    [first, second].filter((one) => one !== undefined).join(', ') +
    (more.length > 0 ? `, and ${more.length} more` : '')
  )
}

function leftovers({home, now}: Place, all: readonly Found[]): Finding[] {
  const halves = all.filter(
    ({path, status}) =>
      /\/\.keyrite-[0-9a-f]{16}\.tmp$/.test(path) && now.getTime() - status.mtimeMs > freshMs,
  )
  const remove = (some: readonly string[]): string => `rm ${some.map(shellWord).join(' ')}`
  const held = holders(home)
  const dead = held.filter(({alive}) => !alive)
  const [at] = held.filter(({alive}) => alive)
  return [
    dead.length > 0
      ? warning(
          'lock',
          `nobody holds it; a program that was killed left its name: ${dead.map(({who}) => who).join(', ')}`,
          remove(dead.map(({path}) => path)),
        )
      : at !== undefined
        ? note('lock', `held by ${at.who}`, 'wait until that has ended')
        : good('lock', 'nobody holds the ledger'),
    halves.length > 0
      ? warning(
          'unfinished',
          `${halves.length} files that were never finished: ${paths(halves)}`,
          remove(halves.map(({path}) => path)),
        )
      : good('unfinished', 'no file was left half-written'),
  ]
}

interface Holder {
  readonly path: string
  readonly who: string
  readonly alive: boolean
}

/** Who says that they hold a lock. The locks themselves are the kernel's, and end with their holder. */
function holders(home: string): Holder[] {
  return ['ledger.lock', 'acts.lock'].flatMap((name) => {
    const path = join(home, `${name}.info`)
    try {
      const who = readFileSync(path, 'utf8').slice(0, 200)
      return [{path, who, alive: lives(/\(pid (\d{1,9}),/.exec(who)?.[1])}]
    } catch {
      return []
    }
  })
}

function lives(pid: string | undefined): boolean {
  if (pid === undefined) return false
  try {
    process.kill(Number(pid), 0)
    return true
  } catch (error) {
    return error instanceof Error && 'code' in error && error.code === 'EPERM'
  }
}
