/** The parts of which papers about an incident are put together, each from its record. */
import {parseDuration, plainDuration} from '../../base/duration.ts'
import {
  code,
  codeLines,
  facts,
  heading,
  list,
  paragraph,
  strong,
  table,
  type Block,
  type Inline,
} from '../../paper/document.ts'
import type {IncidentRecord} from '../record/index.ts'

/** Where people write: named so that it is found, and not taken for something that keyrite knows. */
export function toWrite(what: string): Block {
  return paragraph(strong('TO BE WRITTEN'), `: ${what}.`)
}

export function plain(duration: string): string {
  return plainDuration(parseDuration(duration))
}

export function minute(time: string): string {
  return `${time.slice(0, 10)} ${time.slice(11, 19)}Z`
}

type Ref = {readonly id: string; readonly name: string | null} | null

export function called(ref: Ref): string {
  return ref === null ? 'nobody named' : (ref.name ?? ref.id)
}

/** What it was about, and how it stands. */
export function aboutBlocks({incident: one, asOf}: IncidentRecord): readonly Block[] {
  return [
    facts([
      ['Incident', `${one.id}, ${one.status}${one.outcome === null ? '' : ` (${one.outcome})`}`],
      ...(one.drill
        ? [
            [
              'Drill',
              [strong('An exercise on a key of a test profile: nothing of it counts as an incident.')],
            ] as const,
          ]
        : []),
      ['Key', [strong(one.key), ` in profile ${one.profile}`]],
      ['Reason', `${one.reason}${one.ticket === null ? '' : `, ticket ${one.ticket}`}`],
      ['Began', `${minute(one.startedAt)}, by ${called(one.openedBy)}`],
      ['Contained by', one.containedBy.map(called).join(', ') || 'nobody'],
      ['Is it dead?', verdict(one)],
      ['Last success', one.lastSuccess ?? 'none was seen'],
      ['First refusal', one.firstRefusal ?? 'none was seen'],
      ['In its place', replacedBy(one)],
      ['Ratified', one.ratified ?? 'not yet'],
      ['As of', `${minute(asOf.at)}, ${asOf.size} entries`],
    ]),
  ]
}

function replacedBy({replacement}: IncidentRecord['incident']): string {
  if (replacement === null) return 'nothing'
  const {version, by, at, proof, aliases} = replacement
  const how = by === 'standby' ? 'the standby' : 'by the emergency quorum'
  const names = aliases.length === 0 ? '' : `, called ${aliases.join(', ')}`
  return `version ${version}, ${how}, since ${minute(at)}: ${proof === 'proven' ? 'tried, and it works' : 'NOT TRIED'}${names}`
}

function verdict({contained, proof, refusals}: IncidentRecord['incident']): string {
  if (!contained) return 'NO: it is not contained'
  if (proof === 'proven') return `yes: refused ${refusals} times in a row, for the right reason`
  return proof === 'still-usable' ? 'NO: it could still be used' : 'not proved: nobody could try it'
}

/** In three certainties. */
export function impactBlocks({incident: {impact}}: IncidentRecord): readonly Block[] {
  const {declared, observed, unknown} = impact
  const none = (what: string): readonly string[] => [what]
  return [
    heading(3, 'Declared: who is said to use it'),
    list(declared.length === 0 ? none('nobody') : declared.map(({kind, name}) => `${kind} ${name}`)),
    heading(3, 'Observed: what its place said'),
    list(observed.length === 0 ? none('nothing') : observed.map(({kind, detail}) => `${kind}: ${detail}`)),
    heading(3, 'Unknown'),
    list(unknown),
  ]
}

export function timesBlock({times}: IncidentRecord): Block {
  const kept = {yes: 'kept', no: 'NOT KEPT', open: 'open'} as const
  return table({
    columns: ['What', 'Limit', 'Took', 'When', 'Limit kept'],
    rows: times.map((one) => [
      one.what,
      plain(one.limit),
      `${plain(one.took)}${one.at === null ? ' so far' : ''}`,
      one.at === null ? `due ${minute(one.due)}` : minute(one.at),
      one.kept === 'no' ? [strong(kept.no)] : kept[one.kept],
    ]),
  })
}

