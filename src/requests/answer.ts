/** Takes answers, and sees when enough have come. */
import {KeyriteError} from '../base/errors.ts'
import {
  isMet,
  missingInWords,
  signStatement,
  type Person,
  type Signer,
  type Statement,
} from '../custody/index.ts'
import {Private, type Draft, type Ledger} from '../ledger/index.ts'
import {authorStandsAside} from '../policy/index.ts'
import {requestAt, statusNow} from './ask.ts'
import {counts} from './checks.ts'
import type {ActContext} from './operation.ts'
import {demandLead} from './operations/people-rules.ts'
import {possessionMissing} from './possession.ts'
import type {Answer, Request} from './state.ts'

type Answering = Pick<ActContext, 'ledger' | 'ceremony' | 'actor'>

/**
 * Signs and records one answer.
 * @returns the request with it.
 * @throws KeyriteError `REQUEST_STATE` if it takes no more answers, `NOT_PERMITTED` if this person may not answer it or has, `BAD_SIGNATURE`.
 */
export async function answer(
  {ledger, ceremony}: Answering,
  request: Request,
  by: {
    readonly person: Person
    readonly signer: Signer
    readonly decision: 'approve' | 'reject'
    readonly reason: string | null
  },
): Promise<Request> {
  demandOpen(ledger, request)
  const name = by.person.name ?? by.person.id
  if (!request.who.some((one) => one.person === by.person.id)) {
    throw new KeyriteError(
      'NOT_PERMITTED',
      `cannot take an answer of ${name}: they may not answer ${request.id}`,
      {hints: [`keyrite request show ${request.id}`]},
    )
  }
  if (by.person.state !== 'active') {
    throw new KeyriteError(
      'NOT_PERMITTED',
      `cannot take an answer of ${name}: they are ${by.person.state}, and do not count`,
      {hints: [`keyrite custodian show ${by.person.address ?? by.person.id}`]},
    )
  }
  if (request.answers.some((one) => one.person === by.person.id)) {
    throw new KeyriteError(
      'NOT_PERMITTED',
      `cannot take an answer of ${name}: they have answered ${request.id}, and answers are final`,
      {hints: [`keyrite request show ${request.id}`]},
    )
  }
  if (by.decision === 'approve') demandLead(ledger.view, request.plan, by.person)
  const data = await sign(ledger, request, by.person, by.signer, 'approval', by.decision)
  const reason = by.reason === null ? null : new Private(by.reason)
  await ledger.append([
    {
      type: 'approval.given',
      data: {...data, reason},
      actor: {person: by.person.id, evidence: 'signed'},
      ceremony,
    },
  ])
  return requestAt(ledger, request.seq)
}

/** The author's own signature, which is never counted: in production it comes first. */
export async function propose(
  {ledger, ceremony}: Answering,
  request: Request,
  person: Person,
  signer: Signer,
): Promise<Request> {
  const data = await sign(ledger, request, person, signer, 'proposal', 'attest')
  await ledger.append([
    {type: 'proposal.signed', data, actor: {person: person.id, evidence: 'signed'}, ceremony},
  ])
  return requestAt(ledger, request.seq)
}

async function sign(
  ledger: Ledger,
  request: Request,
  person: Person,
  signer: Signer,
  use: 'approval' | 'proposal',
  decision: Statement['decision'],
): Promise<Draft['data']> {
  const signed = await signStatement(person, signer, {
    use,
    decision,
    about: request.leaf,
    planSha256: request.planSha256,
    checkpoint: ledger.checkpoint,
    facts: ledger.view.facts,
    issued: ledger.time,
  })
  return {signature: signed.signature, statement: {...signed.statement}}
}

/** The approvals that count now. */
export function approvals(ledger: Ledger, request: Request): readonly Answer[] {
  return request.answers.filter((one) => one.decision === 'approve' && counts(ledger.view, request, one))
}

/** What is missing, in words; empty when the quorum is there. */
export function missing(ledger: Ledger, request: Request): string {
  const people = missingInWords(request.needs, approvals(ledger, request))
  return [
    request.met === null ? people : '',
    lacksProposal(request) ? 'the signature of its author' : '',
    possessionMissing(ledger.view, request),
  ]
    .filter((one) => one !== '')
    .join(', and ')
}

/** Whether it still waits for somebody's signature: an answer, its author's, or whoever is to have the key that it brings. */
export function lacksSignatures(ledger: Ledger, request: Request): boolean {
  return request.met === null || possessionMissing(ledger.view, request) !== ''
}

/** Whether what this person signs now is the author's proposal, and no answer. */
export function isProposal(request: Request, {id}: Pick<Person, 'id'>): boolean {
  return lacksProposal(request) && request.author === id
}

/** In production the author signs the request too, and is never counted. */
export function lacksProposal({plan, proposed, met}: Request): boolean {
  return authorStandsAside(plan.profile?.environment ?? null, plan.operation) && !proposed && met === null
}

/** Records that the quorum is met, if it is. @returns the request, met or not. */
export async function meet({ledger, ceremony, actor}: Answering, request: Request): Promise<Request> {
  if (request.met !== null) return request
  demandOpen(ledger, request)
  const counted = approvals(ledger, request)
  const {external} = ledger.times
  if (lacksProposal(request) || !isMet(request.needs, counted)) return request
  await ledger.append([
    {
      type: 'quorum.met',
      data: {
        opened: request.seq,
        approvals: counted.map((one) => one.seq),
        ...(external === null ? {} : {external: external.toISOString()}),
      },
      actor,
      ceremony,
    },
  ])
  return requestAt(ledger, request.seq)
}

/** Gives a request up. @throws KeyriteError `REQUEST_STATE`. */
export async function withdraw(
  {ledger, ceremony, actor}: Answering,
  request: Request,
  reason: string,
): Promise<Request> {
  const status = statusNow(ledger, request)
  if (request.begun.size > 0 || status === 'withdrawn') {
    throw new KeyriteError(
      'REQUEST_STATE',
      `cannot withdraw ${request.id}: it is ${request.begun.size > 0 ? 'begun' : status}`,
      {hints: [`keyrite request show ${request.id}`]},
    )
  }
  await ledger.append([
    {type: 'quorum.withdrawn', data: {opened: request.seq, reason: new Private(reason)}, actor, ceremony},
  ])
  return requestAt(ledger, request.seq)
}

/** @throws KeyriteError `REQUEST_STATE`, or `QUORUM_MISSING` where people said no. */
export function demandOpen(ledger: Ledger, request: Request): void {
  const status = statusNow(ledger, request)
  if (status === 'open') return
  const code = status === 'rejected' ? 'QUORUM_MISSING' : 'REQUEST_STATE'
  const why = status === 'void' && request.voided !== null ? `, as ${request.voided}` : ''
  throw new KeyriteError(code, `cannot go on with ${request.id}: it is ${status}${why}`, {
    hints: [`keyrite request show ${request.id}`, 'the same command again, for a new request'],
  })
}
