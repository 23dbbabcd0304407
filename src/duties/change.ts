/** Opening, meeting and waiving duties. */
import {KeyriteError} from '../base/errors.ts'
import {nearest} from '../base/nearest.ts'
import type {Json} from '../base/jcs.ts'
import {Private, type Draft, type Ledger} from '../ledger/index.ts'
import {duties, statusOfDuty, type Duty} from './state.ts'

type Acting = Draft['actor'] & {readonly person: string}

/** What comes to be owed. */
export interface Owed {
  readonly name: string
  readonly what: string
  /** Ids of people; at least one. */
  readonly owners: readonly string[]
  readonly due: Date
}

/** The entries that open those duties of a ceremony that it has not opened yet: a crash between them opens none twice. */
export function openingDrafts(
  ledger: Pick<Ledger, 'of'>,
  ceremony: string,
  actor: Draft['actor'],
  owed: readonly Owed[],
): readonly Draft[] {
  const there = [...ledger.of(duties).values()].filter((one) => one.ceremony === ceremony)
  return owed
    .filter(({name}) => !there.some((one) => one.name === name))
    .map(({name, what, owners, due}) => ({
      type: 'duty.opened',
      data: {name, what: new Private(what), owners: [...owners].sort(), due: due.toISOString()},
      actor,
      ceremony,
    }))
}

/** The entry that opens a duty which an act outside a ceremony leaves behind. @param source - the seq of that act's entry. */
export function openingDraft(source: number, actor: Draft['actor'], {name, what, owners, due}: Owed): Draft {
  const data = {name, what: new Private(what), owners: [...owners].sort(), due: due.toISOString(), source}
  return {type: 'duty.opened', data, actor}
}

/** Finds the duty that someone typed: `d41`, or its name where only one duty that is owed has it. @throws KeyriteError `DUTY_NOT_FOUND`. */
export function findDuty(ledger: Pick<Ledger, 'of' | 'time'>, typed: string): Duty {
  const all = [...ledger.of(duties).values()]
  const named = all.filter(({id, seq}) => id === typed || String(seq) === typed)
  const owed = all.filter((one) => one.name === typed && statusOfDuty(one, ledger.time) !== 'done')
  const [found, ...others] = named.length > 0 ? named : owed
  if (found !== undefined && others.length === 0) return found
  const near = nearest(typed, [...all.map(({id}) => id), ...new Set(all.map(({name}) => name))])
  const several = owed.map(({id}) => id).join(', ')
  const asked = near.length === 0 ? '' : `: did you mean ${near.join(' or ')}?`
  throw new KeyriteError(
    'DUTY_NOT_FOUND',
    others.length > 0
      ? `cannot tell which duty "${typed}" is: ${several}`
      : `cannot find duty "${typed}"${asked}`,
    {hints: ['keyrite duty list']},
  )
}

/** Records that a duty is met. @param evidence - words, or a file's name and digest. @throws KeyriteError `DUTY_STATE`. */
export async function meetDuty(ledger: Ledger, duty: Duty, actor: Acting, evidence: Json): Promise<Duty> {
  demandOwed(duty, 'mark it as done')
  await ledger.append([{type: 'duty.done', data: {duty: duty.seq, evidence: new Private(evidence)}, actor}])
  return dutyAt(ledger, duty.seq)
}

/** Puts a duty off until a time, with a reason. @throws KeyriteError `DUTY_STATE`, `USAGE` for a time that has passed. */
export async function waiveDuty(
  ledger: Ledger,
  duty: Duty,
  actor: Acting,
  {reason, until}: {readonly reason: string; readonly until: Date},
): Promise<Duty> {
  demandOwed(duty, 'waive it')
  if (until <= ledger.time)
    throw new KeyriteError('USAGE', `cannot waive ${duty.id} until ${until.toISOString()}: that has passed`, {
      hints: ['--until a day that is to come, such as 2027-03-31'],
    })
  await ledger.append([
    {
      type: 'duty.waived',
      data: {duty: duty.seq, reason: new Private(reason), until: until.toISOString()},
      actor,
    },
  ])
  return dutyAt(ledger, duty.seq)
}

function demandOwed({id, done}: Duty, wish: string): void {
  if (done === null) return
  throw new KeyriteError('DUTY_STATE', `cannot ${wish}: duty ${id} was done ${done.at}`, {
    hints: ['keyrite duty list --all'],
  })
}

function dutyAt(ledger: Pick<Ledger, 'of'>, seq: number): Duty {
  const duty = ledger.of(duties).get(seq)
  if (duty === undefined) throw new TypeError('checked before')
  return duty
}
