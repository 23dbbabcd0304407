/** `key.import`: somebody brings a file; what is in it must be what the quorum approved, or nothing is intended. */
import {KeyriteError} from '../../base/errors.ts'
import {keyDocument, type ImportContext} from '../../keys/index.ts'
import type {DraftObject} from '../../ledger/index.ts'
import {isPair, type Algorithm} from '../../providers/algorithms.ts'
import {apply, type Request} from '../../requests/index.ts'
import type {StepBase} from '../step.ts'
import {actContext, type RunContext} from '../run-context.ts'
import {approvedFor, keyNamed} from './key.ts'

interface KeyImportStep extends StepBase {
  readonly key: string
  readonly profile: string
  readonly algorithm: Algorithm
  readonly sha256: string
}

export async function runKeyImport(context: RunContext, step: KeyImportStep): Promise<DraftObject> {
  const {app, room} = context
  const request = approvedFor(context, step.key, 'import')
  if (!request.done.has('import')) await bring(context, step, request)
  const {versions, location} = keyDocument(app.ledger, keyNamed(context, step.key))
  const [version] = versions
  const {level, evidence, detail} = version?.protection ?? {level: 'unknown', evidence: 'stated', detail: ''}
  room.say([
    `Key "${step.key}" was brought: ${version?.providerId ?? ''} at ${location}.`,
    `Protection from now on: ${level} (${evidence}). ${detail}`,
    'It has been outside: nothing here can say that there is no other copy. Destroy the file, and whatever it lay on.',
  ])
  return {
    key: step.key,
    version: 1,
    provider: version?.providerId ?? '',
    level,
    evidence,
    sha256: step.sha256,
  }
}

/** The file is asked for first, and again until it is the right one: what cannot be brought costs no approval. */
async function bring(context: RunContext, step: KeyImportStep, request: Request): Promise<void> {
  const {app, room, id} = context
  if (room.material === undefined)
    throw new KeyriteError('UNSUPPORTED', 'cannot bring a key here: there is nobody who could')
  const {key, algorithm, sha256} = step
  room.say([
    `What is brought must have SHA-256 ${sha256}: ${isPair(algorithm) ? 'of its public half' : 'as the plan says'}.`,
  ])
  const material = await room.material({room, id, step: step.id}, {key, algorithm, sha256})
  const importing: ImportContext = {
    ...actContext(context),
    approved: request.met ?? -1,
    material: async () => material,
  }
  try {
    await apply(importing, app.operations, request, ['import'])
  } finally {
    material.wipe()
  }
}
