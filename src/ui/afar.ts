/** What the commands for people elsewhere share: what an id stands for, and which files hold which answer. */
import {existsSync, statSync} from 'node:fs'
import {basename, dirname, join} from 'node:path'
import type {App} from '../app.ts'
import {KeyriteError} from '../base/errors.ts'
import {readPublic} from '../base/files.ts'
import {ceremonyFold} from '../ceremony/fold.ts'
import {transcriptSubject} from '../ceremony/afar.ts'
import {statusOfCeremony} from '../ceremony/state.ts'
import {custodyFold, findPerson, parseArmored, peopleCalled, type Person} from '../custody/index.ts'
import {keysFold, outcomesLeft, outcomeSubject, outcomeToSign} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {findRequest, possessor, requests, statusNow} from '../requests/index.ts'
import {
  bad,
  decisions,
  foundingSubject,
  possessionSubject,
  reasonFile,
  requestSubject,
  signs,
  useFor,
  type Given,
  type Subject,
  type Subjects,
} from '../requests/afar/index.ts'
import {findCeremony} from './ceremony.ts'
import {findKey} from './find-key.ts'

/** `r41`, `founding`, `destruction-KEY-VERSION`, `ceremony-1a2b3c4d`, or a ceremony's id as other commands take it. @throws KeyriteError `REQUEST_NOT_FOUND`, `CEREMONY_NOT_FOUND`. */
export function subjectFor(app: App, typed: string, person: Person): Subject {
  const {ledger} = app
  if (typed === 'founding') return foundingSubject(ledger)
  const destroyed = /^destruction-(.*)-(\d+)$/.exec(typed)
  if (destroyed !== null)
    return outcomeSubject(
      ledger,
      outcomeToSign(ledger, findKey(ledger, destroyed[1] ?? '').name, Number(destroyed[2])),
    )
  const ceremony =
    /^(?:ceremony-)(.*)$/.exec(typed)?.[1] ??
    (/^[0-9a-f]{6,32}$/.test(typed) && !/^\d{1,15}$/.test(typed) ? typed : undefined)
  if (ceremony !== undefined) return transcriptSubject(ledger, findCeremony(app, ceremony))
  const request = findRequest(ledger, typed)
  const possession = possessionSubject(ledger, request)
  if (possession?.signer?.id === person.id) return possession
  return requestSubject(ledger, request, useFor(request, person))
}

/** Whom these words fit, among those whom a request brings a key and the people of the roster. @throws KeyriteError `PERSON_NOT_FOUND`. */
export function personFor({ledger}: Pick<App, 'ledger'>, id: string, typed: string): Person {
  const {roster} = ledger.of(custodyFold)
  const request = /^r?\d{1,15}$/.test(id) ? findRequest(ledger, id) : undefined
  const signer = request === undefined ? null : possessor(request, roster)
  const [found] = signer === null ? [] : peopleCalled(new Map([[signer.id, signer]]), typed)
  return found ?? findPerson(roster, typed)
}

/** Everything in this ledger that takes signatures. */
export function subjectsOf({ledger}: Pick<App, 'ledger'>): Subjects {
  const asked = ledger.of(requests).all
  const ceremonies = [...ledger.of(ceremonyFold).values()]
  return {
    about(seq, use) {
      if (use === 'founding') return seq === 0 ? foundingSubject(ledger) : undefined
      if (use === 'transcript') {
        const ceremony = ceremonies.find(({signOff}) => signOff?.seq === seq)
        return ceremony === undefined ? undefined : transcriptSubject(ledger, ceremony)
      }
      if (use === 'certificate') return ofOutcome(ledger, seq)
      const request = asked.get(seq)
      if (use === 'possession') return request === undefined ? undefined : possessionSubject(ledger, request)
      return request === undefined ? undefined : requestSubject(ledger, request, use)
    },
    open() {
      const waiting = [...asked.values()].filter((one) => statusNow(ledger, one) === 'open')
      return [
        ...waiting.flatMap((one) =>
          (['approval', 'proposal'] as const).map((use) => requestSubject(ledger, one, use)),
        ),
        ...[...asked.values()]
          .filter((one) => one.possession === null && ['open', 'met'].includes(statusNow(ledger, one)))
          .flatMap((one) => possessionSubject(ledger, one) ?? []),
        ...(ledger.of(custodyFold).unsigned.length === 0 ? [] : [foundingSubject(ledger)]),
        ...ceremonies
          .filter((one) => statusOfCeremony(one) === 'waiting-for-signatures')
          .map((one) => transcriptSubject(ledger, one)),
        ...outcomesLeft(ledger, versionsIn(ledger)).map((one) => outcomeSubject(ledger, one)),
      ]
    },
  }
}

