/** A duty as JSON documents have it. */
import {custodyFold, personRef} from '../custody/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {overdueBy, statusOfDuty, type Duty, type DutyStatus} from './state.ts'

type Ref = ReturnType<typeof personRef>

export interface DutyDocument {
  readonly id: string
  readonly name: string
  readonly what: string | null
  /** The first of those who owe it. */
  readonly owner: Ref
  readonly owners: readonly Ref[]
  readonly due: string
  readonly status: DutyStatus
  readonly overdue: boolean
  readonly overdueBy: string | null
  readonly from: {readonly kind: 'ceremony' | 'rotation' | 'entry'; readonly id: string}
  readonly done: {readonly at: string; readonly by: Ref | null; readonly evidence: string | null} | null
  readonly waived: {
    readonly at: string
    readonly by: Ref | null
    readonly reason: string | null
    readonly until: string
  } | null
}

export function dutyDocument(ledger: Pick<Ledger, 'of' | 'time'>, duty: Duty): DutyDocument {
  const {roster} = ledger.of(custodyFold)
  const ref = (id: string | null): Ref | null => (id === null ? null : personRef(roster, id))
  const owners = duty.owners.map((id) => personRef(roster, id))
  const [owner = {id: '', name: null}] = owners
  const status = statusOfDuty(duty, ledger.time)
  const {done, waived} = duty
  return {
    id: duty.id,
    name: duty.name,
    what: duty.what,
    owner,
    owners,
    due: duty.due,
    status,
    overdue: status === 'overdue',
    overdueBy: overdueBy(duty, ledger.time),
    from:
      duty.ceremony !== null
        ? {kind: 'ceremony', id: duty.ceremony}
        : duty.source === null
          ? {kind: 'rotation', id: duty.key ?? ''}
          : {kind: 'entry', id: String(duty.source)},
    done: done === null ? null : {at: done.at, by: ref(done.by), evidence: done.words},
    waived:
      waived === null ? null : {at: waived.at, by: ref(waived.by), reason: waived.words, until: waived.until},
  }
}
