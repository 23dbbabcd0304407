/** Requests for reading, and the founding, which waits for its founders as a request does. */
import {wordLines, words} from '../base/words.ts'
import {called} from './actor.ts'
import {custodyFold, enrolledKey, personRef} from '../custody/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {
  goesOnBy,
  inTheWay,
  requestDocument,
  statusNow,
  type Operations,
  type Request,
  type RequestDocument,
} from '../requests/index.ts'
import {counted, type Print} from './print.ts'
import {personText} from './show-key.ts'

/** One line of the list. */
export interface RequestLine {
  readonly id: string
  readonly operation: string
  readonly inWords: string
  readonly status: string
  readonly missing: string
  /** Why it cannot be done as things are; null where nothing is known to be in its way. */
  readonly inTheWay: string | null
  readonly expires: string | null
  /** The command that deals with it. */
  readonly next: string
}

export function requestLine(ledger: Ledger, operations: Operations, request: Request): RequestLine {
  const {id, operation, status, missing, inTheWay, expires, ceremony, inWords} = requestDocument(
    ledger,
    operations,
    request,
  )
  const own = ceremony === null ? goesOnBy(operations, request) : `keyrite ceremony resume ${ceremony}`
  const stops = ceremony === null && inTheWay !== null
  const next = !['open', 'met'].includes(status)
    ? `keyrite request show ${id}`
    : !stops
      ? own
      : request.begun.size > 0
        ? 'nothing, unless that changes: what was begun is not taken back'
        : `keyrite request withdraw ${id} --reason R, unless that changes`
  return {id, operation, inWords: inWords[0] ?? operation, status, missing, inTheWay, expires, next}
}

/** The founding as something that waits; undefined when everyone has signed. */
export function foundingLine(ledger: Ledger): RequestLine | undefined {
  const {roster, unsigned} = ledger.of(custodyFold)
  const [first] = unsigned.flatMap((id) => roster.get(id) ?? [])
  if (first === undefined) return undefined
  return {
    id: 'founding',
    operation: 'founding',
    inWords: 'Sign the founding of this ledger.',
    status: 'open',
    missing: `${counted(unsigned.length, 'founder')}: ${unsigned
      .flatMap((id) => roster.get(id) ?? [])
      .map(called)
      .join(', ')}`,
    inTheWay: null,
    expires: null,
    next: `keyrite request apply founding --sign-with ${first.address ?? first.id}=KEY`,
  }
}

/** Whether somebody still has to do something about it. What was begun and cannot go on is left as it is: nobody can take it back. */
export function waits(ledger: Ledger, operations: Operations, request: Request): boolean {
  const status = statusNow(ledger, request)
  const stuck = (): boolean =>
    request.begun.size > 0 && request.ceremony === null && inTheWay(ledger, operations, request) !== null
  return status === 'open' || (status === 'met' && !stuck())
}

/** The founding in the shape of a request: its digest is the fingerprint of the ledger. */
export function foundingDocument(ledger: Ledger): Omit<RequestDocument, 'plan'> & {readonly plan: null} {
  const {roster, unsigned} = ledger.of(custodyFold)
  const {fingerprint} = ledger.view.facts
  const everyone = [...roster.keys()]
  return {
    id: 'founding',
    operation: 'founding',
    plan: null,
    planSha256: fingerprint,
    planWords: words(Buffer.from(fingerprint, 'hex')),
    inWords: ['Sign the founding of this ledger: its people, its policy, and the key that writes it.'],
    status: unsigned.length === 0 ? 'applied' : 'open',
    needs: {quorum: everyone.length, roles: []},
    who: everyone.map((id) => personRef(roster, id)),
    approvals: signatures(ledger),
    possession: null,
    missing: foundingLine(ledger)?.missing ?? '',
    inTheWay: null,
    author: null,
    opened: ledger.view.entry(0)?.time ?? '',
    expires: '',
    ceremony: null,
  }
}

function signatures(ledger: Ledger): RequestDocument['approvals'] {
  const {roster} = ledger.of(custodyFold)
  const signed: RequestDocument['approvals'][number][] = []
  for (let seq = 1; seq < ledger.size && signed.length < roster.size; seq++) {
    const entry = ledger.view.entry(seq)
    if (entry?.type !== 'founder.signed' || entry.actor.person === null) continue
    const person = roster.get(entry.actor.person)
    const statement = entry.data['statement'] as {readonly key?: unknown}
    const key = String(statement.key)
    const trust = person === undefined ? undefined : enrolledKey(person, key)?.class
    signed.push({
      person: personRef(roster, entry.actor.person),
      key,
      at: entry.time,
      class: trust ?? 'stated',
      decision: 'attest',
      counts: true,
      outOfOrder: null,
    })
  }
  return signed
}

/** @param document - what `request show --json` prints. */
export function requestLines(
  print: Print,
  document: Omit<RequestDocument, 'plan'> & {readonly plan: RequestDocument['plan'] | null},
  next: string,
): string[] {
  const {plan, needs} = document
  const profile = plan?.profile ?? null
  const roles = needs.roles.length === 0 ? '' : `, among them ${needs.roles.join(' and ')}`
  return [
    ...print.facts([
      ['Request', document.id],
      ['What', document.inWords.join(' ')],
      ['Profile', profile === null ? null : `${profile.name} (${profile.kind}, ${profile.environment})`],
      ['Rests on', plan?.rests.join('; ')],
      ['Status', document.status],
      ['Needs', `${counted(needs.quorum, 'person').replace('persons', 'people')}${roles}`],
      ['Missing', document.missing],
      ['In its way', document.inTheWay],
      ['May answer', document.who.map(personText)],
      ...document.approvals.map(
        (one) =>
          [
            one.decision === 'reject' ? 'Rejected by' : 'Signed by',
            `${personText(one.person)}, ${one.at}, ${one.key} (${one.class})${remarks(one)}`,
          ] as const,
      ),
      [
        'Key shown by',
        document.possession === null
          ? null
          : `${personText(document.possession.person)}, ${document.possession.at}, ${document.possession.key} (${document.possession.class})`,
      ],
      ['Asked by', document.author === null ? null : personText(document.author)],
      ['Opened', document.opened],
      ['Expires', document.expires === '' ? null : document.expires],
      ['Ceremony', document.ceremony],
      ['SHA-256', document.planSha256],
    ]),
    '',
    'The digest in words, to be read aloud:',
    ...wordLines(Buffer.from(document.planSha256, 'hex')),
    '',
    `Next: ${next}`,
  ]
}

/** What is to be known of an answer beyond its being there. */
function remarks({counts, decision, outOfOrder}: RequestDocument['approvals'][number]): string {
  return [
    counts || decision === 'reject' ? '' : ': does not count now',
    outOfOrder === null
      ? ''
      : `; the counter of the security key says ${outOfOrder.counter}, after ${outOfOrder.highest}: it was signed before that one`,
  ].join('')
}
