/** A key that somebody brings to a ceremony, in a file: asked for as every question is, until it is the one that was approved. */
import {resolve} from 'node:path'
import {KeyriteError} from '../base/errors.ts'
import type {Secret} from '../base/secret.ts'
import {visible} from '../base/visible.ts'
import {askUntil, type Judged} from '../ceremony/run/ask-until.ts'
import type {AskedAt, Room, WantedKey} from '../ceremony/room.ts'
import {materialSha256} from '../keys/index.ts'
import type {Ask} from './ask.ts'
import {isInTheClear, materialIn} from './key-material.ts'

/** A file that cannot be read, or not be opened: another can. */
const refusals = new Set(['FILE_NOT_FOUND', 'UNSAFE_FILE', 'UNSUPPORTED', 'CREDENTIALS_REFUSED'])
const tries = 3

export function materialRoom(ask: Ask): NonNullable<Room['material']> {
  return (at, wanted) => {
    const question = {step: at.step, field: 'file', question: `File of key "${wanted.key}"`}
    return askUntil(at, question, async (typed): Promise<Judged<Secret>> => {
      const path = resolve(typed)
      try {
        return judged(at, wanted, path, await opened(at, wanted, path, ask))
      } catch (error) {
        if (error instanceof KeyriteError && refusals.has(error.code)) return {problem: error.message}
        throw error
      }
    })
  }
}

function judged(at: AskedAt, {algorithm, sha256}: WantedKey, path: string, material: Secret): Judged<Secret> {
  const found = materialSha256(algorithm, material)
  if (found !== sha256) {
    material.wipe()
    return {problem: `that file holds another key than was approved: its SHA-256 is ${found}`}
  }
  if (isInTheClear(path))
    at.room.say([
      'WARNING: this file holds the key in the clear. Whoever has had it, a copy of it or this disk may have the key.',
    ])
  return {value: material}
}

/** A passphrase with a typing error is asked for again: it is no reason to bring another file. */
async function opened(at: AskedAt, {algorithm}: WantedKey, path: string, ask: Ask): Promise<Secret> {
  for (let left = tries; ; left--) {
    try {
      return await materialIn(path, algorithm, () =>
        (ask.passphrase ?? ask.secret)({message: `Passphrase of ${visible(path)}`, flag: 'a terminal'}),
      )
    } catch (error) {
      if (!(error instanceof KeyriteError) || error.code !== 'CREDENTIALS_REFUSED' || left === 1) throw error
      at.room.say([`That did not open it. ${left - 1 === 1 ? 'Once' : 'Twice'} more.`])
    }
  }
}
