/** A ceremony on the screen: where it stands, who takes part, what was done otherwise, and who is waited for, with the command for each. */
import type {CeremonyDocument} from '../ceremony/document.ts'
import type {Print} from './print.ts'

/** Where a ceremony stands that did not come to its end: few lines, so that what stopped it stays on the screen. */
export function stoppedLines(print: Print, one: CeremonyDocument): readonly string[] {
  return [
    '',
    ...print.facts([
      ['Ceremony', one.id],
      ['Title', one.title],
      ['Status', one.status],
      ...stepFacts(one),
      ['Keys', keysIn(one)],
    ]),
    ...nextLines(one),
  ]
}

export function ceremonyLines(print: Print, one: CeremonyDocument): readonly string[] {
  return [
    ...print.facts([
      ['Ceremony', one.id],
      ['Title', one.title],
      ['Status', one.status],
      ['Not signed', one.missing.map(({id, name}) => name ?? id)],
      ['Template', `${one.template.id}, SHA-256 ${one.template.sha256}`],
      ['Entries', `${one.firstSeq} to ${one.lastSeq}`],
      ...stepFacts(one),
      ['Keys', keysIn(one)],
    ]),
    '',
    ...print.table(
      ['Participant', 'Roles', 'Present', 'Signed'],
      one.participants.map(({person, roles, present, signed, signedAsOfRound}) => [
        person.name ?? person.id,
        roles.join(', '),
        present === null ? 'stated' : 'signed',
        signed ?? (signedAsOfRound === null ? 'no' : `no; as of round ${signedAsOfRound}`),
      ]),
      'nobody',
    ),
    ...deviationLines(one),
    ...abortedLines(one),
    ...(one.aborted === null ? dutyLines(print, one) : []),
    ...waitingLines(one),
    ...nextLines(one),
  ]
}

function keysIn(one: CeremonyDocument): readonly string[] {
  return one.keys.map(({name, version}) => `${name} version ${version}`)
}

function stepFacts({steps}: CeremonyDocument): readonly [string, string][] {
  const next = steps.next === null ? '' : `; next: ${steps.next}`
  return [['Steps', `${steps.done} of ${steps.of} done${next}`]]
}

function deviationLines({deviations}: CeremonyDocument): readonly string[] {
  const named = ({name, id}: {readonly name: string | null; readonly id: string}): string => name ?? id
  return deviations.flatMap(({id, step, what, why, decidedBy, agreedBy}) => [
    '',
    `Deviation ${id} at step ${step}: ${what ?? 'withheld'}`,
    `  Why: ${why ?? 'withheld'}. Decided by ${named(decidedBy)}, agreed by ${agreedBy.map(named).join(', ')}.`,
  ])
}

function dutyLines(print: Print, one: CeremonyDocument): readonly string[] {
  if (one.duties.length === 0) return []
  const rows = one.duties.map(({text, owner, due, duty, status}) => [
    text,
    owner,
    due.slice(0, 10),
    duty === null ? 'not yet' : `${status ?? ''} (${duty})`,
  ])
  return ['', ...print.table(['Duty', 'Owner', 'Due', 'Status'], rows, 'none')]
}

function abortedLines({aborted}: CeremonyDocument): readonly string[] {
  if (aborted === null) return []
  return [
    '',
    `Ended ${aborted.at}: ${aborted.reason ?? 'withheld'}`,
    ...aborted.left.map((what) => `Left behind: ${what}.`),
  ]
}

/** Whoever is waited for, with what to type where they are, and where they are not. */
function waitingLines({id, missing, round}: CeremonyDocument): readonly string[] {
  if (missing.length === 0) return []
  const short = id.slice(0, 8)
  return [
    '',
    `Waiting for signatures${round === null || round === 1 ? '' : ` of round ${round}`}. Somebody who is here signs by the first command; for somebody elsewhere the second writes what they sign.`,
    ...missing.flatMap(({id: person, name}) => {
      const typed = typedAs(name ?? person)
      return [
        `${name ?? person}:`,
        `  keyrite ceremony sign ${short} --sign-with ${typed}=KEY`,
        `  keyrite request export ceremony-${short} --for ${typed} --out DIR`,
      ]
    }),
  ]
}

/** A name as a shell takes it. */
function typedAs(name: string): string {
  return /^[\p{L}\p{N}@._-]+$/u.test(name) ? name : `'${name.replaceAll("'", `'\\''`)}'`
}

/** What is to be typed next, from how it stands. */
export function nextLines({id, status}: Pick<CeremonyDocument, 'id' | 'status'>): readonly string[] {
  const short = id.slice(0, 8)
  const next: Readonly<Record<string, string>> = {
    running: `keyrite ceremony resume ${short}`,
    stopped: `keyrite ceremony resume ${short}`,
    'waiting-for-signatures': `keyrite ceremony sign ${short} --sign-with PERSON=KEY`,
    'signed-off': `keyrite ceremony bundle ${short} --out DIR`,
  }
  return next[status] === undefined ? [] : ['', `Next: ${next[status]}`]
}
