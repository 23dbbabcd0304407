/** Findings on schedules of rotation: what cannot be kept, what K4 asks more of, and what no policy makes automatic. */
import {parseDuration} from '../../base/duration.ts'
import {classes, type KeyClassName} from '../classes.ts'
import type {Policy} from '../document.ts'
import {neverAutomatic, usualSchedules, type Schedule} from '../schedule.ts'
import {finding, type PolicyFinding} from './finding.ts'

export function* rotation(policy: Policy): Generator<PolicyFinding> {
  for (const name of classes) {
    const schedule = policy.rotation?.[name]
    if (schedule === undefined) continue
    if (schedule.mode === 'automatic' && neverAutomatic.includes(name))
      yield {
        ...finding(
          'rotation-automatic',
          `keys of class ${name} are never rotated without people, whatever a policy says`,
          ['rotation', name, 'mode'],
        ),
        blocking: true,
      }
    yield* kept(name, schedule)
    yield* asked(name, schedule)
  }
  yield* hooks(policy)
}

/** Whether a rotation that begins on the last day is over within the limit. */
function* kept(
  name: KeyClassName,
  {every, overdue, verification, grace, limit}: Schedule,
): Generator<PolicyFinding> {
  const longest = [every, overdue, verification, grace].reduce((sum, one) => sum + parseDuration(one), 0)
  if (longest > parseDuration(limit))
    yield finding(
      'rotation-limit',
      `a key of class ${name} could not keep its limit of ${limit}: ${every}, ${overdue} late, ${verification} and ${grace} of overlap are longer`,
      ['rotation', name, 'limit'],
    )
}

function* asked(name: KeyClassName, schedule: Schedule): Generator<PolicyFinding> {
  const usual = usualSchedules[name]
  for (const member of ['every', 'overdue', 'limit'] as const)
    if (parseDuration(schedule[member]) > parseDuration(usual[member]))
      yield finding(
        'rotation-slack',
        `keys of class ${name}: ${member} ${schedule[member]}, where K4 asks ${usual[member]}`,
        ['rotation', name, member],
      )
}

function* hooks({hooks: all = []}: Policy): Generator<PolicyFinding> {
  for (const [at, {name, phase}] of all.entries())
    if (all.findIndex((one) => one.name === name && one.phase === phase) !== at)
      yield finding('hook-twice', `hook "${name}" stands twice for phase ${phase}`, ['hooks', at, 'name'])
}
