/** Duties for reading: the list of a shift, and one of them. */
import {parseDuration, plainDuration} from '../base/duration.ts'
import type {DueEnd} from '../keys/index.ts'
import type {DutyDocument} from '../duties/index.ts'
import type {Print} from './print.ts'

/** One table, worst first. */
export function dutyRows(print: Print, all: readonly DutyDocument[], empty: string): readonly string[] {
  return print.table(
    ['Id', 'Duty', 'Owner', 'Due', 'Status'],
    all.map((one) => [one.id, one.name, ownersOf(one), one.due.slice(0, 10), statusOf(one)]),
    empty,
  )
}

/** Keys whose end has come, for whoever reads what is owed. */
export function endLines(ends: readonly DueEnd[]): readonly string[] {
  return ends.flatMap(({key, version, step, since, kept, next}) => {
    const over = step === 'destroy' ? 'can be destroyed' : 'is out of its time of grace'
    const but = kept ? ', and something has it kept by now' : ''
    return [`Key "${key}" version ${version} ${over} since ${since.slice(0, 10)}${but}.`, `  ${next}`]
  })
}

export function dutyLines(print: Print, one: DutyDocument): readonly string[] {
  const {done, waived} = one
  return print.facts([
    ['Duty', `${one.id} (${one.name})`],
    ['What', one.what],
    ['Owner', ownersOf(one)],
    ['Due', one.due],
    ['Status', statusOf(one)],
    ['From', `${one.from.kind === 'rotation' ? 'rotation of key' : one.from.kind} ${one.from.id}`],
    ['Done', done === null ? null : `${done.at} by ${nameOf(done.by)} (stated)`],
    ['Evidence', done === null ? null : (done.evidence ?? 'withheld')],
    ['Waived until', waived?.until],
    ['Waived by', waived === null ? null : `${nameOf(waived.by)} (stated): ${waived.reason ?? 'withheld'}`],
  ])
}

function ownersOf({owners}: DutyDocument): string {
  return owners.map(({id, name}) => name ?? id).join(', ')
}

function nameOf(ref: {readonly id: string; readonly name: string | null} | null): string {
  return ref === null ? 'nobody named' : (ref.name ?? ref.id)
}

function statusOf({status, waived, overdueBy}: DutyDocument): string {
  if (overdueBy !== null) return `overdue by ${plainDuration(parseDuration(overdueBy))}`
  return status === 'waived' ? `waived until ${waived?.until.slice(0, 10) ?? ''}` : status
}
