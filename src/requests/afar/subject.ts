/** What somebody is asked to sign: a request, the founding, or (from the folder of ceremonies) a transcript. */
import {KeyriteError} from '../../base/errors.ts'
import type {Json} from '../../base/jcs.ts'
import {custodyFold, enrolledKey, type Person} from '../../custody/index.ts'
import {type DraftObject, isBlobRef, type Entry, type Ledger} from '../../ledger/index.ts'
import {authorStandsAside, keyCounts, parsePolicy} from '../../policy/index.ts'
import {parseJcs} from '../../base/jcs.ts'
import {demandOpen} from '../answer.ts'
import {openedSchema} from '../question.ts'
import {demandLead} from '../operations/people-rules.ts'
import {possessor} from '../possession.ts'
import type {Request} from '../state.ts'
import {reasonOf} from './continued.ts'
import type {AfarUse, Files} from './layout.ts'

export interface Subject {
  /** As people type it. */
  readonly id: string
  readonly use: AfarUse
  readonly about: Entry
  readonly planSha256: string | null
  readonly ceremony: string | null
  /** The entry that an answer becomes. */
  readonly entryType:
    | 'approval.given'
    | 'destruction.signed'
    | 'founder.signed'
    | 'possession.signed'
    | 'proposal.signed'
    | 'transcript.signed'
  /** What that entry holds beside statement and signature. */
  readonly data?: DraftObject
  /** The one person who signs it, as they are to be; null where it is people of the roster. */
  readonly signer: Person | null
  /** The documents that it stands on, by file name. */
  readonly documents: Files
  /** Private values that its words need, beside the names of people. */
  readonly fields: readonly Json[]
  /** Refuses whoever may not sign it, or not any more. @param key - fingerprint. @throws KeyriteError `REQUEST_STATE`, `NOT_PERMITTED` and others. */
  demand(person: Person, key: string): void
}

export const calledHere = ({name, id}: Person): string => name ?? id

/** @throws KeyriteError `NOT_PERMITTED`. */
export function refusePerson(person: Person, fact: string, hint: string): never {
  throw new KeyriteError('NOT_PERMITTED', `cannot take a signature of ${calledHere(person)}: ${fact}`, {
    hints: [hint],
  })
}

/** For whoever is to have the key that a request brings. @throws KeyriteError `NOT_PERMITTED` if it brings nobody one. */
export function possessionSubject(ledger: Ledger, request: Request): Subject | undefined {
  const signer = possessor(request, ledger.of(custodyFold).roster)
  if (signer === null) return undefined
  const hint = `keyrite request show ${request.id}`
  return {
    ...requestSubject(ledger, request, 'approval'),
    use: 'possession',
    entryType: 'possession.signed',
    signer,
    demand(person, key) {
      if (request.possession !== null)
        refusePerson(person, `they have shown already, for ${request.id}, that they hold the key`, hint)
      if (request.met === null || request.done.size > 0) demandOpen(ledger, request)
      if (person.id !== signer.id) refusePerson(person, `${request.id} brings them no key`, hint)
      if (enrolledKey(signer, key) === undefined)
        refusePerson(person, `key ${key} is not the one that ${request.id} brings`, hint)
    },
  }
}

/** @param use - `proposal` for the author's own signature, which a production plan needs first. */
export function requestSubject(ledger: Ledger, request: Request, use: 'approval' | 'proposal'): Subject {
  const about = entryAt(ledger, request.seq)
  const data = openedSchema.parse(about.data)
  const hint = `keyrite request show ${request.id}`
  return {
    id: request.id,
    use,
    about,
    planSha256: request.planSha256,
    ceremony: request.ceremony,
    entryType: use === 'approval' ? 'approval.given' : 'proposal.signed',
    signer: null,
    documents: new Map([
      ['plan.json', ledger.view.blob(data.plan.blob)],
      ['policy.json', ledger.view.blob(data.policy.blob)],
      ['roster.json', ledger.view.blob(data.roster.blob)],
    ]),
    fields: [...Object.values(data.names), data.reason, data.ticket],
    demand(person, key) {
      demandOpen(ledger, request)
      if (use === 'proposal') {
        if (person.id !== request.author)
          refusePerson(person, `they are not the author of ${request.id}`, hint)
        if (request.proposed)
          refusePerson(person, `they have signed ${request.id} as its author already`, hint)
        return
      }
      if (!request.who.some((one) => one.person === person.id))
        refusePerson(person, `they may not answer ${request.id}`, hint)
      if (person.state !== 'active')
        refusePerson(
          person,
          `they are ${person.state}, and do not count`,
          `keyrite custodian show ${person.id}`,
        )
      if (request.answers.some((one) => one.person === person.id))
        refusePerson(person, `they have answered ${request.id}, and answers are final`, hint)
      if (request.answers.some((one) => one.key === key))
        refusePerson(person, `key ${key} has answered ${request.id} already`, hint)
      demandLead(ledger.view, request.plan, person)
      const enrolled = enrolledKey(person, key)
      const policy = parsePolicy(parseJcs(ledger.view.blob(data.policy.blob)))
      const environment = request.plan.profile?.environment ?? null
      if (enrolled !== undefined && !keyCounts(policy, environment, enrolled))
        refusePerson(
          person,
          `key ${key} does not count in ${environment ?? 'it'}`,
          `keyrite policy explain ${request.operation}`,
        )
    },
  }
}

/** Whether this person signs a request as its author, or answers it. */
export function useFor(request: Request, person: Pick<Person, 'id'>): 'approval' | 'proposal' {
  const aside = authorStandsAside(request.plan.profile?.environment ?? null, request.operation)
  return aside && request.author === person.id ? 'proposal' : 'approval'
}

export function foundingSubject(ledger: Ledger): Subject {
  const about = entryAt(ledger, 0)
  const {policy, roster} = about.data
  if (!isBlobRef(policy) || !isBlobRef(roster)) throw new TypeError('checked before')
  return {
    id: 'founding',
    use: 'founding',
    about,
    planSha256: null,
    ceremony: null,
    entryType: 'founder.signed',
    signer: null,
    documents: new Map([
      ['policy.json', ledger.view.blob(policy.blob)],
      ['roster.json', ledger.view.blob(roster.blob)],
    ]),
    fields: reasonOf(about),
    demand(person) {
      if (!ledger.of(custodyFold).unsigned.includes(person.id))
        refusePerson(person, 'they have signed the founding of this ledger', 'keyrite custodian list')
    },
  }
}

/** @throws TypeError if there is none, which a fold has ruled out. */
export function entryAt(ledger: Ledger, seq: number): Entry {
  const entry = ledger.view.entry(seq)
  if (entry === undefined) throw new TypeError(`entry ${seq} is not here`)
  return entry
}
