/** `photo`: what a picture shows, where it is kept, and the digest of its file where that is at hand. */
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic} from '../../base/files.ts'
import {Private, type DraftObject} from '../../ledger/index.ts'
import type {StepBase} from '../step.ts'
import type {RunContext} from '../run-context.ts'
import {askUntil, type Judged} from './ask-until.ts'

export interface PhotoStep extends StepBase {
  readonly subject: string
  readonly file?: boolean | undefined
}

/** The largest picture, in bytes. */
const largest = 256 * 1024 * 1024

export async function runPhoto(context: RunContext, step: PhotoStep): Promise<DraftObject> {
  context.room.say([`The picture shows: ${step.subject}`])
  const reference = await context.room.text(
    step.id,
    'reference',
    'Reference of the picture: camera and number',
  )
  const sha256 =
    step.file === true
      ? await askUntil(
          context,
          {step: step.id, field: 'file', question: "Path of the picture's file, or its SHA-256 in hex"},
          digestOf,
        )
      : null
  if (sha256 !== null) context.room.say([`SHA-256 of the picture: ${sha256}`])
  // The template's text may hold a private parameter.
  const facts = {subject: new Private(step.subject), reference: new Private(reference)}
  return sha256 === null ? facts : {...facts, sha256}
}

function digestOf(text: string): Judged<string> {
  if (/^[0-9a-f]{64}$/i.test(text)) return {value: text.toLowerCase()}
  try {
    return {value: sha256Hex(readPublic(text, largest))}
  } catch (error) {
    if (error instanceof KeyriteError) return {problem: error.message}
    throw error
  }
}
