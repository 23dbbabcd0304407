/** Rotations for people. */
import {parseDuration, plainDuration} from '../base/duration.ts'
import {rotations, standing, type Key, type RotationStatus} from '../keys/index.ts'
import type {Ledger} from '../ledger/index.ts'
import {rotationPhases} from '../policy/index.ts'
import type {Shown} from './command.ts'
import type {Fact, Print} from './print.ts'

/** One line a key, worst first as they come, and the command that deals with the worst. */
export function rotationRows(print: Print, keys: readonly RotationStatus[], empty: string): string[] {
  const rows = keys.map(({name, class: of, reason, due, overdueBy, mode, cannot}) => [
    name,
    of,
    overdueBy === null
      ? `${words[reason]}${cannot === null ? '' : `: ${cannot}`}`
      : `OVERDUE by ${plainDuration(parseDuration(overdueBy))}${cannot === null ? '' : `, cannot: ${cannot}`}`,
    due?.slice(0, 10) ?? null,
    mode,
  ])
  const next = keys.find((one) => one.next !== null)
  return [
    ...print.table(['Key', 'Class', 'State', 'Due', 'Mode'], rows, empty),
    ...(next === undefined ? [] : ['', `Next: ${next.next ?? ''}`]),
  ]
}

const words: Readonly<Record<RotationStatus['reason'], string>> = {
  overdue: 'OVERDUE',
  incident: 'stopped by an incident',
  paused: 'paused',
  due: 'due',
  rotating: 'rotating',
  cannot: 'cannot',
  never: 'never rotated',
  'on-time': 'on time',
  'not-active': 'not active',
}

/** One key's rotation: how it stands, its phases with their days, and the programs that ran. */
export function rotationLines(print: Print, ledger: Pick<Ledger, 'of' | 'time'>, key: Key): string[] {
  const status = standing(ledger, key)
  const rotation = ledger.of(rotations).last.get(key.name)
  const {at = {}, from, to, hooks = []} = rotation ?? {}
  const [next, paused, stopped] = [
    rotation?.next ?? null,
    rotation?.paused ?? null,
    rotation?.stopped ?? null,
  ]
  return [
    ...print.facts([
      ['Key', key.name],
      ['State', `${words[status.reason]}: ${status.why}`],
      ['Primary', `version ${key.primary}`],
      ['Mode', status.mode],
      [
        'Rotation',
        rotation === undefined
          ? null
          : `of version ${from ?? ''} to ${to ?? ''}, opened ${rotation.openedAt}`,
      ],
      ...rotationPhases.map((phase): Fact => [phase, at[phase]]),
      ['Next', next === null ? null : `${next.phase}, from ${next.due} on`],
      ['Paused', paused === null ? null : `${paused.at}: ${paused.reason ?? 'reason withheld'}`],
      ['Given up', stopped === null ? null : `${stopped.at}: ${stopped.reason ?? 'reason withheld'}`],
      ...hooks.map((run): Fact => [
        `Hook ${run.hook}`,
        `after ${run.phase}: ${run.ok ? 'went well' : 'FAILED'}, ${run.at}`,
      ]),
    ]),
    ...(status.next === null ? [] : ['', `Next: ${status.next}`]),
  ]
}

/** The same, as what a command shows. */
export function rotationShown(print: Print, ledger: Pick<Ledger, 'of' | 'time'>, key: Key): Shown {
  const status = standing(ledger, key)
  return {
    document: {
      schema: 'keyrite.rotation/1',
      exit: 0,
      keys: [status],
      overdue: status.overdueBy === null ? 0 : 1,
    },
    lines: rotationLines(print, ledger, key),
  }
}