export function timelineBlock({timeline}: IncidentRecord): Block {
  return table({
    columns: ['Time', 'Clock', 'What', 'Who', 'Entry'],
    rows: timeline.map(({at, clock, what, by, entry}) => [
      minute(at),
      clock,
      what,
      by === null ? '' : called(by),
      String(entry),
    ]),
  })
}

export function openBlocks({incident: {open, status}}: IncidentRecord): readonly Block[] {
  if (open.length === 0)
    return [paragraph(status === 'closed' ? 'Nothing: it is closed.' : 'Nothing but to close it.')]
  return [
    list(
      open.map(({what, words, due, overdue, command}): readonly Inline[] => [
        `${words ?? what}${due === null ? '' : overdue ? `, OVERDUE since ${minute(due)}` : `, by ${minute(due)}`}: `,
        code(command),
      ]),
    ),
  ]
}

export function dutyBlocks({duties}: IncidentRecord): readonly Block[] {
  if (duties.length === 0) return [paragraph('Nobody owes anything yet.')]
  return [
    table({
      columns: ['Duty', 'What', 'Owner', 'Due', 'Status'],
      rows: duties.map(({id, name, what, owners, due, status, done}) => [
        `${id} ${name}`,
        what ?? 'withheld',
        owners.map(called).join(', '),
        minute(due),
        done === null ? status : `done ${minute(done.at)}: ${done.evidence ?? 'evidence withheld'}`,
      ]),
    }),
  ]
}

/** Must it be notified? The clocks, and who decided. */
export function breachBlocks({breach, duties, incident}: IncidentRecord): readonly Block[] {
  const assessed = duties.find(({name}) => name.endsWith('breach-assessed'))
  return [
    paragraph(
      'Which of these apply, and when each clock started, a lawyer says, and keyrite does not know. It counts from ',
      code(incident.startedAt),
      ', the first second that it knows of; a clock may have started later, and one that somebody else started earlier.',
    ),
    table({
      columns: ['Rule', 'Who is told', 'When', 'At the latest'],
      rows: breach.map(({rule, whom, when, due, passed}) => [
        rule,
        whom,
        when,
        due === null ? 'no hours are named' : passed ? [strong(`PASSED ${minute(due)}`)] : minute(due),
      ]),
    }),
    facts([
      [
        'Assessed',
        assessed === undefined
          ? 'no duty was opened: nothing was contained'
          : assessed.done === null
            ? `not yet: ${assessed.id}, owed by ${assessed.owners.map(called).join(', ')}, due ${minute(assessed.due)}`
            : `${minute(assessed.done.at)}: ${assessed.done.evidence ?? 'evidence withheld'}`,
      ],
    ]),
  ]
}

/** What is to be encrypted again, the most sensitive first. */
export function reencryptBlocks({incident: {reencrypt}}: IncidentRecord): readonly Block[] {
  if (reencrypt.length === 0)
    return [paragraph('Nothing: this key encrypts nothing, and wraps no other key.')]
  const hours = reencrypt.reduce((sum, {estimate}) => sum + parseDuration(estimate), 0)
  return [
    paragraph('In this order: the most sensitive first, then what was used last.'),
    table({
      columns: ['No.', 'Key', 'Classification', 'Last used', 'Versions', 'Estimate'],
      rows: reencrypt.map(({key, classification, lastUsed, versions, estimate}, at) => [
        String(at + 1),
        key,
        classification,
        lastUsed === null ? 'never' : minute(lastUsed),
        String(versions),
        plain(estimate),
      ]),
    }),
    paragraph(
      `In all ${plainDuration(hours)} of a person’s time, which is a guess: how much data lies under each, nobody here knows. It rests on: ${reencrypt.map(({key, rests}) => `${key}, ${rests}`).join('; ')}.`,
    ),
  ]
}

export function evidenceBlocks({evidence, asOf}: IncidentRecord): readonly Block[] {
  return [
    table({
      columns: ['What', 'Entry', 'SHA-256'],
      rows: evidence.map(({what, entry, sha256}) => [
        what,
        entry === null ? '' : String(entry),
        [code(sha256)],
      ]),
    }),
    paragraph(
      'The digest of an entry is its leaf. ',
      code('keyrite ledger prove ENTRY --out FILE'),
      ' writes a proof that it stands in the ledger, which others check without keyrite. When this was made the ledger had this root:',
    ),
    codeLines([`${asOf.size} entries, root ${asOf.root}`]),
  ]
}
