/** A ceremony as a JSON document (`keyrite.ceremony/1`). */
import {custodyFold, personRef} from '../custody/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {parseDuration} from '../base/duration.ts'
import {duties, statusOfDuty, type DutyStatus} from '../duties/index.ts'
import {everyone, missingSignatures, roundIsDue, statusOfCeremony, type Ceremony} from './state.ts'

type Ref = ReturnType<typeof personRef>

export interface CeremonyDocument {
  readonly id: string
  readonly title: string
  readonly status: string
  /** Participants whose signature under the transcript is missing. */
  readonly missing: readonly Ref[]
  readonly template: {readonly id: string; readonly sha256: string}
  readonly firstSeq: number
  readonly lastSeq: number
  readonly keys: readonly {readonly name: string; readonly version: number}[]
  readonly participants: readonly {
    readonly person: Ref
    readonly roles: readonly string[]
    /** When they signed that they are here; null where it is only stated. */
    readonly present: string | null
    /** When they signed the last round. */
    readonly signed: string | null
    /** The last earlier round that they signed. */
    readonly signedAsOfRound: number | null
  }[]
  readonly deviations: readonly {
    /** `D1`, `D2` … */
    readonly id: string
    readonly step: string
    /** Null where withheld. */
    readonly what: string | null
    readonly why: string | null
    readonly decidedBy: Ref
    readonly agreedBy: readonly Ref[]
    readonly at: string
    readonly seq: number
  }[]
  /** Of the sign-off; null before it. */
  readonly round: number | null
  readonly duties: readonly {
    readonly id: string
    readonly text: string
    readonly owner: string
    readonly due: string
    /** As `keyrite duty` knows it; null before the sign-off opens it. */
    readonly duty: string | null
    readonly status: DutyStatus | null
  }[]
  readonly steps: {readonly done: number; readonly of: number; readonly next: string | null}
  readonly profile: string | null
  readonly bundles: readonly {readonly sha256: string}[]
  /** How it was ended before its time; null where it was not. */
  readonly aborted: {
    readonly at: string
    /** Null where withheld. */
    readonly reason: string | null
    readonly left: readonly string[]
  } | null
}

/** What the template says that the ledger's fold does not keep. */
export interface TemplateFacts {
  readonly id: string
  readonly steps: readonly {readonly id: string; readonly kind: string}[]
  readonly after: readonly {
    readonly id: string
    readonly text: string
    readonly owner: string
    readonly due: string
  }[]
}

export function ceremonyDocument(
  ledger: Pick<Ledger, 'of' | 'time'>,
  ceremony: Ceremony,
  template: TemplateFacts,
): CeremonyDocument {
  const {roster} = ledger.of(custodyFold)
  const signedAt = (id: string): string | null =>
    ceremony.signed.find(({person}) => person === id)?.at ?? null
  const started = Date.parse(ceremony.opened.time)
  return {
    id: ceremony.id,
    title: ceremony.title,
    status: statusOfCeremony(ceremony),
    missing: ceremony.signOff === null ? [] : missingSignatures(ceremony).map((id) => personRef(roster, id)),
    template: {id: template.id, sha256: ceremony.template},
    firstSeq: ceremony.seq,
    lastSeq: ceremony.lastSeq,
    keys: ceremony.keys.map(({key, version}) => ({name: key, version})),
    participants: everyone(ceremony).map((id) => ({
      person: personRef(roster, id),
      roles: ceremony.participants.filter(({people}) => people.includes(id)).map(({role}) => role),
      present: ceremony.present.find(({person}) => person === id)?.at ?? null,
      signed: roundIsDue(ceremony) ? null : signedAt(id),
      signedAsOfRound: asOf(ceremony, id),
    })),
    deviations: ceremony.deviations.map(({name, step, what, why, decidedBy, agreedBy, at, seq}) => ({
      id: name,
      step,
      what,
      why,
      decidedBy: personRef(roster, decidedBy),
      agreedBy: agreedBy.map((one) => personRef(roster, one)),
      at,
      seq,
    })),
    round: ceremony.signOff?.round ?? null,
    duties: template.after.map(({id, text, owner, due}) => ({
      id,
      text,
      owner,
      due: new Date(started + parseDuration(due)).toISOString(),
      ...openedDuty(ledger, ceremony, id),
    })),
    steps: {
      done: ceremony.done.length + (ceremony.signOff === null ? 0 : 1),
      of: template.steps.length,
      next: ceremony.signOff === null ? (template.steps[ceremony.done.length]?.id ?? null) : null,
    },
    profile: ceremony.profile,
    bundles: ceremony.bundles.map(({sha256}) => ({sha256})),
    aborted: abortedIn(ceremony),
  }
}

function abortedIn({notes}: Ceremony): CeremonyDocument['aborted'] {
  const end = notes.find(({what}) => what === 'aborted')
  return end === undefined ? null : {at: end.at, reason: end.reason, left: end.left}
}

function asOf(ceremony: Ceremony, id: string): number | null {
  const earlier = [...ceremony.signedBefore, ...(roundIsDue(ceremony) ? ceremony.signed : [])]
  return earlier.findLast(({person}) => person === id)?.round ?? null
}

function openedDuty(
  ledger: Pick<Ledger, 'of' | 'time'>,
  ceremony: Ceremony,
  name: string,
): {readonly duty: string | null; readonly status: DutyStatus | null} {
  const duty = [...ledger.of(duties).values()].find(
    (one) => one.ceremony === ceremony.id && one.name === name,
  )
  return duty === undefined
    ? {duty: null, status: null}
    : {duty: duty.id, status: statusOfDuty(duty, ledger.time)}
}
