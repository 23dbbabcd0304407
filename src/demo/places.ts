/** The folder of one demonstration. */
import {lstatSync, mkdtempSync, readdirSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join, resolve} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import {makePrivateDir} from '../base/files.ts'

export interface Places {
  readonly dir: string
  readonly home: string
  readonly bundle: string
  /** Keys of the people, with `--keep`. */
  readonly people: string
}

/** A new folder, or the one that was typed. @throws KeyriteError `EXISTS` if that is no folder, or not empty. */
export function placesIn(typed: string | undefined): Places {
  const dir = typed === undefined ? mkdtempSync(join(tmpdir(), 'keyrite-demo-')) : resolve(typed)
  const found = lstatSync(dir, {throwIfNoEntry: false})
  const folder = found?.isDirectory() ?? true
  if (!folder || (found !== undefined && readdirSync(dir).length > 0)) {
    throw new KeyriteError('EXISTS', `cannot use "${dir}": it is not ${folder ? 'empty' : 'a folder'}`, {
      hints: ['--dir DIR, a folder that is new or empty'],
    })
  }
  makePrivateDir(dir)
  return {dir, home: join(dir, 'home'), bundle: join(dir, 'bundle'), people: join(dir, 'people')}
}
