/** A provider's own schedule of rotation beside the policy's, for people. */
import {dayText, type Key, type ScheduleStanding} from '../keys/index.ts'
import {termWords, type Term} from '../providers/schedule.ts'
import type {Shown} from './command.ts'
import type {Print} from './print.ts'

export function scheduleShown(
  print: Print,
  key: Key,
  {wanted, approved, found, differences}: ScheduleStanding,
): Shown {
  const differs = differences.length > 0
  const terms = Object.keys(termWords) as Term[]
  const {next, notes, ...there} = found
  return {
    document: {
      schema: 'keyrite.rotation-policy/1',
      exit: differs ? 10 : 0,
      name: key.name,
      profile: key.profile,
      class: key.spec.class,
      wanted,
      approved,
      found: there,
      next: next?.toISOString() ?? null,
      notes,
      differences: differences.map((one) => ({...one})),
    },
    lines: [
      ...print.facts([
        ['Key', `${key.name} (${key.spec.class}), in profile ${key.profile}`],
        ['Next', next?.toISOString() ?? null],
        ['Approved', approved === null ? null : `for this key, within the policy’s time (entry ${approved})`],
      ]),
      '',
      ...print.table(
        ['Provider’s own schedule', approved === null ? 'By the policy' : 'As approved', 'There', ''],
        terms
          .filter((term) => wanted[term] !== null || there[term] !== null)
          .map((term) => [
            termWords[term],
            dayText(wanted[term]),
            dayText(there[term]),
            wanted[term] === there[term] ? 'same' : 'DIFFERS',
          ]),
        'nothing is made by itself, and the policy wants nothing so',
      ),
      ...notes,
      ...(differs ? ['', `Next: keyrite rotation policy ${key.name} --set`] : []),
    ],
  }
}
