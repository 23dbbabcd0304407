/** A card is a share in the clear: to a printer, or to a medium that leaves the machine; never a file in a home. */
import {spawnSync} from 'node:child_process'
import {mkdirSync, statfsSync} from 'node:fs'
import {dirname, join, resolve} from 'node:path'
import {KeyriteError} from '../../base/errors.ts'
import {writeNew} from '../../base/files.ts'
import type {Ask} from '../ask.ts'

/** Magic numbers of `statfs`: tmpfs, ramfs, and what removable media have: msdos, exfat, udf, iso9660. */
const passing = new Set([0x01021994, 0x858458f6, 0x4d44, 0x2011bab0, 0x15013346, 0x9660])
const accepted = 'I ACCEPT'

/** @throws KeyriteError `STORAGE` if the printer does not take it. */
export function printCard(printer: string, pdf: Uint8Array): void {
  const {status, error, stderr} = spawnSync('lp', ['-d', printer, '-t', 'card'], {
    input: pdf,
    env: process.env,
    encoding: 'utf8',
  })
  if (error === undefined && status === 0) return
  const missing = error !== undefined && 'code' in error && error.code === 'ENOENT'
  throw new KeyriteError(
    'STORAGE',
    `cannot print on "${printer}": ${missing ? 'there is no program `lp`' : stderr.trim() || 'lp refused it'}`,
    {
      hints: [
        missing
          ? 'apt-get install cups-client, or --card-to DIR'
          : 'lpstat -p, for the printers that are there',
      ],
    },
  )
}

/** Whether what is written beside it is gone with the power, or leaves with its medium. */
export function isPassing(folder: string): boolean {
  try {
    return passing.has(statfsSync(dirname(resolve(folder))).type)
  } catch (cause) {
    throw new KeyriteError('FILE_NOT_FOUND', `cannot write cards to "${folder}": there is no folder for it`, {
      cause,
    })
  }
}

/** @throws KeyriteError `NOT_CONFIRMED` unless a folder on a disk that stays was accepted by typing it. */
export async function demandPassing(ask: Ask, folder: string): Promise<void> {
  if (isPassing(folder)) return
  const message = `"${folder}" is on a disk that stays: a card there is a share that lies open. Type ${accepted} to write it all the same`
  if ((await ask.text({message, flag: '--card-to DIR, of a tmpfs or a removable medium'})) === accepted)
    return
  throw new KeyriteError('NOT_CONFIRMED', `cannot write cards to "${folder}": it was not accepted`, {
    hints: ['--card-to DIR, of a tmpfs (such as /dev/shm) or a removable medium'],
  })
}

export function writeCard(folder: string, name: string, pdf: Uint8Array): string {
  mkdirSync(folder, {recursive: true, mode: 0o700})
  const file = join(folder, `${name}.pdf`)
  writeNew(file, pdf)
  return file
}
