/** The folder of one rehearsal, beside the real home and never in it. */
import {lstatSync, readdirSync, rmSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import {makePrivateDir} from '../base/files.ts'

export interface RehearsalPlaces {
  readonly dir: string
  readonly home: string
  readonly bundle: string
  /** Where the key that writes its ledger lies, as long as it is rehearsed. */
  readonly state: string
}

/** Makes a folder that is new, or empty. @throws KeyriteError `EXISTS`. */
export function freshFolder(typed: string): string {
  const dir = resolve(typed)
  const found = lstatSync(dir, {throwIfNoEntry: false})
  const folder = found?.isDirectory() ?? true
  if (!folder || (found !== undefined && readdirSync(dir).length > 0)) {
    throw new KeyriteError('EXISTS', `cannot use "${dir}": it is not ${folder ? 'empty' : 'a folder'}`, {
      hints: ['--dir DIR, a folder that is new or empty'],
    })
  }
  makePrivateDir(dir)
  return dir
}

export interface Wanted {
  /** `--dir`. */
  readonly typed: string | undefined
  /** The real home, whether there is one or not. */
  readonly home: string
  readonly template: string
  readonly now: Date
}

/** Where a rehearsal goes that was given no folder: `HOME-rehearsals/TEMPLATE-20261128-140322`. */
export function rehearsalDir({home, template, now}: Omit<Wanted, 'typed'>): string {
  const at = now.toISOString().slice(0, 19).replace(/[-:]/g, '').replace('T', '-')
  const name = `${template}-${at}`
  const parent = `${resolve(home)}-rehearsals`
  const taken = (path: string): boolean => lstatSync(path, {throwIfNoEntry: false}) !== undefined
  for (let count = 1; ; count++) {
    const path = join(parent, count === 1 ? name : `${name}-${count}`)
    if (!taken(path)) return path
  }
}

/** @throws KeyriteError `EXISTS`. */
export function placesFor(wanted: Wanted): RehearsalPlaces {
  const path = wanted.typed ?? rehearsalDir(wanted)
  if (wanted.typed === undefined) makePrivateDir(dirname(path))
  const dir = freshFolder(path)
  return {dir, home: join(dir, 'home'), bundle: join(dir, 'bundle'), state: join(dir, 'state')}
}

/** What must not stay: the writer's key, and the tokens, whose PINs are gone. May be done twice. */
export function clearSecrets({state, home}: Pick<RehearsalPlaces, 'state' | 'home'>): void {
  rmSync(state, {recursive: true, force: true})
  rmSync(join(home, 'tokens'), {recursive: true, force: true})
}
