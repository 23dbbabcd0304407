/** Signing the outcome of a destruction: here, or from afar with the text that is signed. */
import {sha256Hex} from '../../base/bytes.ts'
import {custodyFold, signStatement, type Person, type Signer} from '../../custody/index.ts'
import {Blob, type Entry, type Ledger} from '../../ledger/index.ts'
import {demand, file, refusePerson, type Subject, type UseReader} from '../../requests/afar/index.ts'
import {destructionText} from '../destruction-certificate.ts'
import {keyVersion} from '../prove.ts'
import {approversOf, outcomeOf, requestOf} from './fold.ts'
import {certifications} from './state.ts'

/** The file in which the text travels. */
export const textFile = 'certificate.txt'
const textType = 'text/plain'

export interface Outcome {
  readonly key: string
  readonly version: number
  readonly entry: Entry
  /** The text that is signed: the one that was signed before, where somebody did. */
  readonly text: Uint8Array
  /** Ids of those who approved it, and have not signed it. */
  readonly missing: readonly string[]
  readonly signed: readonly string[]
}

/** @throws KeyriteError `KEY_STATE` if it is not destroyed. */
export function outcomeToSign(ledger: Ledger, name: string, number: number): Outcome {
  const {key, version} = keyVersion({ledger}, name, number)
  const {view} = ledger
  const text = Buffer.from(destructionText(view, key, version))
  const entry = outcomeOf(view, name, number)
  if (entry === undefined) throw new TypeError('it is destroyed')
  const before = view.of(certifications).all.get(entry.seq)
  const approvers = approversOf(view, entry)
  return {
    key: name,
    version: number,
    entry,
    text: before === undefined ? text : view.blob(before.text),
    missing: approvers.filter((person) => before?.signed.has(person) !== true),
    signed: approvers.filter((person) => before?.signed.has(person) === true),
  }
}

/** Records one person's signature over it. @throws KeyriteError `NOT_PERMITTED`, and what the signer throws. */
export async function certify(
  ledger: Ledger,
  outcome: Outcome,
  person: Person,
  signer: Signer,
): Promise<void> {
  outcomeSubject(ledger, outcome).demand(person, signer.publicKey.fingerprint)
  const {statement, signature} = await signStatement(person, signer, {
    use: 'certificate',
    decision: 'attest',
    about: outcome.entry.leaf,
    planSha256: sha256Hex(outcome.text),
    checkpoint: ledger.checkpoint,
    facts: ledger.view.facts,
    issued: ledger.time,
  })
  await ledger.append([
    {
      type: 'destruction.signed',
      actor: {person: person.id, evidence: 'signed'},
      data: {...dataOf(outcome), signature, statement: {...statement}},
    },
  ])
}

function dataOf({key, version, text}: Outcome): NonNullable<Subject['data']> {
  return {key, version, text: new Blob(text, textType)}
}

export function outcomeSubject(ledger: Ledger, outcome: Outcome): Subject {
  const hint = `keyrite key certify ${outcome.key}`
  return {
    id: `destruction-${outcome.key}-${outcome.version}`,
    use: 'certificate',
    about: outcome.entry,
    planSha256: sha256Hex(outcome.text),
    ceremony: null,
    entryType: 'destruction.signed',
    data: dataOf(outcome),
    signer: null,
    documents: new Map([[textFile, outcome.text]]),
    fields: [],
    demand(person) {
      if (outcome.signed.includes(person.id)) refusePerson(person, 'they have signed it already', hint)
      if (!outcome.missing.includes(person.id))
        refusePerson(person, 'they did not approve that it is destroyed', hint)
    },
  }
}

/** Of every version that is destroyed, and that somebody who approved it has not signed. */
export function outcomesLeft(
  ledger: Ledger,
  versions: Iterable<readonly [string, number]>,
): readonly Outcome[] {
  return [...versions].flatMap(([name, number]) => {
    const entry = outcomeOf(ledger.view, name, number)
    if (entry === undefined || requestOf(ledger.view, entry) === undefined) return []
    const outcome = outcomeToSign(ledger, name, number)
    return outcome.missing.length === 0 ? [] : [outcome]
  })
}

export const outcomeContent: UseReader = {
  fields: () => [],
  read({entry, statement, files}) {
    const text = file(files, textFile)
    demand(
      entry.type === 'key.state.changed' && entry.data['to'] === 'destroyed',
      'the entry does not say that a key was destroyed',
    )
    demand(statement.plan_sha256 === sha256Hex(text), `${textFile} is not what is signed`)
    const words = Buffer.from(text).toString('utf8')
    demand(words.includes(entry.leaf), `${textFile} speaks of another entry`)
    const {key, version} = entry.data
    return {
      id: `destruction-${typeof key === 'string' ? key : ''}-${Number(version)}`,
      digest: sha256Hex(text),
      digestOf: textFile,
      environment: null,
      lines: words.trimEnd().split('\n'),
      effects: {
        attest:
          'Yes: you approved that it is destroyed, and this is what was done. To say no, sign nothing, and tell the security lead.',
      },
    }
  },
}

/** People by id who approved it, for whoever is asked. */
export function peopleToSign(ledger: Pick<Ledger, 'of'>, {missing}: Outcome): readonly Person[] {
  const {roster} = ledger.of(custodyFold)
  return missing.flatMap((id) => roster.get(id) ?? [])
}