function* versionsIn(ledger: Ledger): Generator<readonly [string, number]> {
  for (const {name, versions} of ledger.of(keysFold).keys.values())
    for (const {version} of versions) yield [name, version]
}

function ofOutcome(ledger: Ledger, seq: number): Subject | undefined {
  const entry = ledger.view.entry(seq)
  if (entry?.type !== 'key.state.changed' || entry.data['to'] !== 'destroyed') return undefined
  const {key, version} = entry.data
  return outcomeSubject(ledger, outcomeToSign(ledger, typeof key === 'string' ? key : '', Number(version)))
}

/** One signature to take, and the file that it came in. */
export interface Answered extends Given {
  readonly path: string
}

const limitBytes = 65_536

/**
 * The signatures in these paths: folders of an export, armored signatures, and the statements that they are of.
 * @throws KeyriteError `USAGE` if there is none or a folder holds two answers, `BAD_SIGNATURE`, `FILE_NOT_FOUND`.
 */
export function answersIn(app: Pick<App, 'ledger'>, paths: readonly string[]): readonly Answered[] {
  const read = paths.flatMap(inFolder).map((path) => ({path, bytes: readPublic(path, limitBytes)}))
  const isSignature = ({bytes}: {readonly bytes: Buffer}): boolean =>
    bytes.subarray(0, 10).equals(Buffer.from('-----BEGIN'))
  const statements = read.filter((one) => !isSignature(one))
  const found = read.filter(isSignature)
  if (found.length === 0)
    throw new KeyriteError('USAGE', `cannot find a signature in ${paths.join(', ') || 'nothing'}`, {
      hints: ['keyrite request add approve.sig', 'ssh-keygen -Y sign writes FILE.sig beside FILE'],
    })
  return found.map(({path, bytes}) => {
    const signature = blobOf(path, bytes)
    const statement =
      beside(path) ??
      statements.find((one) => signs(app.ledger, subjectsOf(app), signature, one.bytes))?.bytes ??
      statements[0]?.bytes
    return {path, signature, statement, reason: reasonBeside(path)}
  })
}

function inFolder(path: string): string[] {
  if (statSync(path, {throwIfNoEntry: false})?.isDirectory() !== true) return [path]
  const found = decisions.map((decision) => join(path, `${decision}.sig`)).filter((one) => existsSync(one))
  if (found.length > 1)
    throw new KeyriteError(
      'USAGE',
      `cannot tell which answer is meant: "${path}" holds ${found.map((one) => basename(one)).join(' and ')}`,
      {
        hints: found.map((one) => `keyrite request add ${one}`),
      },
    )
  return found
}

function blobOf(path: string, bytes: Buffer): Uint8Array {
  try {
    return parseArmored(bytes.toString('latin1'))
  } catch (error) {
    if (error instanceof TypeError) throw bad(`"${path}": ${error.message}`, error)
    throw error
  }
}

/** The file that was signed, where it lies as ssh-keygen leaves it. */
function beside(path: string): Buffer | undefined {
  const signed = path.replace(/\.sig$/, '')
  return signed !== path && existsSync(signed) ? readPublic(signed, limitBytes) : undefined
}

function reasonBeside(path: string): string | null {
  const reason = join(dirname(path), reasonFile)
  return basename(path) === 'reject.sig' && existsSync(reason)
    ? readPublic(reason, limitBytes).toString('utf8').trimEnd()
    : null
}
