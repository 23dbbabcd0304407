/** Findings that somebody lets pass: with reason, name and last day, judged anew each time. */
import type {Path} from '../../base/yaml.ts'
import {unknownWord} from '../issues.ts'
import type {Waiver} from '../outline.ts'
import {waivable} from '../waivable.ts'
import {hasExpired} from '../waived.ts'
import type {Remark, Script} from './script.ts'

/** Who let a finding pass, and until when. */
export type Waived = Pick<Waiver, 'by' | 'reason' | 'until'>

export interface JudgedRemark extends Remark {
  readonly waived: Waived | null
}

/** @param now - without it nothing is waived. @param whole - whether everything could be judged, so that a waiver of nothing shows. */
export function waive(
  remarks: readonly Remark[],
  script: Script,
  now: Date | null,
  whole: boolean,
): readonly JudgedRemark[] {
  const used = new Set<Waiver>()
  const {waivers} = script.template
  const judged = remarks.map((remark): JudgedRemark => {
    const fitting = waivers.filter((one) => covers(one, remark, script))
    for (const one of fitting) used.add(one)
    const holding = fitting.find((one) => isWaivable(one.rule) && now !== null && !hasExpired(one, now))
    if (holding === undefined) return {...remark, waived: null}
    const {by, reason, until} = holding
    return {...remark, waived: {by, reason, until}}
  })
  const own = waivers.flatMap((one, at) => [
    ...problems(one, ['waivers', at], script, now, !whole || used.has(one)),
  ])
  return [...judged, ...own.map((remark) => ({...remark, waived: null}))]
}

function isWaivable(rule: string): boolean {
  return (waivable as readonly string[]).includes(rule)
}

function covers({rule, step}: Waiver, remark: Remark, {steps}: Script): boolean {
  if (rule !== remark.rule) return false
  if (step === undefined) return true
  const placed = steps.find((one) => one.step.id === step)
  return placed?.path.every((part, at) => part === remark.path[at]) === true
}

function* problems(
  one: Waiver,
  path: Path,
  {steps}: Script,
  now: Date | null,
  used: boolean,
): Generator<Remark> {
  const ids = steps.map(({step}) => step.id)
  if (!isWaivable(one.rule)) {
    yield {
      rule: 'waiver-refused',
      path: [...path, 'rule'],
      message: unknownWord('rule', one.rule, waivable).replace('is not known', 'cannot be waived'),
    }
    return
  }
  if (one.step !== undefined && !ids.includes(one.step)) {
    yield {rule: 'unknown-step', path: [...path, 'step'], message: unknownWord('step', one.step, ids)}
    return
  }
  if (now !== null && hasExpired(one, now))
    yield {
      rule: 'waiver-expired',
      path: [...path, 'until'],
      message: `${one.by} let "${one.rule}" pass until ${one.until}, and that day is over: mend what it is about, or let it be waived anew`,
    }
  if (!used)
    yield {
      rule: 'waiver-unused',
      path,
      message: `nothing is found that "${one.rule}" would let pass: take the waiver away`,
    }
}
