/** The folder of one demonstration. */
import {mkdtempSync} from 'node:fs'
import {tmpdir} from 'node:os'
import {join} from 'node:path'
import {freshFolder} from '../rehearsal/places.ts'

export interface Places {
  readonly dir: string
  readonly home: string
  readonly bundle: string
  /** Keys of the people, with `--keep`. */
  readonly people: string
}

/** A new folder, or the one that was typed. @throws KeyriteError `EXISTS` if that is no folder, or not empty. */
export function placesIn(typed: string | undefined): Places {
  const dir = freshFolder(typed ?? mkdtempSync(join(tmpdir(), 'keyrite-demo-')))
  return {dir, home: join(dir, 'home'), bundle: join(dir, 'bundle'), people: join(dir, 'people')}
}
