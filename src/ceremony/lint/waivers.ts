/** Findings that somebody lets pass: with reason, name and last day, judged anew each time. */
import type {Path} from '../../base/yaml.ts'
import {checkpoints} from '../checklist.ts'
import {unknownWord} from '../issues.ts'
import type {Waiver} from '../outline.ts'
import {waivable} from '../waivable.ts'
import {hasExpired} from '../waived.ts'
import {stepAt, type Remark, type Script} from './script.ts'

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
    ...problems(
      one,
      ['waivers', at],
      script,
      now,
      !whole || used.has(one) ? null : elsewhere(one, remarks, script),
    ),
  ])
  return [...judged, ...own.map((remark) => ({...remark, waived: null}))]
}

function isWaivable(rule: string): boolean {
  return (waivable as readonly string[]).includes(rule)
}

/** The checklist is let pass point by point: a reason for one is none for the others. */
function covers({rule, step, point}: Waiver, remark: Remark, script: Script): boolean {
  return (
    rule === remark.rule &&
    point === remark.point &&
    (step === undefined || step === stepAt(script, remark.path))
  )
}

/** The steps at which its rule finds something that it does not cover. */
function elsewhere({rule, point}: Waiver, remarks: readonly Remark[], script: Script): readonly string[] {
  const found = remarks.filter((one) => one.rule === rule && one.point === point)
  return [...new Set(found.flatMap(({path}) => stepAt(script, path) ?? []))]
}

/** @param unused - null where it lets something pass; else where its rule is found instead. */
function* problems(
  one: Waiver,
  path: Path,
  {steps}: Script,
  now: Date | null,
  unused: readonly string[] | null,
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
  if ((one.rule === 'checklist') !== (one.point !== undefined)) {
    yield {
      rule: 'waiver-refused',
      path: one.point === undefined ? path : [...path, 'point'],
      message:
        one.point === undefined
          ? `a waiver of "checklist" lets one point pass: add "point", one of ${checkpoints.join(', ')}`
          : `only a waiver of "checklist" has a point: take it away`,
    }
    return
  }
  if (now !== null && hasExpired(one, now))
    yield {
      rule: 'waiver-expired',
      path: [...path, 'until'],
      message: `${one.by} let "${one.rule}" pass until ${one.until}, and that day is over: mend what it is about, or let it be waived anew`,
    }
  if (unused !== null)
    yield {
      rule: 'waiver-unused',
      path,
      message:
        unused.length === 0
          ? `nothing is found that "${one.rule}" would let pass: take the waiver away`
          : `"${one.rule}" is found at ${unused.map((id) => `"${id}"`).join(', ')}, and not at "${one.step ?? ''}": name that step, or take the waiver away`,
    }
}
