/** `certificate.self-sign`, `certificate.request`, `certificate.verify`: the key signs what was approved, and everybody compares it. */
import {sha256Hex} from '../../base/bytes.ts'
import {KeyriteError} from '../../base/errors.ts'
import {readPublic} from '../../base/files.ts'
import {wordLines} from '../../base/words.ts'
import {
  approvedSpec,
  certificatesFold,
  derOf,
  faultOfMade,
  specInWords,
  type Certificate,
} from '../../certificates/index.ts'
import type {DraftObject} from '../../ledger/index.ts'
import {apply, type Request} from '../../requests/index.ts'
import {allSteps, planDigestOf, requestOfQuorum} from '../plans.ts'
import type {StepBase} from '../step.ts'
import {actContext, ceremonyOf, type RunContext} from '../run-context.ts'
import {askUntil, type Judged} from './ask-until.ts'
import {demandYes} from './confirm.ts'

interface CertificateStepLike extends StepBase {
  readonly key: string
}

interface VerifyStepLike extends StepBase {
  readonly of: string
  readonly file?: boolean | undefined
}

/** The largest file that could hold one, in bytes. */
const largest = 256 * 1024

export async function runCertificate(context: RunContext, step: CertificateStepLike): Promise<DraftObject> {
  const {app, room} = context
  const request = approvedFor(context, step)
  const begun = [...app.ledger.of(certificatesFold).open.values()].some(
    ({approved}) => approved === request.met,
  )
  room.say(
    begun
      ? [
          'It was begun before, and what came of it was not recorded. If the key did sign, that does no harm:',
          'the same bytes, with the same serial number, are signed again.',
        ]
      : [`Signing with key "${step.key}".`],
  )
  await apply(actContext(context), app.operations, request, ['sign'])
  const made = [...app.ledger.of(certificatesFold).made.values()].find(
    ({approved}) => approved === request.met,
  )
  if (made === undefined) throw new TypeError('what was applied is recorded')
  room.say([
    `${nameOf(made)} was signed, and its signature verifies under the key (entry ${made.seq}).`,
    ...fingerprintLines(made),
  ])
  return factsOf(made)
}

export async function runCertificateVerify(context: RunContext, step: VerifyStepLike): Promise<DraftObject> {
  const {app, room} = context
  const {view} = app.ledger
  const made = madeBy(context, step.of)
  const der = view.blob(made.sha256)
  const fault =
    sha256Hex(der) === made.sha256
      ? faultOfMade(view, made, der)
      : 'its bytes are not those that were recorded'
  if (fault !== undefined)
    throw new KeyriteError(
      'KEY_NOT_AS_PLANNED',
      `the certificate of key "${made.key}" is not as it should be: ${fault}`,
      {
        changed: true,
        hints: [`keyrite ledger show ${made.seq}`],
      },
    )
  room.say([
    `${nameOf(made)} of key "${made.key}" version ${made.version}, entry ${made.seq}:`,
    ...specInWords(approvedSpec(view, made.approved)),
    'ok  it says, byte for byte, what was approved',
    'ok  it is signed by the key, checked outside the provider',
    ...fingerprintLines(made),
  ])
  if (step.file === true) {
    const hints = [`keyrite key certificate ${made.key} --out FILE`]
    const question = `File of ${nameOf(made).toLowerCase()} as it goes out`
    await askUntil(context, {step: step.id, field: 'file', question}, (path) => sameIn(path, made), hints)
    room.say(['ok  the file holds the same bytes'])
  }
  await demandYes(context, step.id, 'Was the fingerprint read aloud, and is it the same on the other machine')
  return {...factsOf(made), ok: true, ...(step.file === true ? {file: 'same'} : {})}
}

function sameIn(path: string, made: Certificate): Judged<null> {
  try {
    const der = derOf(made.form, readPublic(path, largest))
    return sha256Hex(der) === made.sha256
      ? {value: null}
      : {
          problem: `another ${made.form === 'request' ? 'request' : 'certificate'} than was made is in "${path}"`,
        }
  } catch (error) {
    if (error instanceof KeyriteError) return {problem: error.message}
    if (error instanceof TypeError) return {problem: `"${path}" is ${error.message}`}
    throw error
  }
}

function nameOf({form}: Certificate): string {
  return form === 'request' ? 'The request' : 'The certificate'
}

function fingerprintLines({sha256, serial}: Certificate): readonly string[] {
  return [
    ...(serial === null ? [] : [`Serial number ${serial}`]),
    `Fingerprint SHA-256 ${sha256}`,
    ...wordLines(Buffer.from(sha256, 'hex')),
  ]
}

function factsOf({key, version, form, seq, sha256, serial}: Certificate): DraftObject {
  return {key, version, form, entry: seq, sha256, serial}
}

/** The request that the quorum of this step met. */
function approvedFor(context: RunContext, step: StepBase): Request {
  const quorum = allSteps(context.filled).find(
    (one) => one.kind === 'quorum' && 'for' in one && Array.isArray(one.for) && one.for.includes(step.id),
  )
  const request =
    quorum === undefined ? undefined : requestOfQuorum(context, planDigestOf(context, quorum.id))
  if (request?.met === undefined || request.met === null)
    throw new KeyriteError(
      'QUORUM_MISSING',
      `cannot sign in step "${step.id}": no quorum of this ceremony approved it`,
      {hints: ['keyrite request list']},
    )
  return request
}

function madeBy(context: RunContext, step: string): Certificate {
  const entry = ceremonyOf(context).done.find((one) => one.step === step)?.result['entry']
  const made = context.app.ledger.of(certificatesFold).made.get(Number(entry))
  if (made === undefined)
    throw new KeyriteError('CEREMONY_STATE', `cannot find what step "${step}" made`, {
      hints: [`keyrite ceremony show ${context.id.slice(0, 8)}`],
    })
  return made
}
